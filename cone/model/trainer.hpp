// Local training and inference on libtorch, behind plain vectors: what comes out depends on the arguments only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "cone/base/ids.hpp"
#include "cone/data/shard.hpp"
#include "cone/job/job_spec.hpp"
#include "cone/model/network.hpp"

namespace cone::model {

/// One seller's local training in one round.
struct LocalRun {
    job::LocalTraining local;
    double learning_rate = 0;  ///< of this round, decay applied
    std::uint64_t training_seed = 0;
    RoundIndex round;
    SellerIndex seller;
};

/// Optimiser steps of a local training: epochs times batches; the last batch of an epoch is smaller when it does not divide.
[[nodiscard]] std::uint32_t local_steps(const job::LocalTraining& local, std::uint32_t images);

/// The order in which an epoch visits the shard: Fisher-Yates, number (seller, epoch, i) of RngStream::Shuffle, substream
/// round.
[[nodiscard]] std::vector<std::uint32_t> epoch_order(const LocalRun& run, std::uint32_t epoch, std::uint32_t images);

/// Trains and evaluates one network. Not for use by two threads at once; each thread has its own.
class Trainer {
public:
    /// Throws EnvironmentError listing determinism_problems(), ConfigError as make_network does.
    explicit Trainer(const job::ModelSpec& model);
    ~Trainer();
    Trainer(Trainer&&) noexcept;
    Trainer& operator=(Trainer&&) noexcept;

    [[nodiscard]] const Network& network() const;

    /// Called after each step with its index and the weights as they are then (valid during the call only).
    using OnStep = std::function<void(std::uint32_t step, std::span<const float> weights)>;
    /// SGD with momentum (velocity starts at 0) on mean cross-entropy from `weights`; returns the weights after the last step.
    /// They may hold NaN or infinity: judging them is the caller's. The shard must match the network's shape and classes.
    [[nodiscard]] std::vector<float> train(std::span<const float> weights, const data::Shard& shard, const LocalRun& run,
                                           const OnStep& on_step = {});

    /// Logits (count, classes) of images first .. first + count - 1 under `weights`. The bits of a row may depend on `count`.
    [[nodiscard]] std::vector<float> logits(std::span<const float> weights, const data::Shard& shard, std::uint32_t first,
                                            std::uint32_t count);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Throws DataError when the shard's shape differs from the model's or a label is out of range (row named).
void require_fits(const job::ModelSpec& model, const data::Shard& shard);

}  // namespace cone::model
