// Growth policies: the tables of docs/protocol.md 2.3, the cap, the missing lead.
// SPDX-License-Identifier: Apache-2.0
#include "cone/sortition/growth.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cone::sortition {
namespace {

using job::Growth;

job::AgreementSpec spec_of(Growth growth, std::uint32_t lead, std::uint32_t min_size) {
    job::AgreementSpec spec;
    spec.growth = growth;
    spec.lead = lead;
    spec.min_size = min_size;
    return spec;
}

/// Totals after attempts 0, 1, ... while the lead stays at 0.
std::vector<std::uint32_t> totals(const job::AgreementSpec& spec, std::uint32_t attempts, std::uint32_t pool) {
    std::vector<std::uint32_t> result;
    for (std::uint32_t attempt = 0; attempt < attempts; ++attempt) {
        result.push_back(next_total(spec, {AttemptIndex(attempt), result.empty() ? 0 : result.back(), 0, pool}));
    }
    return result;
}

TEST(Doubling, StartsAtTheLargerOfLeadAndMinimum) {
    EXPECT_EQ(totals(spec_of(Growth::Doubling, 3, 1), 5, 1000), (std::vector<std::uint32_t>{3, 6, 12, 24, 48}));
    EXPECT_EQ(totals(spec_of(Growth::Doubling, 3, 5), 3, 1000), (std::vector<std::uint32_t>{5, 10, 20}));
}

/// Sets of 5, 6, 8, 12, 20, 36, 68, 132 for base 4: d2m.md 2.2.
TEST(D2m, AddsBasePlusPowersOfTwo) {
    const auto result = totals(spec_of(Growth::D2m, 3, 4), 8, 100'000);
    EXPECT_EQ(result, (std::vector<std::uint32_t>{5, 11, 19, 31, 51, 87, 155, 287}));
}

TEST(D2m, DoesNotOverflowInLateAttempts) {
    EXPECT_EQ(next_total(spec_of(Growth::D2m, 3, 4), {AttemptIndex(200), 10, 0, 4'000'000'000}), 10u + 4u + 65'536u);
}

TEST(Lead, AsksForExactlyWhatIsMissing) {
    const auto spec = spec_of(Growth::Lead, 7, 1);
    EXPECT_EQ(next_total(spec, {AttemptIndex(0), 0, 0, 100}), 7u);
    for (std::uint32_t lead = 0; lead < 7; ++lead) {
        EXPECT_EQ(next_total(spec, {AttemptIndex(1), 20, lead, 100}), 20 + 7 - lead);
    }
}

TEST(Lead, ScalesTheMissingVotesUp) {
    auto spec = spec_of(Growth::Lead, 7, 1);
    spec.c_num = 5;
    spec.c_den = 3;
    EXPECT_EQ(next_total(spec, {AttemptIndex(1), 20, 6, 100}), 22u);  // ceil(5/3)
    EXPECT_EQ(next_total(spec, {AttemptIndex(1), 20, 4, 100}), 25u);  // 5/3 * 3 exactly
    EXPECT_EQ(next_total(spec, {AttemptIndex(1), 20, 0, 100}), 32u);  // ceil(35/3)
}

TEST(Lead, AsksForTheWholeLeadAgainUnderAChallenge) {
    const auto spec = spec_of(Growth::Lead, 3, 1);
    EXPECT_EQ(next_total(spec, {AttemptIndex(1), 5, 3, 100}), 8u);
    EXPECT_EQ(next_total(spec, {AttemptIndex(1), 5, 5, 100}), 8u);
}

TEST(Growth, IsAlwaysCappedByThePoolAndOtherwiseAlwaysGrows) {
    for (const auto growth : {Growth::Doubling, Growth::D2m, Growth::Lead}) {
        for (std::uint32_t pool = 1; pool < 60; ++pool) {
            std::uint32_t total = 0;
            for (std::uint32_t attempt = 0; attempt < 10; ++attempt) {
                const std::uint32_t next = next_total(spec_of(growth, 3, 2), {AttemptIndex(attempt), total, 2, pool});
                ASSERT_LE(next, pool);
                ASSERT_TRUE(next > total || next == pool);
                total = next;
            }
        }
    }
}

TEST(GrowthDeathTest, StopsOnAFirstAttemptThatIsNotTheFirst) {
    EXPECT_DEATH((void)next_total(spec_of(Growth::Doubling, 3, 1), {AttemptIndex(0), 3, 0, 9}), "starts from nobody");
}

TEST(Growth, ASegmentAsksAtMost160OfAPool) {
    EXPECT_EQ(most_members(0), 0U);
    EXPECT_EQ(most_members(160), 160U);
    EXPECT_EQ(most_members(161), 160U);
    EXPECT_EQ(most_members(std::size_t{1} << 33), 160U);
}

}  // namespace
}  // namespace cone::sortition
