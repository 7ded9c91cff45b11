// The CPU engine gives the reference's bits: every instruction set, any number of threads, any number of rows.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <ostream>

#include "cone_kernels/engine.hpp"
#include "random_network.hpp"

namespace cone::kernels {
namespace {

using namespace testing;

struct Machine {
    Isa isa;
    unsigned threads;
    Order order;
};

const char* name_of(Isa isa) {
    return isa == Isa::Portable ? "portable" : isa == Isa::Avx2 ? "avx2" : "avx512";
}

std::ostream& operator<<(std::ostream& out, const Machine& machine) {
    return out << name_of(machine.isa) << ", " << machine.threads << " threads, "
               << (machine.order == Order::ByLayer ? "by layer" : "by samples");
}

/// Those that this processor has.
std::vector<Machine> machines() {
    std::vector<Machine> result;
    for (const Isa isa : {Isa::Portable, Isa::Avx2, Isa::Avx512}) {
        for (unsigned threads = 1; threads <= 3 && isa <= best_isa(); ++threads) {
            result.push_back({isa, threads, Order::BySamples});
            result.push_back({isa, threads, Order::ByLayer});
        }
    }
    return result;
}

/// 1 .. 40.
std::uint32_t rows_of(std::uint64_t seed) {
    return 1 + static_cast<std::uint32_t>(seed % 40);
}

Optimiser optimiser_of(std::uint64_t seed) {
    constexpr Optimiser::Kind kKinds[] = {Optimiser::Kind::Sgd, Optimiser::Kind::Adam, Optimiser::Kind::AdamW};
    Optimiser optimiser;
    optimiser.kind = kKinds[seed % 3];
    optimiser.rate = optimiser.kind == Optimiser::Kind::Sgd ? 0.05f : 0.002f;
    optimiser.momentum = 0.9f;
    optimiser.decay = seed % 2 == 0 ? 0.01f : 0.0f;
    optimiser.max_norm = seed % 4 == 0 ? 0.5f : 0.0f;
    return optimiser;
}

/// Both engines at the same weights.
struct Pair {
    std::unique_ptr<Engine> reference;
    std::unique_ptr<Engine> cpu;

    Pair(const Network& network, const Machine& machine, std::span<const float> weights)
        : reference(make_reference_engine(network)),
          cpu(make_cpu_engine(network, machine.threads, machine.isa, machine.order)) {
        reference->set_weights(weights);
        cpu->set_weights(weights);
    }

    /// One gradient; what differs.
    std::string gradient(const Batch& batch) {
        const Status expected = reference->gradient(batch);
        const Status status = cpu->gradient(batch);
        if (status != expected) {
            return "status " + std::to_string(static_cast<int>(status));
        }
        return status == Status::Ok ? first_difference(reference->gradient_values(), cpu->gradient_values()) : "";
    }

    std::string apply(const Optimiser& optimiser) {
        const Status expected = reference->apply(optimiser);
        const Status status = cpu->apply(optimiser);
        if (status != expected) {
            return "status " + std::to_string(static_cast<int>(status));
        }
        return status == Status::Ok ? first_difference(reference->weights(), cpu->weights()) : "";
    }

    std::string logits(const Samples& samples, std::size_t classes) {
        std::vector<float> expected(samples.rows.size() * classes);
        std::vector<float> found(expected.size());
        reference->logits(samples, expected);
        cpu->logits(samples, found);
        return first_difference(expected, found);
    }
};

std::string text(const Network& network) {
    std::string result;
    for (const Layer& l : network.layers) {
        result += std::string(kernels::name_of(l.op)) + "(" + std::to_string(l.input) + "," + std::to_string(l.other) + ": " +
                  std::to_string(l.in.channels) + "x" + std::to_string(l.in.height) + "x" + std::to_string(l.in.width) +
                  " -> " + std::to_string(l.out.channels) + "x" + std::to_string(l.out.height) + "x" +
                  std::to_string(l.out.width) + " k" + std::to_string(l.kernel_height) + "x" + std::to_string(l.kernel_width) +
                  " s" + std::to_string(l.stride) + " p" + std::to_string(l.padding) + ") ";
    }
    return result;
}

class CpuEngine : public ::testing::TestWithParam<Machine> {};
INSTANTIATE_TEST_SUITE_P(Machines, CpuEngine, ::testing::ValuesIn(machines()));

TEST_P(CpuEngine, GivesTheReferencesGradientOfRandomNetworks) {
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        const Network network = random_network(seed);
        Pair engines(network, GetParam(), random_weights(network, seed));
        const auto batch = random_batch(network, rows_of(seed), seed);
        ASSERT_EQ(engines.gradient(batch.view()), "") << "seed " << seed << ": " << text(network);
        ASSERT_EQ(engines.logits(batch.samples(), network.classes), "") << "seed " << seed << ": " << text(network);
    }
}

TEST_P(CpuEngine, GivesTheReferencesWeightsAfterTwentySteps) {
    for (std::uint64_t seed = 1000; seed < 1020; ++seed) {
        const Network network = random_network(seed);
        Pair engines(network, GetParam(), random_weights(network, seed));
        for (std::uint64_t step = 0; step < 20; ++step) {
            const auto batch = random_batch(network, rows_of(seed + 7 * step), seed + step);
            ASSERT_EQ(engines.gradient(batch.view()), "") << "seed " << seed << ", step " << step << ": " << text(network);
            ASSERT_EQ(engines.apply(optimiser_of(seed)), "") << "seed " << seed << ", step " << step;
        }
    }
}

/// Convolution, ReLU and pool run as one here, with rows and columns that no square reads.
TEST_P(CpuEngine, GivesTheReferencesBitsWhereLayersAreFused) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        SplitMix random{seed};
        Builder b({random.between(1, 3), random.between(9, 15), random.between(9, 15)});
        b.conv(random.between(1, 14), random.between(1, 5), 1, 0).same(Op::Relu).pool(Op::MaxPool, 2);
        b.conv(random.between(1, 14), 3, random.between(1, 2), 1).same(Op::Relu);
        const std::uint32_t shortcut = b.last();
        b.conv(b.shape().channels, 3, 1, 1).group_norm(1).same(Op::Relu).conv(b.shape().channels, 3, 1, 1);
        b.add_tensor(shortcut).same(Op::Relu).linear(random.between(1, 20)).same(Op::Relu);
        const Network network = b.linear(10).network();
        Pair engines(network, GetParam(), random_weights(network, seed));
        const auto batch = random_batch(network, rows_of(seed), seed);
        ASSERT_EQ(engines.gradient(batch.view()), "") << "seed " << seed << ": " << text(network);
        ASSERT_EQ(engines.apply(optimiser_of(seed)), "") << "seed " << seed;
        ASSERT_EQ(engines.gradient(batch.view()), "") << "seed " << seed << ", second step";
        ASSERT_EQ(engines.logits(batch.samples(), network.classes), "") << "seed " << seed;
    }
}

Network small_network() {
    Builder b({2, 9, 9});
    b.conv(5, 3).same(Op::Relu).pool(Op::MaxPool, 2).conv(4, 2, 1, 1).same(Op::Relu).linear(9).same(Op::Relu).linear(3);
    return b.network();
}

/// Both pools leave a row and a column out.
Network pooled_network() {
    Builder b({2, 17, 17});
    b.conv(5, 3).same(Op::Relu).pool(Op::MaxPool, 2).conv(4, 3).same(Op::Relu).pool(Op::MaxPool, 2).linear(3);
    return b.network();
}

/// Gradients of one shape share their memory where layers take turns. That of a convolution before a pool which leaves the last
/// row and column out is +0 there, whoever had the memory before.
TEST_P(CpuEngine, LeavesNothingBehindWhereNoPoolReads) {
    for (const std::uint32_t before : {0u, 1u, 2u}) {
        for (const std::uint32_t after : {0u, 1u}) {
            Builder b({1, 5, 5});
            for (std::uint32_t i = 0; i < before; ++i) {
                b.conv(2, 3, 1, 1).same(Op::Relu);
            }
            b.conv(2, 3, 1, 1).same(Op::Relu).pool(Op::MaxPool, 2);
            for (std::uint32_t i = 0; i < after; ++i) {
                b.conv(2, 3, 1, 2).same(Op::Relu).conv(2, 2, 1, 1);
            }
            const Network network = b.linear(3).network();
            Pair engines(network, GetParam(), random_weights(network, before));
            const auto batch = random_batch(network, 24, before);
            for (int call = 0; call < 3; ++call) {
                ASSERT_EQ(engines.gradient(batch.view()), "") << "call " << call << ": " << text(network);
            }
        }
    }
}

/// One row, so that a step takes little: these networks are about shapes.
void expect_reference_bits(const Network& network, const Machine& machine) {
    ASSERT_EQ(problem_of(network), std::nullopt);
    Pair engines(network, machine, random_weights(network, 1));
    const auto batch = random_batch(network, 1, 1);
    EXPECT_EQ(engines.gradient(batch.view()), "") << text(network);
    EXPECT_EQ(engines.logits(batch.samples(), network.classes), "") << text(network);
}

TEST_P(CpuEngine, TakesKernelsWiderThanAByteCounts) {
    expect_reference_bits(Builder({1, 256, 256}).conv(2, 256).network(), GetParam());
    expect_reference_bits(Builder({1, 28, 28}).conv(1, 256, 1, 114).linear(2).network(), GetParam());
    expect_reference_bits(Builder({1, 1, 300}).conv(2, 1, 258, 1, 0, 0).same(Op::Relu).linear(2).network(), GetParam());
    expect_reference_bits(Builder({1, 4, 300}).conv(1, 1).conv(1, 3, 257, 1, 1, 0).linear(2).network(), GetParam());
}

/// No stride, however long, makes more work than there are inputs.
TEST_P(CpuEngine, TakesStridesLongerThanTheImage) {
    for (const std::uint32_t stride : {5u, 7u, 40'000u, 4'000'000'000u}) {
        expect_reference_bits(Builder({1, 6, 4}).conv(2, 1).conv(8, 3, stride, 1).linear(3).network(), GetParam());
        expect_reference_bits(Builder({1, 6, 4}).conv(2, 1).conv(8, 1, stride).linear(3).network(), GetParam());
    }
}

/// Each thread looks at a part of the gradient that others made as well: not before they have. One thread has the only block, and
/// goes on to a small weight gradient while the others still wake up.
TEST_P(CpuEngine, ForgetsThatTheLastGradientWasNotFinite) {
    Builder b({4, 48, 48});
    b.group_norm(2).group_norm(2).group_norm(2).group_norm(2).pool(Op::AvgPool, 16).conv(6, 2).linear(3);
    const Network network = b.network();
    const auto engine = make_cpu_engine(network, GetParam().threads, GetParam().isa, GetParam().order);
    const auto weights = random_weights(network, 2);
    const std::vector<float> bad(network.values, std::numeric_limits<float>::quiet_NaN());
    const auto batch = random_batch(network, 8, 2);
    for (int round = 0; round < 10; ++round) {
        engine->set_weights(bad);
        ASSERT_EQ(engine->gradient(batch.view()), Status::NotFinite) << "round " << round;
        engine->set_weights(weights);
        ASSERT_EQ(engine->gradient(batch.view()), Status::Ok) << "round " << round;
    }
}

TEST_P(CpuEngine, KeepsSubnormalNumbers) {
    for (const Network& network : {small_network(), pooled_network()}) {
        for (const float factor : {1e-12f, 1e-20f, 1e-38f}) {
            auto weights = random_weights(network, 3);
            for (float& w : weights) {
                w *= factor;
            }
            Pair engines(network, GetParam(), weights);
            const auto batch = random_batch(network, 21, 3);
            for (int step = 0; step < 5; ++step) {
                ASSERT_EQ(engines.gradient(batch.view()), "") << factor;
                ASSERT_EQ(engines.apply({.rate = 1e-3f, .momentum = 0.9f}), "") << factor;
            }
        }
    }
}

/// Eight equal rows of one channel: 5 x 5 zeros but for one pixel of this value. All have label 0.
struct OnePixel {
    std::vector<std::uint8_t> image = std::vector<std::uint8_t>(25);
    std::vector<const std::uint8_t*> rows = std::vector<const std::uint8_t*>(8, image.data());
    std::vector<std::uint32_t> indices{0, 1, 2, 3, 4, 5, 6, 7};
    std::vector<std::uint8_t> labels = std::vector<std::uint8_t>(8);
    std::array<float, 256> table{};

    OnePixel(std::size_t row, std::size_t column, float value) {
        image[row * 5 + column] = 1;
        table[1] = value;
    }
    [[nodiscard]] Batch view() const { return {.samples = {rows, table}, .labels = labels, .divisor = 8, .indices = indices}; }
};

/// A convolution 1x1 whose pool leaves the last row and column out, behind one that changes nothing or alone.
Network one_pixel_network(bool has_first) {
    Builder b({1, 5, 5});
    if (has_first) {
        b.conv(1, 1).same(Op::Relu);
    }
    return b.conv(1, 1).same(Op::Relu).pool(Op::MaxPool, 2).linear(2).network();
}

/// The products underflow to -0, in all lanes and last of what the pool reads. The +0 of what it does not read comes after it.
TEST_P(CpuEngine, MakesAPlusOfAMinusZeroAtPositionsThatNoPoolReads) {
    for (const bool has_first : {false, true}) {
        const Network network = one_pixel_network(has_first);
        std::vector<float> weights(network.values);
        weights[network.layers[0].weight] = weights[network.layers[has_first ? 2 : 0].weight] = 1;
        weights[network.layers.back().weight + 3] = 1e-30f;  // class 0, the last square
        Pair engines(network, GetParam(), weights);
        const OnePixel batch(3, 3, 1e-20f);
        EXPECT_EQ(engines.gradient(batch.view()), "");
        const float found = engines.reference->gradient_values()[network.layers[has_first ? 2 : 0].weight];
        EXPECT_TRUE(found == 0 && !std::signbit(found));
    }
}

/// 0 times infinity is NaN there as anywhere.
TEST_P(CpuEngine, SeesAnInfinityAtPositionsThatNoPoolReads) {
    const Network network = one_pixel_network(true);
    std::vector<float> weights(network.values, 1);
    weights[network.layers[0].weight] = std::numeric_limits<float>::max();
    Pair engines(network, GetParam(), weights);
    const OnePixel batch(4, 4, 2);
    EXPECT_EQ(engines.reference->gradient(batch.view()), Status::NotFinite);
    EXPECT_EQ(engines.cpu->gradient(batch.view()), Status::NotFinite);
}

TEST_P(CpuEngine, AgreesOnWhatIsNotFinite) {
    const Network network = small_network();
    const float kSpecial[] = {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::max()};
    for (std::size_t i = 0; i < network.values; i += 7) {
        auto weights = random_weights(network, 4);
        weights[i] = kSpecial[i % 4];
        Pair engines(network, GetParam(), weights);
        ASSERT_EQ(engines.gradient(random_batch(network, 9, i).view()), "") << "value " << i;
    }
}

TEST_P(CpuEngine, RefusesAGradientAndWeightsThatAreNotFinite) {
    const Network network = small_network();
    auto weights = random_weights(network, 5);
    const auto engine = make_cpu_engine(network, GetParam().threads, GetParam().isa, GetParam().order);
    const auto batch = random_batch(network, 9, 5);
    engine->set_weights(weights);
    ASSERT_EQ(engine->gradient(batch.view()), Status::Ok);
    EXPECT_EQ(engine->apply({.rate = std::numeric_limits<float>::infinity()}), Status::NotFinite);

    weights.back() = std::numeric_limits<float>::quiet_NaN();
    engine->set_weights(weights);

    EXPECT_EQ(engine->gradient(batch.view()), Status::NotFinite);
}

TEST_P(CpuEngine, AGradientOfNoRowsIsZero) {
    const Network network = small_network();
    Pair engines(network, GetParam(), random_weights(network, 9));
    ASSERT_EQ(engines.gradient(random_batch(network, 9, 9).view()), "");
    const auto nothing = random_batch(network, 0, 9);
    EXPECT_EQ(engines.gradient(nothing.view()), "");
    EXPECT_EQ(first_difference(engines.cpu->gradient_values(), std::vector<float>(network.values)), "");
    EXPECT_EQ(engines.apply({.rate = 0.1f, .momentum = 0.5f, .decay = 0.01f}), "");
}

TEST_P(CpuEngine, TakesAReplacedGradient) {
    const Network network = small_network();
    Pair engines(network, GetParam(), random_weights(network, 6));
    ASSERT_EQ(engines.gradient(random_batch(network, 16, 6).view()), "");
    for (std::size_t i = 0; i < network.values; ++i) {
        engines.reference->gradient_values()[i] = engines.cpu->gradient_values()[i] = static_cast<float>(i % 5);
    }
    EXPECT_EQ(engines.apply({.rate = 0.1f, .momentum = 0.5f}), "");
}

TEST_P(CpuEngine, GivesARowTheSameLogitsInAnyCompany) {
    const Network network = small_network();
    const auto engine = make_cpu_engine(network, GetParam().threads, GetParam().isa, GetParam().order);
    engine->set_weights(random_weights(network, 8));
    const auto batch = random_batch(network, 131, 8);
    std::vector<float> all(batch.rows.size() * network.classes);
    engine->logits(batch.samples(), all);
    for (std::size_t n = 0; n < batch.rows.size(); n += 13) {
        std::vector<float> alone(network.classes);
        engine->logits({std::span(batch.rows).subspan(n, 1), batch.table}, alone);
        EXPECT_EQ(first_difference(std::span(all).subspan(n * network.classes, network.classes), alone), "") << "row " << n;
    }
}

}  // namespace
}  // namespace cone::kernels
