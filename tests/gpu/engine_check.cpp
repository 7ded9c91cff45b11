// The CUDA engine against the reference: every operator alone, all together, and 200 steps of whole networks.
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "../kernels/random_network.hpp"
#include "gpu_check.hpp"
#include "networks.hpp"

namespace cone::gpu_check {
namespace {

using namespace kernels;
using namespace kernels::testing;

Optimiser optimiser_of(std::uint64_t seed) {
    Optimiser o;
    o.kind = static_cast<Optimiser::Kind>(seed % 3);
    o.rate = 0.02f;
    o.momentum = 0.9f;
    o.decay = seed % 2 == 0 ? 1e-3f : 0;
    o.max_norm = seed % 4 == 0 ? 0.5f : 0;
    return o;
}

/// A gradient and a step on both engines; "" or what differs.
std::string difference_of_step(Engine& reference, Engine& device, const Network& network, std::uint32_t rows,
                               std::uint64_t seed, const Optimiser& optimiser) {
    const auto batch = random_batch(network, rows, seed);
    if (reference.gradient(batch.view()) != device.gradient(batch.view())) {
        return "status of a gradient";
    }
    if (auto where = first_difference(reference.gradient_values(), device.gradient_values()); !where.empty()) {
        return "gradient, " + where;
    }
    if (reference.apply(optimiser) != device.apply(optimiser)) {
        return "status of a step";
    }
    auto where = first_difference(reference.weights(), device.weights());
    return where.empty() ? where : "weights, " + where;
}

std::string difference_of_logits(Engine& reference, Engine& device, const Network& network, std::uint64_t seed) {
    const auto batch = random_batch(network, 13, seed);
    std::vector<float> expected(13 * network.classes);
    std::vector<float> found(expected.size());
    reference.logits(batch.samples(), expected);
    device.logits(batch.samples(), found);
    auto where = first_difference(expected, found);
    return where.empty() ? where : "logits, " + where;
}

/// `steps` steps; `row_count(step)` samples each.
template <class Rows>
std::string difference_of_training(const Network& network, std::uint64_t seed, int steps, Rows row_count) {
    const auto reference = make_reference_engine(network);
    const auto device = make_cuda_engine(network);
    reference->set_weights(random_weights(network, seed));
    device->set_weights(random_weights(network, seed));
    for (int step = 0; step < steps; ++step) {
        const auto batch_seed = seed + 1000 * static_cast<std::uint64_t>(step);
        auto where = difference_of_step(*reference, *device, network, row_count(step), batch_seed, optimiser_of(seed));
        if (!where.empty()) {
            return "step " + std::to_string(step) + ", " + where;
        }
    }
    return difference_of_logits(*reference, *device, network, seed);
}

/// Random networks of the kinds in `ops`, with batches that do and do not fill up.
Result random_networks(std::uint32_t ops, std::uint64_t count) {
    for (std::uint64_t seed = 0; seed < count; ++seed) {
        const auto rows = [](int step) { return step == 1 ? 5u : 32u; };
        const auto where = difference_of_training(random_network(seed, ops), seed, 3, rows);
        if (!where.empty()) {
            return differs("network " + std::to_string(seed) + ", " + where);
        }
    }
    return equal();
}

template <Op kOp>
Result alone() {
    return random_networks(bit_of(kOp) | bit_of(Op::Conv), 60);
}

Result all_operators() {
    return random_networks(kAllOps, 300);
}

/// Products large enough for tiles of 64 and 128 on every device.
Result large_products() {
    NetworkBuilder b({3, 33, 33});
    const Tensor t = b.relu(b.conv(b.conv(0, 130, 3, 1, 1), 70, 3, 2, 1));
    b.linear(b.linear(b.pool(Op::MaxPool, t, 2), 257), 10);
    return compared(difference_of_training(b.network(10), 3, 1, [](int) { return 64u; }));
}

Result text() {
    const Network network = Builder({1, 1, 33})
                                .embedding(24)
                                .same(Op::LayerNorm)
                                .conv(72, 1)
                                .attention(3, true)
                                .add_tensor(2)
                                .dropout(0.3f)
                                .linear(11)
                                .network();
    return compared(difference_of_training(network, 4, 10, [](int) { return 32u; }));
}

Result steps_of_lenet() {
    return compared(difference_of_training(lenet5({1, 28, 28}), 1, 200, [](int step) { return step % 50 == 49 ? 13u : 16u; }));
}

Result steps_of_cnn() {
    return compared(difference_of_training(small_cnn(), 3, 200, [](int) { return 8u; }));
}

Result steps_of_resnet() {
    return compared(difference_of_training(resnet18(), 6, 1, [](int) { return 8u; }));
}

Result not_finite() {
    const Network network = lenet5({1, 28, 28});
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        const auto device = make_cuda_engine(network);
        std::vector<float> weights(network.values, 0.01f);
        weights.back() = bad;
        device->set_weights(weights);
        if (device->gradient(random_batch(network, 8, 1).view()) != Status::NotFinite) {
            return {"WRONG: a gradient that is not finite was accepted", true};
        }
    }
    return {"refused"};
}

}  // namespace

std::vector<Row> engine_rows() {
    return {{"convolution", "bits", alone<Op::Conv>},
            {"linear", "bits", alone<Op::Linear>},
            {"ReLU", "bits", alone<Op::Relu>},
            {"max pooling", "bits", alone<Op::MaxPool>},
            {"average pooling", "bits", alone<Op::AvgPool>},
            {"group norm", "bits", alone<Op::GroupNorm>},
            {"layer norm", "bits", alone<Op::LayerNorm>},
            {"residual add", "bits", alone<Op::Add>},
            {"embedding", "bits", alone<Op::Embedding>},
            {"dropout", "bits", alone<Op::Dropout>},
            {"attention, text", "bits", text},
            {"all operators, 300 networks", "bits", all_operators},
            {"products in all tiles", "bits", large_products},
            {"200 steps, LeNet-5", "bits", steps_of_lenet},
            {"200 steps, CNN 32-64", "bits", steps_of_cnn},
            {"1 step, ResNet-18", "bits", steps_of_resnet},
            {"gradient not finite", "refused", not_finite}};
}

}  // namespace cone::gpu_check
