// Tiles of matrix products: which thread owns what, and the same bits as one loop an element, at every edge.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <utility>

#include "cuda/divider.hpp"
#include "cuda/gemm_tile.hpp"
#include "cuda/host_grid.hpp"
#include "cuda/matrix_operands.hpp"
#include "random_network.hpp"

namespace cone::kernels::cuda {
namespace {

using testing::first_difference;
using testing::SplitMix;
using Floats = std::vector<float>;
using Stored = Product<AlongDepth, AcrossDepth, MatrixOutput>;

/// Ordinary values with zeros of both signs and subnormals between them: what a step too many would change.
Floats values(SplitMix& random, std::size_t count) {
    Floats x(count);
    for (float& value : x) {
        const float special[] = {0.0f, -0.0f, 0x1p-149f, -0x1p-149f, 0x1p-75f, -0x1p-75f};
        const auto kind = random.between(0, 9);
        value = kind < 6 ? special[kind] : static_cast<float>(random.uniform(-2, 2));
    }
    return x;
}

struct Sizes {
    u32 rows, cols, depth;
};

Floats loops(const Sizes& s, const Floats& a, const Floats& b, const Floats& bias) {
    Floats out(std::size_t{s.rows} * s.cols);
    for (u32 i = 0; i < s.rows; ++i) {
        for (u32 j = 0; j < s.cols; ++j) {
            float acc = bias[j];
            for (u32 k = 0; k < s.depth; ++k) {
                acc = std::fma(a[std::size_t{i} * s.depth + k], b[std::size_t{k} * s.cols + j], acc);
            }
            out[std::size_t{i} * s.cols + j] = acc;
        }
    }
    return out;
}

template <u32 kTile>
Floats tiles(const Sizes& s, const Floats& a, const Floats& b, const Floats& bias, ThreadOrder order) {
    Floats out(std::size_t{s.rows} * s.cols, 77.0f);
    const Stored product{{a.data(), s.depth}, {b.data(), s.cols}, {out.data(), s.cols, bias.data()}, s.rows, s.cols, s.depth};
    HostGrid(order).blocks(Extent{ceil_div(s.cols, kTile), ceil_div(s.rows, kTile), 1}, GemmTile<kTile, Stored>{product});
    return out;
}

template <u32 kTile>
void expect_same_bits(const Sizes& s, std::uint64_t seed) {
    SplitMix random{seed};
    const Floats a = values(random, std::size_t{s.rows} * s.depth);
    const Floats b = values(random, std::size_t{s.depth} * s.cols);
    const Floats bias = values(random, s.cols);
    const Floats expected = loops(s, a, b, bias);
    for (const auto order : {ThreadOrder::Ascending, ThreadOrder::Descending, ThreadOrder::OddFirst}) {
        EXPECT_EQ(first_difference(expected, tiles<kTile>(s, a, b, bias, order)), "")
            << kTile << ": " << s.rows << " x " << s.cols << " x " << s.depth;
    }
}

template <u32 kTile>
void expect_same_bits_at_edges() {
    const u32 sides[] = {1, kTile - 1, kTile, kTile + 1};
    for (const u32 depth : {0u, 1u, 7u, 8u, 9u, 16u, 23u, 32u, 33u, 47u, 64u, 71u}) {
        for (const u32 side : sides) {
            expect_same_bits<kTile>({side, sides[depth % 4], depth}, depth + 100 * side);
        }
    }
}

TEST(GridProduct, SmallTilesGiveTheBitsOfLoops) {
    expect_same_bits_at_edges<32>();
}

TEST(GridProduct, MiddleTilesGiveTheBitsOfLoops) {
    expect_same_bits_at_edges<64>();
}

TEST(GridProduct, LargeTilesGiveTheBitsOfLoops) {
    expect_same_bits_at_edges<128>();
}

/// Lines of four floats at once, of other lengths, and off the four's boundary.
TEST(GridProduct, ReadsLinesOfAnyAlignmentAlike) {
    SplitMix random{5};
    for (const u32 depth : {8u, 12u, 20u, 21u}) {
        const Sizes s{130, 40, depth};
        Floats a = values(random, std::size_t{s.rows} * depth);
        const Floats b = values(random, std::size_t{depth} * s.cols);
        const Floats bias = values(random, s.cols);
        const Floats expected = tiles<128>(s, a, b, bias, ThreadOrder::Ascending);
        ASSERT_EQ(first_difference(loops(s, a, b, bias), expected), "") << depth;
        a.insert(a.begin(), 9.0f);
        Floats found(expected.size());
        const Stored product{
            {a.data() + 1, depth}, {b.data(), s.cols}, {found.data(), s.cols, bias.data()}, s.rows, s.cols, depth};
        EXPECT_FALSE(product.rows.packed);

        HostGrid().blocks(Extent{1, 2, 1}, GemmTile<128, Stored>{product});

        EXPECT_EQ(first_difference(expected, found), "") << depth;
    }
}

template <u32 kTile>
void expect_each_element_has_one_owner() {
    using Tile = GemmTile<kTile, Stored>;
    std::set<std::pair<u32, u32>> owned;
    for (u32 t = 0; t < Tile::kThreads; ++t) {
        for (u32 e = 0; e < Tile::kPer * Tile::kPer; ++e) {
            owned.insert({Tile::row_of(t, e / Tile::kPer), Tile::col_of(t, e % Tile::kPer)});
        }
    }
    EXPECT_EQ(owned.size(), std::size_t{kTile} * kTile);
    EXPECT_EQ(*owned.rbegin(), (std::pair<u32, u32>{kTile - 1, kTile - 1}));
}

TEST(GridProduct, EachElementHasOneOwner) {
    expect_each_element_has_one_owner<32>();
    expect_each_element_has_one_owner<64>();
    expect_each_element_has_one_owner<128>();
}

/// How many of the 32 banks a warp's writes of 4 bytes meet.
template <u32 kTile, class Operand>
std::size_t banks_of_writes() {
    using Tile = GemmTile<kTile, Stored>;
    std::set<std::size_t> banks;
    for (u32 t = 0; t < 32; ++t) {
        const auto errand = Tile::template errand_of<Operand>(t);
        banks.insert((std::size_t{errand.k} * Tile::kPitch * Tile::kQuad + errand.i) % 32);
    }
    return banks.size();
}

TEST(GridProduct, WritesToSharedMemoryMeetDifferentBanks) {
    EXPECT_EQ((banks_of_writes<32, AcrossDepth>()), 32u);
    EXPECT_EQ((banks_of_writes<64, AcrossDepth>()), 32u);
    EXPECT_EQ((banks_of_writes<128, AcrossDepth>()), 32u);
    EXPECT_EQ((banks_of_writes<128, AlongDepth>()), 32u);
    EXPECT_GE((banks_of_writes<64, AlongDepth>()), 16u);  // two at a bank: 8 writes beside 256 fused multiply-adds
    EXPECT_GE((banks_of_writes<32, AlongDepth>()), 16u);
}

TEST(GridDivider, DividesLikeTheProcessor) {
    constexpr u32 kLimit = (u32{1} << 31) - 1;
    SplitMix random{9};
    for (int i = 0; i < 20000; ++i) {
        const u32 by = i < 300 ? static_cast<u32>(i + 1) : std::max(1u, random.between(1, kLimit) >> random.between(0, 30));
        const Divider divider(by);
        for (const u32 n :
             {0u, by - 1, by, random.between(0, kLimit), kLimit / by * by - (by > 1 ? 1 : 0), kLimit / by * by, kLimit}) {
            ASSERT_EQ(divider.quotient(n), n / by) << n << " / " << by;
        }
    }
}

}  // namespace
}  // namespace cone::kernels::cuda
