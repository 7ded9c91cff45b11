// Runs every kernel on fixed inputs and folds the bits of all results into one number. Compiled once a variant of compiler
// flags, with the namespace `kernels` renamed, so that one program holds all variants side by side.
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstdint>
#include <vector>

#include "cone_kernels/classification.hpp"
#include "cone_kernels/elementary.hpp"
#include "cone_kernels/fixed_point.hpp"
#include "cone_kernels/osmd.hpp"
#include "cone_kernels/vector.hpp"

namespace cone::kernels {
namespace {

struct Fold {
    std::uint64_t hash = 0xcbf29ce484222325;
    void add(std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3; }
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
};

struct SplitMix {
    std::uint64_t state;
    std::uint64_t next() {
        std::uint64_t z = (state += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    double uniform(double low, double high) { return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1.0p-53); }
};

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
    for (const float value : w) {
        fold.add(std::uint64_t{std::bit_cast<std::uint32_t>(value)});
    }
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

}  // namespace

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
