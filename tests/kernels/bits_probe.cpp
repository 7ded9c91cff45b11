// Runs every kernel on fixed inputs and folds the bits of all results into one number. Compiled once a variant of compiler
// flags, with the namespace `kernels` renamed, so that one program holds all variants side by side.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "cone_kernels/classification.hpp"
#include "cone_kernels/elementary.hpp"
#include "cone_kernels/fixed_point.hpp"
#include "cone_kernels/osmd.hpp"
#include "cone_kernels/vector.hpp"
#include "random_network.hpp"

namespace cone::kernels {
namespace {

using testing::Fold;
using testing::SplitMix;

std::vector<float> floats(SplitMix& random, std::size_t count) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(static_cast<float>(random.uniform(-3, 3)));
    }
    return values;
}

void fold_elementary(Fold& fold, SplitMix& random) {
    for (int i = 0; i < 20000; ++i) {
        fold.add(exp_exact(random.uniform(-750, 715)));
        fold.add(exp_exact(random.uniform(-1, 1)));
        fold.add(log_exact(std::bit_cast<double>(random.next() >> 1)));
        fold.add(log_exact(random.uniform(0.5, 2)));
    }
}

void fold_fixed_point(Fold& fold, SplitMix& random) {
    const auto x = floats(random, 1000);
    auto w = floats(random, 1000);
    const BlockFormat format{64, 3};
    std::vector<std::int32_t> exponents(format.blocks(x.size()));
    std::vector<std::int32_t> mantissas(x.size());
    std::vector<std::int64_t> sums(x.size());
    (void)block_exponents(x, format, exponents);
    (void)quantise(x, format, exponents, mantissas);
    accumulate(mantissas, 5, sums);
    (void)dequantise_add(w, sums, format, exponents, 7);
    scale(w, 1.0 / 3);
    fold.add(squared_norm(w));
    fold.add(w);
}

void fold_osmd(Fold& fold, SplitMix& random) {
    for (std::size_t n = 1; n < 40; ++n) {
        std::vector<double> p(n, 1.0 / static_cast<double>(n));
        for (int step = 0; step < 10; ++step) {
            std::vector<double> feedback;
            for (std::size_t i = 0; i < n; ++i) {
                feedback.push_back(random.uniform(-2, 2));
            }
            (void)osmd_step(p, feedback, 1.0, 0.05);
        }
        for (const double value : p) {
            fold.add(value);
        }
    }
}

void fold_classification(Fold& fold, SplitMix& random) {
    const auto logits = floats(random, 5000);
    std::vector<std::uint8_t> labels;
    for (int i = 0; i < 500; ++i) {
        labels.push_back(static_cast<std::uint8_t>(random.next() % 10));
    }
    fold.add(cross_entropy_sum(logits, labels, 10));
    fold.add(std::uint64_t{count_correct(logits, labels, 10)});
}

/// 20 training steps; every step's gradient and weights, and the logits after the last.
void fold_training(Fold& fold, std::uint64_t seed) {
    const Network network = testing::random_network(seed);
    const auto kind = static_cast<Optimiser::Kind>(seed % 3);
    const Optimiser optimiser{
        .kind = kind, .rate = 0.01f, .momentum = 0.9f, .decay = 0.001f, .max_norm = seed % 2 == 0 ? 0.5f : 0.0f};
    auto engine = make_reference_engine(network);
    engine->set_weights(testing::random_weights(network, seed));
    for (std::uint64_t step = 0; step < 20; ++step) {
        const auto batch = testing::random_batch(network, 1 + static_cast<std::uint32_t>((seed + step) % 9), seed * 100 + step);
        if (engine->gradient(batch.view()) != Status::Ok) {
            return fold.add(step);  // which NaN it is, is not defined
        }
        fold.add(engine->gradient_values());
        if (engine->apply(optimiser) != Status::Ok) {
            return fold.add(step);
        }
        fold.add(engine->weights());
    }
    const auto batch = testing::random_batch(network, 5, seed);
    std::vector<float> logits(5 * network.classes);
    engine->logits(batch.samples(), logits);
    fold.add(logits);
}

}  // namespace

std::uint64_t probe_training_bits() {
    Fold fold;
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        fold_training(fold, seed);
    }
    return fold.hash;
}

std::uint64_t probe_bits() {
    Fold fold;
    SplitMix random{20261121};
    fold_elementary(fold, random);
    fold_fixed_point(fold, random);
    fold_osmd(fold, random);
    fold_classification(fold, random);
    return fold.hash;
}

}  // namespace cone::kernels
