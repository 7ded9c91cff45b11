// Two nodes that agree, differ, lag and fall silent: when logs are handed on, and when anything may be sent.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/second_endpoint.hpp"

#include <gtest/gtest.h>

#include "bridge/follower/follower.hpp"
#include "tests/bridge/follower/fake_blocks.hpp"
#include "tests/bridge/follower/replica.hpp"

namespace cone::test {
namespace {

using follower::Follower;
using follower::SecondEndpoint;

struct FakeNode {
    FakeBlocks chain;
    ManualClock& clock;
    rpc::ManualPause pause{clock};
    rpc::Client client{chain, pause, {.tries = 1}};
    explicit FakeNode(ManualClock& c) : clock(c) {}
};

struct TwoNodes {
    ManualClock clock;
    FakeNode first{clock};
    FakeNode second{clock};
    std::vector<std::optional<std::string>> reports;
    SecondEndpoint endpoint{second.client, clock, settings()};
    Follower follower{first.client, clock, {.addresses = {kWatched}, .first_block = 1, .catch_up_blocks = 80}, {}, &endpoint};
    Replica replica;

    follower::SecondSettings settings() {
        return {.report = [this](const std::optional<std::string>& why) { reports.push_back(why); }};
    }
    /// The same blocks for both.
    void grow(std::size_t blocks) {
        for (std::size_t i = 0; i < blocks; ++i) {
            first.chain.add(i % 2);
            second.chain.add(i % 2);
        }
    }
    void poll(int times = 10) {
        for (int i = 0; i < times; ++i) {
            replica.take(follower.poll());
            clock.advance(Millis(1'000));
        }
    }
    /// The second endpoint's next blocks differ from the first one's.
    void fork(std::size_t blocks) {
        second.chain.add(1);
        second.chain.rollback(1);  // what it makes from now on has other content
        grow(blocks);
    }
    bool follows() { return replica.log_data() == first.chain.log_data(1); }
};

TEST(SecondEndpoint, LetsNothingBeSentBeforeTheFirstComparison) {
    TwoNodes bench;
    EXPECT_FALSE(bench.endpoint.may_act());
    EXPECT_NE(bench.endpoint.why_not()->find("not compared yet"), std::string::npos);

    bench.grow(5);
    bench.poll();

    EXPECT_TRUE(bench.endpoint.may_act());
    EXPECT_TRUE(bench.follows());
}

TEST(SecondEndpoint, FollowsReorganisationsThatBothSee) {
    TwoNodes bench;
    bench.grow(100);
    bench.poll();
    for (const std::size_t depth : {1U, 7U, 32U}) {
        bench.first.chain.rollback(depth);
        bench.second.chain.rollback(depth);
        bench.grow(depth + 1);
        bench.poll();
        EXPECT_TRUE(bench.follows());
        EXPECT_TRUE(bench.endpoint.may_act());
    }
}

TEST(SecondEndpoint, OnAnotherForkStopsSendingAndNotReading) {
    TwoNodes bench;
    bench.fork(100);

    bench.poll(60);

    EXPECT_FALSE(bench.endpoint.may_act());
    EXPECT_NE(bench.endpoint.why_not()->find("final block 36 is 0x"), std::string::npos) << *bench.endpoint.why_not();
    EXPECT_TRUE(bench.follows()) << "the first endpoint is read on";
    EXPECT_GE(bench.reports.size(), 1U);
}

TEST(SecondEndpoint, ThatComesBackToOurChainLetsSendAgain) {
    TwoNodes bench;
    bench.grow(5);
    bench.fork(100);
    bench.poll(60);
    ASSERT_FALSE(bench.endpoint.may_act());

    bench.first.chain = bench.second.chain;  // the first one was wrong and is repaired
    bench.poll(60);

    EXPECT_TRUE(bench.endpoint.may_act());
    EXPECT_TRUE(bench.follows());
    EXPECT_EQ(bench.reports.back(), std::nullopt);
}

TEST(SecondEndpoint, OfAnotherChainAltogetherIsSeenBeforeAnythingIsFinal) {
    TwoNodes bench;
    bench.second.chain.rollback(1);
    bench.second.chain.add(0);  // another first block
    bench.poll();
    EXPECT_NE(bench.endpoint.why_not()->find("final block 0 is"), std::string::npos);
}

TEST(SecondEndpoint, IsWaitedForWhenItLags) {
    TwoNodes bench;
    bench.grow(4);
    bench.second.chain.lag = 3;
    bench.poll(5);
    EXPECT_EQ(bench.replica.log_data().size(), 0U) << "block 2 has the first log";
    EXPECT_EQ(bench.follower.tip()->number, 1U);

    bench.second.chain.lag = 0;
    bench.poll(3);

    EXPECT_TRUE(bench.follows());
    EXPECT_TRUE(bench.endpoint.may_act());
}

TEST(SecondEndpoint, SilentForLongStopsSendingNotReadingAndOwesItsAnswers) {
    TwoNodes bench;
    bench.grow(3);
    bench.poll(3);
    ASSERT_TRUE(bench.endpoint.may_act());
    bench.second.chain.before = [](const std::string&) { throw rpc::CallFailed(rpc::Fault::Unreachable, "away"); };
    bench.grow(4);
    bench.poll(20);
    EXPECT_FALSE(bench.follows()) << "it is waited for first";

    bench.poll(20);
    EXPECT_TRUE(bench.follows());
    EXPECT_FALSE(bench.endpoint.may_act());

    bench.second.chain.before = {};
    bench.poll(20);
    EXPECT_TRUE(bench.endpoint.may_act());
}

TEST(SecondEndpoint, ThatTellsOtherLogsAfterASilenceStopsSending) {
    TwoNodes bench;
    bench.second.chain.before = [](const std::string&) { throw rpc::CallFailed(rpc::Fault::TimedOut, "away"); };
    bench.grow(4);
    bench.poll(60);
    ASSERT_TRUE(bench.follows());

    bench.second.chain.before = {};
    bench.second.chain.forge_logs = true;
    bench.poll(40);
    EXPECT_FALSE(bench.endpoint.may_act());
    EXPECT_NE(bench.endpoint.why_not()->find("logs of block"), std::string::npos);

    bench.second.chain.forge_logs = false;
    bench.poll(40);
    EXPECT_TRUE(bench.endpoint.may_act());
}

TEST(SecondEndpoint, ForgetsWhatItOwedOfBlocksThatLeftTheChain) {
    TwoNodes bench;
    bench.grow(2);
    bench.second.chain.before = [](const std::string&) { throw rpc::CallFailed(rpc::Fault::TimedOut, "away"); };
    bench.poll(60);
    ASSERT_TRUE(bench.follows());
    bench.first.chain.rollback(1);
    bench.second.chain.rollback(1);
    bench.grow(3);
    bench.poll(10);

    bench.second.chain.before = {};
    bench.poll(30);

    EXPECT_TRUE(bench.follows());
    EXPECT_TRUE(bench.endpoint.may_act()) << *bench.endpoint.why_not();
}

TEST(SecondEndpoint, KeepsForgedLogsFromBeingHandedOn) {
    TwoNodes bench;
    bench.grow(6);
    bench.first.chain.forge_logs = true;
    bench.poll(50);
    EXPECT_TRUE(bench.replica.log_data().empty()) << "however long it takes";
    EXPECT_FALSE(bench.endpoint.may_act());
    EXPECT_NE(bench.endpoint.why_not()->find("the logs of block 0x"), std::string::npos);

    bench.first.chain.forge_logs = false;
    bench.poll(30);
    EXPECT_TRUE(bench.endpoint.may_act());
    EXPECT_TRUE(bench.follows());
}

TEST(SecondEndpoint, ForgetsADifferenceInABlockThatLeftTheChain) {
    TwoNodes bench;
    bench.grow(2);
    bench.first.chain.forge_logs = true;
    bench.poll(5);
    ASSERT_FALSE(bench.endpoint.may_act());

    for (FakeNode* node : {&bench.first, &bench.second}) {
        node->chain.rollback(2);
        node->chain.add(0);
        node->chain.add(0);
        node->chain.add(0);
    }
    bench.poll(5);

    EXPECT_TRUE(bench.endpoint.may_act()) << bench.endpoint.why_not().value_or("");
}

/// Data of all logs that are handed on until nothing more is.
std::vector<Bytes> read_logs(Follower& follower) {
    std::vector<Bytes> data;
    for (auto steps = follower.poll(); !steps.empty(); steps = follower.poll()) {
        for (const auto& step : steps) {
            const auto& logs = std::get<follower::BlockApplied>(step).logs;
            std::transform(logs.begin(), logs.end(), std::back_inserter(data), [](const auto& log) { return log.data; });
        }
    }
    return data;
}

TEST(SecondEndpoint, KeepsForgedLogsOfARangeFromBeingHandedOn) {
    TwoNodes bench;
    bench.grow(120);
    bench.first.chain.final_block = bench.second.chain.final_block = 100;
    bench.first.chain.forge_logs = true;
    EXPECT_TRUE(read_logs(bench.follower).empty());
    EXPECT_EQ(bench.endpoint.why_not()->substr(0, 11), "the logs of");

    bench.first.chain.forge_logs = false;
    EXPECT_EQ(read_logs(bench.follower), bench.first.chain.log_data(1));
    EXPECT_TRUE(bench.endpoint.may_act());
    EXPECT_FALSE(bench.second.chain.ranges.empty());
}

TEST(SecondEndpoint, SeesThatTheFirstOneStandsStill) {
    TwoNodes bench;
    bench.grow(100);
    bench.first.chain.lag = 64;
    bench.poll(5);
    EXPECT_FALSE(bench.endpoint.may_act());
    EXPECT_NE(bench.endpoint.why_not()->find("64 blocks behind"), std::string::npos) << *bench.endpoint.why_not();

    bench.first.chain.lag = 0;
    bench.poll(20);
    EXPECT_TRUE(bench.endpoint.may_act());
}

TEST(SecondEndpoint, ThatTalksNonsenseIsSilentNotBelieved) {
    TwoNodes bench;
    bench.grow(4);
    bench.second.chain.damages_headers = true;
    bench.poll(60);
    EXPECT_FALSE(bench.endpoint.may_act());
    EXPECT_TRUE(bench.follows());
}

TEST(SecondEndpoint, IsNotAskedEveryPollWhileItIsAway) {
    TwoNodes bench;
    bench.grow(4);
    bench.second.chain.before = [](const std::string&) { throw rpc::CallFailed(rpc::Fault::TimedOut, "away"); };
    int asked = 0;
    bench.second.chain.before = [&](const std::string&) {
        ++asked;
        throw rpc::CallFailed(rpc::Fault::TimedOut, "away");
    };
    for (int i = 0; i < 100; ++i) {
        (void)bench.follower.poll();
        bench.clock.advance(Millis(10));
    }
    EXPECT_LE(asked, 2) << "a question that times out costs the bridge's time";
}

}  // namespace
}  // namespace cone::test
