// Apportionment and settlement: known answers, conservation to the wei, the vectors shared with the contracts.
// SPDX-License-Identifier: Apache-2.0
#include "cone/market/payout.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "cone/base/rng.hpp"

namespace cone::market {
namespace {

using Weights = std::vector<std::uint64_t>;

std::vector<Wei> wei(std::initializer_list<std::uint64_t> amounts) {
    std::vector<Wei> result;
    for (const auto amount : amounts) {
        result.emplace_back(Wei(amount));
    }
    return result;
}

Wei sum_of(const std::vector<Wei>& amounts) {
    return std::accumulate(amounts.begin(), amounts.end(), Wei{});
}

TEST(Apportion, GivesEqualPartsAndTheRestToTheFirst) {
    EXPECT_EQ(apportion(Wei(10), Weights{1, 1, 1}), wei({4, 3, 3}));
    EXPECT_EQ(apportion(Wei(11), Weights{1, 1, 1}), wei({4, 4, 3}));
}

TEST(Apportion, GivesTheRestToTheLargestRemainder) {
    EXPECT_EQ(apportion(Wei(10), Weights{1, 2, 4}), wei({1, 3, 6}));  // 1.43, 2.86, 5.71
    EXPECT_EQ(apportion(Wei(1), Weights{1, 2, 1}), wei({0, 1, 0}));
}

TEST(Apportion, GivesNothingToWeightZero) {
    EXPECT_EQ(apportion(Wei(7), Weights{0, 3, 0}), wei({0, 7, 0}));
}

TEST(Apportion, GivesNothingWhenNobodyWeighs) {
    EXPECT_EQ(apportion(Wei(7), Weights{0, 0}), wei({0, 0}));
    EXPECT_TRUE(apportion(Wei(7), {}).empty());
}

TEST(Apportion, OfNothingIsNothing) {
    EXPECT_EQ(apportion(Wei(0), Weights{1, 2}), wei({0, 0}));
}

TEST(Apportion, ThrowsRatherThanWraps) {
    EXPECT_THROW((void)apportion(Wei(~Uint128{0}), Weights{2, 1}), std::overflow_error);
}

/// All totals up to 24 over all weights up to 3 of four payees.
TEST(Apportion, KeepsEveryPromiseOnAllSmallCases) {
    for (std::uint64_t code = 1; code < 256; ++code) {
        const Weights weights{code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
        const auto sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
        for (std::uint64_t total = 0; total <= 24; ++total) {
            const auto parts = apportion(Wei(total), weights);
            ASSERT_EQ(sum_of(parts), Wei(total));
            for (std::size_t i = 0; i < 4; ++i) {
                const auto floor = total * weights[i] / sum;
                ASSERT_TRUE(parts[i] == Wei(floor) || parts[i] == Wei(floor + 1));
                for (std::size_t j = 0; j < 4; ++j) {
                    ASSERT_FALSE(weights[i] > weights[j] && parts[i] < parts[j]) << "more weight, less money";
                    ASSERT_FALSE(weights[i] == weights[j] && i < j && parts[i] < parts[j]) << "a tie went to the later one";
                }
            }
        }
    }
}

SettlementInput input_of(const Weights& accesses, const Weights& votes, std::uint64_t escrow = 1000) {
    return {Wei(escrow), 3000, 9500, 9000, accesses, votes};
}

TEST(Settle, PaysSellersByAccessesAndExecutorsByVotes) {
    const Weights accesses{3, 0, 4};
    const Weights votes{1, 1, 0};

    const Settlement result = settle(input_of(accesses, votes));

    EXPECT_TRUE(result.met);
    EXPECT_EQ(result.sellers, wei({300, 0, 400}));
    EXPECT_EQ(result.executors, wei({150, 150, 0}));
    EXPECT_EQ(result.refund, Wei(0));
}

TEST(Settle, IsMetExactlyAtTheThreshold) {
    const Weights one{1};
    SettlementInput input = input_of(one, one);
    input.metric_bp = input.threshold_bp;
    EXPECT_TRUE(settle(input).met);
    --input.metric_bp;
    EXPECT_FALSE(settle(input).met);
}

TEST(Settle, GivesTheSellersShareBackBelowTheThreshold) {
    const Weights accesses{3, 4};
    const Weights votes{1, 2};
    SettlementInput input = input_of(accesses, votes);
    input.metric_bp = 8999;

    const Settlement result = settle(input);

    EXPECT_EQ(result.sellers, wei({0, 0}));
    EXPECT_EQ(result.executors, wei({100, 200}));
    EXPECT_EQ(result.refund, Wei(700));
}

TEST(Settle, GivesBackWhatNobodyEarned) {
    const Weights none{0, 0};
    const Weights one{1};
    EXPECT_EQ(settle(input_of(none, one)).refund, Wei(700));
    EXPECT_EQ(settle(input_of(one, none)).refund, Wei(300));
    EXPECT_EQ(settle(input_of({}, {})).refund, Wei(1000));
}

TEST(Settle, RoundsTheSellersShareDown) {
    const Weights one{1};
    const Settlement result = settle(input_of(one, one, 9));
    EXPECT_EQ(result.sellers, wei({6}));  // 9 * 70 % = 6.3
    EXPECT_EQ(result.executors, wei({3}));
}

TEST(Settle, PaysOutTheEscrowToTheWeiOnRandomCases) {
    const Rng random(11, RngStream::Probe, 0);
    std::uint64_t at = 0;
    for (int trial = 0; trial < 3000; ++trial) {
        Weights accesses(random.below(at++, 12));
        Weights votes(random.below(at++, 8));
        for (auto* weights : {&accesses, &votes}) {
            for (auto& weight : *weights) {
                weight = random.below(at++, 5) == 0 ? 0 : random.below(at++, 1'000'000);
            }
        }
        const SettlementInput input{Wei(random.bits(at++)),
                                    static_cast<std::uint32_t>(random.below(at++, 10'001)),
                                    static_cast<std::uint32_t>(random.below(at++, 10'001)),
                                    5000,
                                    accesses,
                                    votes};
        const Settlement result = settle(input);
        ASSERT_EQ(sum_of(result.sellers) + sum_of(result.executors) + result.refund, input.escrow);
        ASSERT_EQ(result.met, input.metric_bp >= 5000);
    }
}

TEST(SettleDeathTest, StopsOnAShareAboveTheWhole) {
    SettlementInput input;
    input.executor_share_bp = 10'001;
    EXPECT_DEATH((void)settle(input), "share of the escrow");
}

std::vector<Wei> amounts_in(const nlohmann::json& list) {
    std::vector<Wei> amounts;
    for (const auto& digits : list) {
        amounts.push_back(wei_from_string(digits.get<std::string>()).value());
    }
    return amounts;
}

TEST(PayoutVectors, AreWhatThisCodeComputes) {
    std::ifstream file(CONE_SOURCE_DIR "/tests/vectors/apportion.json");
    const auto vectors = nlohmann::json::parse(file);
    ASSERT_GE(vectors["apportion"].size(), 20u);
    for (const auto& c : vectors["apportion"]) {
        const auto weights = c["weights"].get<Weights>();
        EXPECT_EQ(apportion(*wei_from_string(c["total"].get<std::string>()), weights), amounts_in(c["parts"])) << c;
    }
    ASSERT_GE(vectors["settle"].size(), 10u);
    for (const auto& c : vectors["settle"]) {
        const auto accesses = c["accesses"].get<Weights>();
        const auto votes = c["votes"].get<Weights>();
        const Settlement result = settle({*wei_from_string(c["escrow"].get<std::string>()), c["executorShareBp"], c["metricBp"],
                                          c["tauBp"], accesses, votes});
        EXPECT_EQ(result.sellers, amounts_in(c["sellers"])) << c;
        EXPECT_EQ(result.executors, amounts_in(c["executors"])) << c;
        EXPECT_EQ(to_string(result.refund), c["refund"]) << c;
    }
}

}  // namespace
}  // namespace cone::market
