// Updates trained by the executor itself, which holds the shards (design protocol 3, custodial).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/job/job_spec.hpp"
#include "cone/model/trainer.hpp"
#include "cone/training/job_data.hpp"
#include "cone/training/update_source.hpp"

namespace cone::training {

/// Learning rate of a round: rate * decay^round, by repeated multiplication in double.
[[nodiscard]] double learning_rate_of(const job::LocalTraining& local, RoundIndex round);

class CustodialUpdateSource final : public UpdateSource {
public:
    /// All three outlive the source.
    CustodialUpdateSource(const job::JobSpec& spec, const JobData& data, model::Trainer& trainer)
        : spec_(spec), data_(data), trainer_(trainer) {}
    [[nodiscard]] Update update(const UpdateTask& task) override;

private:
    const job::JobSpec& spec_;
    const JobData& data_;
    model::Trainer& trainer_;
};

}  // namespace cone::training
