// The port of the exact engines: training steps and inference of one network. Reference, CPU and CUDA give the same bits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "cone_kernels/network.hpp"
#include "cone_kernels/optimiser.hpp"
#include "cone_kernels/status.hpp"

namespace cone::kernels {

/// Samples as they stand in a shard: one byte a value, input.values() of them; `table` makes floats of bytes (Embedding reads
/// the bytes themselves). The engine fills a batch up to a multiple of 8 by repeating row 0 (and its index) with gradient +0.
/// A gradient of 0 rows is +0 throughout.
struct Samples {
    std::span<const std::uint8_t* const> rows;
    std::span<const float, 256> table;
};

/// A batch or one virtual shard of it.
struct Batch {
    Samples samples;
    std::span<const std::uint8_t> labels;    ///< one a row, below classes
    std::uint32_t divisor = 0;               ///< rows of the whole batch: the gradient is that of the mean loss over them
    std::span<const std::uint32_t> indices;  ///< of the rows in their shard, for Dropout; may be empty without one
    std::uint64_t dropout_seed = 0;
    std::uint64_t dropout_stream = 0;  ///< CONE's jobs: round << 32 | seller << 12 | epoch
};

/// Not for use by two threads at once. Nothing is allocated by gradient, apply and logits after the largest batch has been
/// seen.
class Engine {
public:
    virtual ~Engine() = default;

    /// Sets the weights; the optimiser's state becomes 0.
    virtual void set_weights(std::span<const float> weights) = 0;
    /// All values of the network. Valid until the next call.
    [[nodiscard]] virtual std::span<const float> weights() = 0;

    /// The gradient of every value at the current weights. NotFinite when one is NaN or infinite: the same on every engine.
    [[nodiscard]] virtual Status gradient(const Batch& batch) = 0;
    /// What gradient() left, to read or to replace (sum of virtual shards). Valid until the next call. apply() spends it: what is
    /// there after that means nothing, and a second apply() needs a gradient of its own.
    [[nodiscard]] virtual std::span<float> gradient_values() = 0;
    /// One step of the optimiser with gradient_values(). NotFinite when a weight is no longer finite.
    [[nodiscard]] virtual Status apply(const Optimiser& optimiser) = 0;

    /// Logits (rows, classes) in inference (no Dropout). The bits of a row depend on that row and the weights only.
    virtual void logits(const Samples& samples, std::span<float> out) = 0;
};

/// Called by the reference engine after each operator of gradient(): what a dispute bisects. In order: Forward of each layer,
/// tensor layer + 1. DataGradient with layer = layers.size(): the loss's, of the last tensor. Then for each layer, last first:
/// WeightGradient of the weight, of the bias; DataGradient of the tensor it reads, as accumulated so far, and of `other` for
/// Add, neither for tensor 0. A layer without weight has no WeightGradient. All samples, those that fill up included.
enum class Pass : std::uint8_t { Forward, DataGradient, WeightGradient };
using Observer = std::function<void(std::size_t layer, Pass pass, std::span<const float> values)>;

/// Plain loops over canonical tensors: the specification. problem_of(network) must be empty, for all three. (The norms and
/// attention of this one allocate a row of scratch a call.)
[[nodiscard]] std::unique_ptr<Engine> make_reference_engine(const Network& network, Observer observer = {});

enum class Isa : std::uint8_t { Portable, Avx2, Avx512 };
/// The best this processor has.
[[nodiscard]] Isa best_isa();
/// Whether a few samples go through all layers, which keeps small ones in the cache, or all samples through one layer after
/// the other, which takes less memory. Best: by layer when 8 samples would not fit any core's cache.
enum class Order : std::uint8_t { Best, BySamples, ByLayer };
/// Vectors over 8 samples, `threads` threads (>= 1) that share each step; nothing of it changes a bit. `isa` must be supported
/// here.
[[nodiscard]] std::unique_ptr<Engine> make_cpu_engine(const Network& network, unsigned threads = 1, Isa isa = best_isa(),
                                                      Order order = Order::Best);

/// No device, or none that can be used: what() says which.
struct NoDevice : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// How many CUDA devices there are: 0 without one, without a driver, and in a build without CUDA. Throws std::runtime_error when
/// there is a driver that answers with another error: then nobody knows.
[[nodiscard]] int cuda_devices();
/// Why no CUDA engine can be made on this device, nothing when one can. Compute capability 8.0 or newer.
[[nodiscard]] std::optional<std::string> cuda_problem(int device = 0);
/// Throws NoDevice; later, when a call of CUDA fails, another std::runtime_error.
[[nodiscard]] std::unique_ptr<Engine> make_cuda_engine(const Network& network, int device = 0);

}  // namespace cone::kernels
