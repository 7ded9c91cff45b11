// Easy images and a local training on them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <span>

#include "cone/base/rng.hpp"
#include "cone/model/trainer.hpp"

namespace cone::test {

/// Images whose class is the bright one of ten columns, with noise: easy to learn.
inline data::Shard striped(std::uint32_t images, std::uint64_t seed) {
    data::Shard shard{.images = images, .channels = 1, .height = 28, .width = 28, .pixels = {}, .labels = {}};
    const Rng rng(seed, RngStream::Probe, 9);
    for (std::uint32_t i = 0; i < images; ++i) {
        const auto label = static_cast<std::uint8_t>(rng.below(i, 10));
        shard.labels.push_back(label);
        for (std::uint32_t p = 0; p < 784; ++p) {
            const bool bright = p % 28 / 2 == label + 2u;
            shard.pixels.push_back(static_cast<std::uint8_t>(rng.below(1000 + 784ull * i + p, 100) + (bright ? 150 : 0)));
        }
    }
    return shard;
}

inline model::LocalRun run_with(std::uint32_t epochs, std::uint32_t batch, double rate, double momentum) {
    return {.local = {.epochs = epochs, .batch = batch, .learning_rate = rate, .momentum = momentum},
            .learning_rate = rate,
            .training_seed = 3,
            .round = RoundIndex(1),
            .seller = SellerIndex(2)};
}

/// Whether training gives other weights when this one thing is changed.
inline bool changes_the_weights(model::Trainer& trainer, std::span<const float> start,
                                const std::function<void(model::LocalRun&)>& change) {
    const auto shard = striped(64, 1);
    auto run = run_with(1, 16, 0.05, 0.9);
    const auto weights = trainer.train(start, shard, run).weights;
    change(run);
    return trainer.train(start, shard, run).weights != weights;
}

/// What every trainer must heed.
inline void expect_every_common_option_counts(model::Trainer& trainer, std::span<const float> start) {
    const auto changes = [&](const auto& change) { return changes_the_weights(trainer, start, change); };
    EXPECT_TRUE(changes([](auto& run) { run.round = RoundIndex(2); }));
    EXPECT_TRUE(changes([](auto& run) { run.seller = SellerIndex(3); }));
    EXPECT_TRUE(changes([](auto& run) { run.training_seed = 4; }));
    EXPECT_TRUE(changes([](auto& run) { run.learning_rate = 0.04; }));
    EXPECT_TRUE(changes([](auto& run) { run.local.momentum = 0.8; }));
    EXPECT_TRUE(changes([](auto& run) { run.local.weight_decay = 0.01; }));
}

}  // namespace cone::test
