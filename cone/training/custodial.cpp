// Trains one seller and takes the roots the witness asks for on the way.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/custodial.hpp"

#include <algorithm>
#include <limits>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"
#include "cone/model/weights.hpp"
#include "cone/training/stopwatch.hpp"

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
    update.step_roots.resize(task.root_steps.size());
    const auto take_roots = [&](std::uint32_t step, std::span<const float> weights) {
        for (std::size_t i = 0; i < task.root_steps.size(); ++i) {
            if (task.root_steps[i] == step) {
                const Stopwatch watch;
                update.step_roots[i] = model::weights_root(trainer_.network(), weights);
                update.hashing_seconds += watch.seconds();
            }
        }
    };
    const model::LocalRun run{.local = spec_.local,
                              .learning_rate = learning_rate_of(spec_.local, task.round),
                              .training_seed = spec_.schedule.training_seed,
                              .round = task.round,
                              .seller = task.seller,
                              .threads = task.threads};
    auto trained = trainer_.train(task.weights, data_.sellers[task.seller.value], run, take_roots, task.team);
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

std::uint32_t CustodialUpdateSource::steps(SellerIndex seller) const {
    CONE_ASSERT(seller.value < data_.sellers.size(), "a seller of the job");
    return model::local_steps(spec_.local, data_.sellers[seller.value].images);
}

}  // namespace cone::training
