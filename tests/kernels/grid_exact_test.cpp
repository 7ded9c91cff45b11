// Exact sums and the OSMD step, the device's source on a processor, against the reference.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "cone_kernels/osmd.hpp"
#include "cuda/exact_sum.hpp"
#include "cuda/host_grid.hpp"
#include "cuda/osmd.hpp"
#include "random_network.hpp"

namespace cone::kernels::cuda {
namespace {

using testing::first_difference;
using testing::SplitMix;
using Floats = std::vector<float>;
using Exponents = std::vector<std::int32_t>;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Values over the whole range of exponents, zeros and subnormals among them; some blocks hold only zeros.
Floats wide_values(SplitMix& random, std::size_t count) {
    Floats x(count);
    for (std::size_t i = 0; i < count; ++i) {
        const bool zero = random.between(0, 5) == 0 || i / 64 % 5 == 3;
        x[i] =
            zero ? 0.0f : static_cast<float>(std::ldexp(random.uniform(-1, 1), static_cast<int>(random.between(0, 270)) - 148));
    }
    return x;
}

struct Quantised {
    Status status;
    Exponents exponents;
    Exponents mantissas;
};

Quantised on_grid(const Floats& x, const BlockFormat& format) {
    HostGrid grid(ThreadOrder::Descending);
    Quantised q{Status::Ok, Exponents(format.blocks(x.size())), Exponents(x.size())};
    FirstProblem problem = kNoProblem;
    block_exponents(grid, x.data(), x.size(), format, q.exponents.data(), &problem);
    q.status = status_of(problem);
    if (q.status == Status::Ok) {
        quantise(grid, x.data(), x.size(), format, q.exponents.data(), q.mantissas.data(), &problem);
        q.status = status_of(problem);
    }
    return q;
}

TEST(GridExactSum, QuantisesLikeTheReference) {
    SplitMix random{1};
    for (const BlockFormat format : {BlockFormat{1024, 0}, BlockFormat{64, 3}, BlockFormat{1, 30}, BlockFormat{300, 7}}) {
        for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{2500}}) {
            const Floats x = wide_values(random, count);
            Exponents exponents(format.blocks(count));
            Exponents mantissas(count);
            ASSERT_EQ(kernels::block_exponents(x, format, exponents), Status::Ok);
            ASSERT_EQ(kernels::quantise(x, format, exponents, mantissas), Status::Ok);

            const Quantised found = on_grid(x, format);

            EXPECT_EQ(found.status, Status::Ok);
            EXPECT_EQ(found.exponents, exponents);
            EXPECT_EQ(found.mantissas, mantissas);
        }
    }
}

TEST(GridExactSum, AddsBackLikeTheReference) {
    SplitMix random{2};
    const BlockFormat format{64, 3};
    const Floats x = wide_values(random, 1000);
    Floats expected = wide_values(random, 1000);
    Floats found = expected;
    Quantised q = on_grid(x, format);
    std::vector<std::int64_t> sums(x.size());
    HostGrid grid;
    grid.elements(x.size(), Accumulate{q.mantissas.data(), 5, sums.data()});
    grid.elements(x.size(), Accumulate{q.mantissas.data(), 4294967295, sums.data()});
    std::vector<std::int64_t> expected_sums(x.size());
    kernels::accumulate(q.mantissas, 5, expected_sums);
    kernels::accumulate(q.mantissas, 4294967295u, expected_sums);
    ASSERT_EQ(sums, expected_sums);
    FirstProblem problem = kNoProblem;

    const Status status = kernels::dequantise_add(expected, sums, format, q.exponents, 7'000'000'007);
    dequantise_add(grid, found.data(), sums.data(), found.size(), format, q.exponents.data(), 7'000'000'007, &problem);

    EXPECT_EQ(status_of(problem), status);
    EXPECT_EQ(first_difference(found, expected), "");
}

TEST(GridExactSum, NamesTheProblemTheReferenceMeetsFirst) {
    const BlockFormat format{4, 0};
    const Exponents shared{1, kZeroBlock};
    const Floats cases[] = {{0, 0, 0, 0, kNan, 0, 0, 0}, {0, 0, 2, kInf, 0, 0, 0, 0}, {0, 0, kInf, 2, 0, 0, 0, 0},
                            {1, 1, 1, 1, 0, 1, 0, 0},    {1, 1, 1, 1, 0, 0, 0, 0},    {0, 0, 0, 0, 0, 0x1p-149f, kNan, 0}};
    for (const Floats& x : cases) {
        HostGrid grid(ThreadOrder::Descending);
        Exponents mantissas(8);
        FirstProblem problem = kNoProblem;
        quantise(grid, x.data(), x.size(), format, shared.data(), mantissas.data(), &problem);
        EXPECT_EQ(status_of(problem), kernels::quantise(x, format, shared, mantissas));
    }
}

TEST(GridExactSum, RefusesBlocksThatAreNotFinite) {
    for (const float bad : {kNan, kInf, -kInf}) {
        Floats x(3000, 1.0f);
        x[2999] = bad;
        EXPECT_EQ(on_grid(x, BlockFormat{}).status, Status::NotFinite);
    }
}

struct OsmdCase {
    std::vector<double> p;
    std::vector<double> feedback;
    double alpha;
};

OsmdCase random_case(SplitMix& random, std::size_t n) {
    OsmdCase c{std::vector<double>(n, 1.0 / static_cast<double>(n)), {}, random.coin() ? 0.05 : random.uniform(0.01, 1)};
    for (std::size_t i = 0; i < n; ++i) {
        c.feedback.push_back(random.coin() ? 0.5 : random.uniform(-6, 6));  // ties among them
    }
    return c;
}

void expect_same_step(const OsmdCase& c, double eta) {
    std::vector<double> expected = c.p;
    const Status status = kernels::osmd_step(expected, c.feedback, eta, c.alpha);
    for (const auto order : {ThreadOrder::Ascending, ThreadOrder::OddFirst}) {
        HostGrid grid(order);
        OsmdMemory<HostGrid> memory;
        std::vector<double> p = c.p;
        u32 not_finite = 7;
        osmd_step(grid, static_cast<u32>(p.size()), p.data(), c.feedback.data(), eta, c.alpha, memory, &not_finite);
        ASSERT_EQ(not_finite, status == Status::Ok ? 0u : 1u);
        for (std::size_t i = 0; status == Status::Ok && i < p.size(); ++i) {
            ASSERT_EQ(std::bit_cast<std::uint64_t>(p[i]), std::bit_cast<std::uint64_t>(expected[i])) << p.size() << ", " << i;
        }
    }
}

TEST(GridOsmd, StepsLikeTheReference) {
    SplitMix random{3};
    for (std::size_t n = 1; n < 80; ++n) {
        expect_same_step(random_case(random, n), 1.0);
        expect_same_step(random_case(random, n), 30.0);
    }
    for (const std::size_t n : {std::size_t{255}, std::size_t{256}, std::size_t{257}, std::size_t{3000}}) {
        expect_same_step(random_case(random, n), 1.0);
    }
}

TEST(GridOsmd, AlphaOneGivesTheUniformDistribution) {
    expect_same_step({{0.2, 0.3, 0.5}, {1, 2, 3}, 1.0}, 1.0);
}

TEST(GridOsmd, RefusesWhatTheReferenceRefuses) {
    const double inf = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    expect_same_step({{0.5, 0.5}, {nan, 0}, 0.1}, 1.0);
    expect_same_step({{0.5, 0.5}, {inf, 0}, 0.1}, 1.0);
    expect_same_step({{0.5, 0.5}, {-inf, -inf}, 0.1}, 1.0);
    expect_same_step({{0.5, 0.5}, {-inf, 0}, 0.1}, 1.0);
    expect_same_step({{0.0, 1.0}, {0, 0}, 0.1}, 1.0);
}

}  // namespace
}  // namespace cone::kernels::cuda
