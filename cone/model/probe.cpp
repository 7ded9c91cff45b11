// A training step whose every bit is compared.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/probe.hpp"

#include <span>
#include <string>

#include "cone/base/rng.hpp"
#include "cone/hash/merkle.hpp"
#include "cone/job/presets.hpp"
#include "cone/model/weights.hpp"

namespace cone::model {
namespace {

constexpr std::uint64_t kSeed = 0x434f4e45;  // "CONE"
constexpr std::uint32_t kImages = 48;

data::Shard synthetic_images(const job::ModelSpec& model) {
    data::Shard shard{.images = kImages,
                      .channels = model.channels,
                      .height = model.height,
                      .width = model.width,
                      .pixels = {},
                      .labels = {}};
    const Rng pixels(kSeed, RngStream::Probe, 0);
    const Rng labels(kSeed, RngStream::Probe, 1);
    for (std::uint64_t i = 0; i < kImages * shard.image_bytes(); ++i) {
        shard.pixels.push_back(static_cast<std::uint8_t>(pixels.below(i, 256)));
    }
    for (std::uint64_t i = 0; i < kImages; ++i) {
        shard.labels.push_back(static_cast<std::uint8_t>(labels.below(i, model.classes)));
    }
    return shard;
}

void append_floats(Bytes& out, std::span<const float> values) {
    append(out, ByteSpan(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()));
}

/// Two steps: a whole batch of 32 and a rest of 16.
void append_known_answer(Bytes& out, const MakeTrainer& make_trainer, std::string_view network) {
    const job::ModelSpec model{.layers = job::preset_layers(network)};
    const auto trainer = make_trainer(model);
    const auto shard = synthetic_images(model);
    const LocalRun run{.local = {.epochs = 1, .batch = 32, .learning_rate = 0.05, .momentum = 0.9, .weight_decay = 1e-4},
                       .learning_rate = 0.05,
                       .training_seed = kSeed,
                       .round = RoundIndex(0),
                       .seller = SellerIndex(0)};
    const auto trained = trainer->train(initial_weights(trainer->network(), kSeed), shard, run);
    append_floats(out, trained.weights);
    append_floats(out, trainer->logits(trained.weights, shard, 0, kImages));
}

}  // namespace

Hash32 execution_probe(const MakeTrainer& make_trainer) {
    Bytes answer;
    append_known_answer(answer, make_trainer, "lenet5");
    append_known_answer(answer, make_trainer, "cnn");
    return hash::bytes_root(answer);
}

}  // namespace cone::model
