// Local training and inference behind plain vectors: the port of the engines. What comes out depends on the arguments only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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
    std::uint32_t threads = 0;  ///< for this training, where the trainer can; 0: as many as it was made with
};

/// Optimiser steps of a local training: epochs times batches; the last batch of an epoch is smaller when it does not divide.
[[nodiscard]] std::uint32_t local_steps(const job::LocalTraining& local, std::uint32_t images);

/// The order in which an epoch visits the shard: Fisher-Yates, number (seller, epoch, i) of RngStream::Shuffle, substream
/// round.
[[nodiscard]] std::vector<std::uint32_t> epoch_order(const LocalRun& run, std::uint32_t epoch, std::uint32_t images);

/// Pixel x becomes (x / 255 - 0.1307) / 0.3081, MNIST's mean and deviation, in double, rounded once to float.
/// Part of every operator set; the same for every image, whatever its origin.
[[nodiscard]] std::span<const float, 256> pixel_table();

/// What local training left. The weights may hold NaN or infinity: judging them is the caller's.
struct LocalResult {
    std::vector<float> weights;
    /// The step whose gradient or weights were not finite: training stopped there, the same on every machine.
    std::optional<std::uint32_t> failed_step;
};

/// The ranks that share one local training by its virtual shards; shard v is done by rank v mod size.
/// Both sums are collective and element-wise over all ranks.
struct ShardTeam {
    std::uint32_t rank = 0;
    std::uint32_t size = 1;
    std::function<void(std::span<std::int32_t>)> maximum;
    std::function<void(std::span<std::int64_t>)> sum;
};

/// Trains and evaluates one network. Not for use by two threads at once; each thread has its own.
class Trainer {
public:
    virtual ~Trainer() = default;
    [[nodiscard]] virtual const Network& network() const = 0;

    /// Called after each step with its index and the weights as they are then (valid during the call only).
    using OnStep = std::function<void(std::uint32_t step, std::span<const float> weights)>;
    /// From `weights` with an optimiser whose state starts at 0, on mean cross-entropy. The shard must match the network's shape
    /// and classes. With a team, collective: every rank passes the same arguments and gets the same result.
    [[nodiscard]] virtual LocalResult train(std::span<const float> weights, const data::Shard& shard, const LocalRun& run,
                                            const OnStep& on_step = {}, const ShardTeam* team = nullptr) = 0;

    /// Logits (count, classes) of images first .. first + count - 1 under `weights`. With libtorch the bits of a row may depend
    /// on `count`.
    [[nodiscard]] virtual std::vector<float> logits(std::span<const float> weights, const data::Shard& shard,
                                                    std::uint32_t first, std::uint32_t count) = 0;
};

/// Throws DataError when the shard's shape differs from the model's or a label is out of range (row named).
void require_fits(const job::ModelSpec& model, const data::Shard& shard);

}  // namespace cone::model
