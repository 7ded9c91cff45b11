// A training step whose every bit is compared.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/probe.hpp"

#include <span>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/hash/merkle.hpp"
#include "cone/model/determinism.hpp"
#include "cone/model/trainer.hpp"
#include "cone/model/weights.hpp"

namespace cone::model {
namespace {

constexpr const char* kEngine = "libtorch";
constexpr const char* kOperatorSet = "libtorch/1";
constexpr std::uint32_t kThreads = 1;
constexpr std::uint32_t kBlock = 1024;
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
void append_known_answer(Bytes& out, const std::string& network) {
    const job::ModelSpec model{.network = network};
    Trainer trainer(model);
    const auto shard = synthetic_images(model);
    const LocalRun run{.local = {.epochs = 1, .batch = 32, .learning_rate = 0.05, .momentum = 0.9, .weight_decay = 1e-4},
                       .learning_rate = 0.05,
                       .training_seed = kSeed,
                       .round = RoundIndex(0),
                       .seller = SellerIndex(0)};
    const auto weights = trainer.train(initial_weights(trainer.network(), kSeed), shard, run);
    append_floats(out, weights);
    append_floats(out, trainer.logits(weights, shard, 0, kImages));
}

std::string differs(const char* what, const std::string& here, const std::string& asked) {
    return std::string(what) + " is " + here + " here, the job asks for " + asked;
}

}  // namespace

Hash32 execution_probe() {
    Bytes answer;
    append_known_answer(answer, "lenet5");
    append_known_answer(answer, "cnn");
    return hash::bytes_root(answer);
}

job::ExecutionProfile make_profile(std::string_view isa) {
    set_up_determinism(isa);
    return {.engine = kEngine,
            .engine_version = engine_version(),
            .operator_set = kOperatorSet,
            .isa = std::string(isa),
            .threads = kThreads,
            .block = kBlock,
            .probe = execution_probe()};
}

std::optional<std::string> check_profile(const job::ExecutionProfile& profile) {
    if (profile.engine != kEngine) {
        return differs("engine", kEngine, profile.engine);
    }
    if (profile.engine_version != engine_version()) {
        return differs("engine_version", engine_version(), profile.engine_version);
    }
    if (profile.operator_set != kOperatorSet) {
        return differs("operator_set", kOperatorSet, profile.operator_set);
    }
    if (profile.threads != kThreads) {
        return differs("threads", std::to_string(kThreads), std::to_string(profile.threads));
    }
    try {
        set_up_determinism(profile.isa);
        if (const auto probe = execution_probe(); probe != profile.probe) {
            return differs("probe", to_hex(probe), to_hex(profile.probe)) + ": this machine computes other bits";
        }
    } catch (const EnvironmentError& error) {
        return std::string("isa: ") + error.what();
    }
    return std::nullopt;
}

}  // namespace cone::model
