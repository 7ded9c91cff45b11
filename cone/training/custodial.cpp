// Trains one seller: what it changed, or nothing usable.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/custodial.hpp"

#include <algorithm>
#include <limits>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"

namespace cone::training {

double learning_rate_of(const job::LocalTraining& local, RoundIndex round) {
    double rate = local.learning_rate;
    for (std::uint32_t i = 0; i < round.value; ++i) {
        rate *= local.learning_rate_decay;
    }
    return rate;
}

Update CustodialUpdateSource::update(const UpdateTask& task) {
    CONE_ASSERT(task.seller.value < data_.sellers.size(), "a seller of the job");
    Update update;
    const model::LocalRun run{.local = spec_.local,
                              .learning_rate = learning_rate_of(spec_.local, task.round),
                              .training_seed = spec_.schedule.training_seed,
                              .round = task.round,
                              .seller = task.seller,
                              .threads = task.threads};
    auto trained = trainer_.train(task.weights, data_.sellers[task.seller.value], run, {}, task.team);
    update.delta = std::move(trained.weights);
    if (trained.failed_step) {
        spdlog::warn("round {}, seller {}: the gradient or the weights of local step {} are not finite", task.round.value,
                     task.seller.value, *trained.failed_step);
        std::fill(update.delta.begin(), update.delta.end(), std::numeric_limits<float>::quiet_NaN());
        return update;
    }
    for (std::size_t i = 0; i < update.delta.size(); ++i) {
        update.delta[i] -= task.weights[i];
    }
    return update;
}

}  // namespace cone::training
