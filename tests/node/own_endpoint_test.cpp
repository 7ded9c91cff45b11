// What a member makes of its own endpoint: when it may show a vote, when never, and how long it goes on looking.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/own_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cone/base/errors.hpp"
#include "tests/support/scripted_endpoint.hpp"

namespace cone::node {
namespace {

using test::ScriptedEndpoint;
using testing::HasSubstr;

constexpr JobId kJob{7};
constexpr Millis kPatience{1000};

Hash32 root_of(std::uint8_t byte) {
    Hash32 root;
    root.bytes.fill(byte);
    return root;
}

CommitmentsOnChain said_by_bridge() {
    return {SegmentIndex(2), AttemptIndex(0x10001), root_of(1), {}, {}};
}

AttemptOnChain in_block() {
    return {.root = root_of(1), .reveal_from_block = 20, .head = 19};
}

TEST(RootStanding, NeedsTheSameRootInABlockAndTheLastBlockOfCommitments) {
    EXPECT_EQ(standing_of(in_block(), root_of(1)), RootStanding::Bound);
    EXPECT_EQ(standing_of(std::nullopt, root_of(1)), RootStanding::NotInBlock);
    EXPECT_EQ(standing_of(in_block(), root_of(2)), RootStanding::OtherRoot);
    AttemptOnChain early = in_block();
    early.head = 18;
    EXPECT_EQ(standing_of(early, root_of(1)), RootStanding::StillCommitting);
    EXPECT_EQ(standing_of(early, root_of(2)), RootStanding::OtherRoot);
}

/// A watch over one message of the bridge, with a clock that the test moves.
class Watching : public testing::Test {
protected:
    /// Looks every 10 ms until something is decided; the refusal, empty for none.
    std::string decide(ScriptedEndpoint& endpoint, Millis give_up = kPatience * 10) {
        RootWatch watch(endpoint, clock_, kPatience);
        watch.expect(kJob, said_by_bridge());
        for (Millis waited{0}; waited < give_up; waited += Millis{10}) {
            auto outcomes = watch.look();
            if (!outcomes.empty()) {
                EXPECT_EQ(outcomes.size(), 1u);
                EXPECT_EQ(outcomes[0].posted, said_by_bridge());
                EXPECT_TRUE(watch.look().empty());
                return outcomes[0].refusal;
            }
            clock_.advance(Millis{10});
        }
        return "undecided";
    }

    ManualClock clock_;
};

TEST_F(Watching, AsksForTheAttemptThatTheBridgeNames) {
    ScriptedEndpoint endpoint([](JobId job, SegmentIndex segment, AttemptIndex attempt) {
        EXPECT_EQ(job, kJob);
        EXPECT_EQ(segment, SegmentIndex(2));
        EXPECT_EQ(attempt, AttemptIndex(0x10001));
        return in_block();
    });

    EXPECT_EQ(decide(endpoint), "");
    EXPECT_EQ(endpoint.looks, 1);
    EXPECT_EQ(clock_.now(), Millis{0});
}

TEST_F(Watching, WaitsForARootThatTheEndpointHasNotSeenYet) {
    ScriptedEndpoint endpoint(
        [this](auto...) { return clock_.now() < Millis{500} ? std::nullopt : std::optional(in_block()); });

    EXPECT_EQ(decide(endpoint), "");
    EXPECT_EQ(clock_.now(), Millis{500});
}

TEST_F(Watching, LooksTenTimesASecondAndNotMore) {
    ScriptedEndpoint endpoint([](auto...) { return std::nullopt; });

    EXPECT_THAT(decide(endpoint), HasSubstr("shows no commitments of this attempt in a block"));
    EXPECT_EQ(clock_.now(), kPatience);
    EXPECT_EQ(endpoint.looks, 11);
}

TEST_F(Watching, RefusesAnotherRootAtOnce) {
    AttemptOnChain other = in_block();
    other.root = root_of(9);
    ScriptedEndpoint endpoint([&](auto...) { return other; });

    const std::string refusal = decide(endpoint);

    EXPECT_THAT(refusal, HasSubstr(to_hex(root_of(9))));
    EXPECT_THAT(refusal, HasSubstr(to_hex(root_of(1))));
    EXPECT_EQ(endpoint.looks, 1);
}

TEST_F(Watching, ShowsNothingWhileSomebodyCanStillCommit) {
    AttemptOnChain early = in_block();
    early.head = 18;
    ScriptedEndpoint endpoint([&](auto...) { return early; });

    EXPECT_THAT(decide(endpoint), HasSubstr("is at block 18, commitments are taken until block 19"));
    EXPECT_EQ(clock_.now(), kPatience);
}

TEST_F(Watching, GivesUpAnEndpointThatStaysDown) {
    ScriptedEndpoint endpoint([](auto...) -> std::optional<AttemptOnChain> { throw RpcError("unreachable: no route"); });

    EXPECT_THAT(decide(endpoint), HasSubstr("our endpoint: unreachable: no route"));
    EXPECT_EQ(clock_.now(), kPatience);
}

TEST_F(Watching, OutlivesAShortOutage) {
    ScriptedEndpoint endpoint([this](auto...) {
        if (clock_.now() < Millis{300}) {
            throw RpcError("unreachable");
        }
        return in_block();
    });

    EXPECT_EQ(decide(endpoint), "");
    EXPECT_EQ(clock_.now(), Millis{300});
}

/// An endpoint that answers each call only after a long while: the deadline counts the time inside the calls.
TEST_F(Watching, CountsTheTimeThatLooksTake) {
    ScriptedEndpoint endpoint([this](auto...) -> std::optional<AttemptOnChain> {
        clock_.advance(kPatience * 3 / 4);
        throw RpcError("timed out");
    });

    EXPECT_THAT(decide(endpoint), HasSubstr("timed out"));
    EXPECT_EQ(endpoint.looks, 2);
}

TEST_F(Watching, RefusesAnEndpointOfAnotherChainAtOnce) {
    ScriptedEndpoint endpoint(
        [](auto...) -> std::optional<AttemptOnChain> { throw ConfigError("the node is on chain 1, not on 31337"); });

    EXPECT_THAT(decide(endpoint), HasSubstr("chain 1, not on 31337"));
    EXPECT_EQ(endpoint.looks, 1);
}

TEST_F(Watching, DecidesEachMessageByItself) {
    ScriptedEndpoint endpoint([](JobId, SegmentIndex segment, AttemptIndex) {
        return segment == SegmentIndex(2) ? std::optional(in_block()) : std::nullopt;
    });
    RootWatch watch(endpoint, clock_, kPatience);
    CommitmentsOnChain later = said_by_bridge();
    later.segment = SegmentIndex(3);
    watch.expect(kJob, later);
    watch.expect(kJob, said_by_bridge());

    const auto first = watch.look();
    clock_.advance(kPatience);
    const auto second = watch.look();

    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0].posted.segment, SegmentIndex(2));
    EXPECT_EQ(first[0].refusal, "");
    ASSERT_EQ(second.size(), 1u);
    EXPECT_EQ(second[0].posted.segment, SegmentIndex(3));
    EXPECT_NE(second[0].refusal, "");
}

}  // namespace
}  // namespace cone::node
