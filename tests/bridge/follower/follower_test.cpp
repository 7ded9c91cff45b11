// The follower through reorganisations, lagging nodes, outages and restarts: always the logs that a fresh reader would see.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/follower.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>

#include "tests/bridge/follower/fake_blocks.hpp"
#include "tests/bridge/follower/replica.hpp"
#include "tests/bridge/rpc/sample_replies.hpp"

namespace cone::test {
namespace {

using follower::Follower;

struct Bench {
    explicit Bench(std::uint64_t first_block = 1) : settings{.addresses = {kWatched}, .first_block = first_block} {}

    ManualClock clock;
    rpc::ManualPause pause{clock};
    FakeBlocks chain;
    rpc::Client client{chain, pause};
    follower::FollowSettings settings;
    Replica replica;

    Follower follower(std::optional<follower::Ring> ring = {}) { return {client, clock, settings, std::move(ring)}; }
    void grow(std::size_t blocks) {
        for (std::size_t i = 0; i < blocks; ++i) {
            chain.add(i % 3);
        }
    }
    /// Polls until nothing more happens.
    void drain(Follower& follower) {
        for (;;) {
            const auto steps = follower.poll();
            if (steps.empty()) {
                return;
            }
            replica.take(steps);
        }
    }
};

TEST(Follower, ReadsEachLogOnceInOrder) {
    Bench bench;
    bench.settings.blocks_a_poll = 7;
    bench.grow(30);
    Follower follower = bench.follower();

    bench.drain(follower);

    EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1));
    EXPECT_EQ(follower.tip(), bench.chain.ref(30));
    EXPECT_EQ(follower.head(), 30U);
    EXPECT_TRUE(follower.poll().empty());
}

TEST(Follower, BeginsAtItsFirstBlock) {
    Bench bench(5);
    bench.grow(3);
    Follower follower = bench.follower();
    EXPECT_TRUE(follower.poll().empty()) << "the first block is not there yet";

    bench.grow(6);
    bench.drain(follower);

    EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(5));
}

TEST(Follower, AsksForLogsOnlyWhereTheBloomAllowsThem) {
    Bench bench;
    bench.chain.add(0);
    bench.chain.add(2);
    bench.chain.add(0);
    Follower follower = bench.follower();

    bench.drain(follower);

    EXPECT_EQ(std::count(bench.chain.asked.begin(), bench.chain.asked.end(), "eth_getLogs"), 1);
    EXPECT_EQ(bench.replica.log_data().size(), 2U);
}

TEST(Follower, ReadsOnlyWhatIsThereWhenTheBloomIsFull) {
    Bench bench;
    bench.chain.fills_blooms = true;
    bench.grow(5);
    Follower follower = bench.follower();

    bench.drain(follower);

    EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1));
}

TEST(Follower, FollowsReorganisationsAsDeepAsTheRing) {
    for (const std::size_t depth : {1U, 2U, 3U, 7U, 31U, 32U, 33U, 64U, 127U, 128U}) {
        for (const std::size_t regrown : {depth - 1, depth, depth + 1}) {
            Bench bench;
            bench.grow(140);
            Follower follower = bench.follower();
            bench.drain(follower);
            bench.chain.rollback(depth);
            bench.grow(regrown);
            bench.drain(follower);
            bench.grow(2);  // a shorter chain shows itself at the latest when it is longer again
            bench.drain(follower);

            ASSERT_EQ(bench.replica.log_data(), bench.chain.log_data(1)) << depth << " " << regrown;
            EXPECT_LE(bench.replica.reverts, depth);
        }
    }
}

TEST(Follower, StopsAtAReorganisationDeeperThanTheRing) {
    for (const std::size_t depth : {129U, 130U, 139U}) {
        Bench bench;
        bench.grow(200);
        Follower follower = bench.follower();
        bench.drain(follower);
        const auto before = follower.ring();
        ASSERT_EQ(before.size(), 129U);
        bench.chain.rollback(depth);
        bench.grow(depth + 1);

        EXPECT_THROW((void)follower.poll(), follower::ReorgTooDeep) << depth;
        EXPECT_EQ(follower.ring(), before) << "nothing was consumed";
        EXPECT_THROW((void)follower.poll(), follower::ReorgTooDeep) << "and it stays stopped";
    }
}

TEST(Follower, BeginsAnewWhenAllThatItEverReadIsReplaced) {
    Bench bench;
    bench.grow(10);
    Follower follower = bench.follower();
    bench.drain(follower);
    bench.chain.rollback(10);
    bench.grow(12);

    bench.drain(follower);

    EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1));
    EXPECT_EQ(bench.replica.reverts, 10U);
}

TEST(Follower, DoesNotRevertForANodeThatLagsBehind) {
    for (const std::size_t lag : {1U, 5U, 64U, 139U, 150U}) {
        Bench bench;
        bench.grow(150);
        Follower follower = bench.follower();
        bench.drain(follower);

        bench.chain.lag = lag;
        EXPECT_TRUE(follower.poll().empty()) << lag;
        bench.chain.lag = 0;
        bench.grow(1);
        bench.drain(follower);

        EXPECT_EQ(bench.replica.reverts, 0U) << lag;
        EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1)) << lag;
    }
}

TEST(Follower, ResumesAfterThirtySecondsWithoutANode) {
    Bench bench;
    bench.grow(10);
    Follower follower = bench.follower();
    bench.drain(follower);
    bool came_back = false;
    bench.chain.before = [&](const std::string&) {
        if (bench.clock.now() < Millis(30'000)) {
            throw rpc::CallFailed(rpc::Fault::Unreachable, "away");
        }
        came_back = true;
    };
    bench.grow(10);
    while (!came_back) {
        bench.replica.take(follower.poll());
        bench.clock.advance(Millis(500));
    }
    bench.drain(follower);

    EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1));
    EXPECT_EQ(bench.replica.reverts, 0U);
}

TEST(Follower, ThrowsTryAgainAfterTheOutageLimit) {
    Bench bench;
    bench.grow(3);
    Follower follower = bench.follower();
    bench.drain(follower);
    bench.chain.before = [](const std::string&) { throw rpc::CallFailed(rpc::Fault::TimedOut, "away"); };
    const auto poll_for_ever = [&] {
        for (;;) {
            EXPECT_TRUE(follower.poll().empty());
            bench.clock.advance(Millis(1'000));
        }
    };

    try {
        poll_for_ever();
    } catch (const RpcError& error) {
        EXPECT_EQ(error.code(), ExitCode::TryAgain);
    }
    EXPECT_GE(bench.clock.now(), bench.settings.outage);
    bench.chain.before = {};
    bench.grow(3);
    bench.drain(follower);
    EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1)) << "and goes on when the node is back after all";
}

TEST(Follower, WaitsOutANodesOwnErrorsAndNoVerdict) {
    for (const rpc::ErrorObject& error :
         {rpc::ErrorObject{-32005, "limit exceeded", {}}, rpc::ErrorObject{-32000, "header not found", {}},
          rpc::ErrorObject{-32601, "Method not found", {}}}) {
        Bench bench;
        bench.grow(3);
        Follower follower = bench.follower();
        int left = 3;
        bench.chain.before = [&](const std::string&) {
            if (left-- > 0) {
                throw rpc::NodeError("eth_getBlockByNumber", error);
            }
        };
        if (!rpc::may_pass(error)) {
            EXPECT_THROW((void)follower.poll(), rpc::NodeError) << error.message;
            continue;
        }
        for (int i = 0; i < 3; ++i) {
            EXPECT_TRUE(follower.poll().empty()) << error.message;
        }
        bench.drain(follower);
        EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1)) << error.message;

        bench.chain.before = [&](const std::string&) { throw rpc::NodeError("eth_getBlockByNumber", error); };
        EXPECT_TRUE(follower.poll().empty());
        bench.clock.advance(bench.settings.outage);
        EXPECT_THROW((void)follower.poll(), RpcError) << "patience ends";
    }
}

TEST(Follower, LosesNothingWhenAnyExchangeFails) {
    for (int failing = 0; failing < 12; ++failing) {
        Bench bench;
        bench.settings.blocks_a_poll = 4;
        bench.grow(9);
        Follower follower = bench.follower();
        bench.replica.take(follower.poll());
        bench.chain.rollback(3);
        bench.grow(5);
        int exchange = 0;
        bench.chain.before = [&](const std::string&) {
            // Four failures in a row outlast the client's three tries.
            if (const int now = exchange++; now >= failing && now < failing + 4) {
                throw rpc::CallFailed(rpc::Fault::Broken, "scripted");
            }
        };
        for (int polls = 0; polls < 10; ++polls) {
            bench.replica.take(follower.poll());
        }

        EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1)) << failing;
    }
}

TEST(Follower, LosesNothingWhenTheChainChangesBetweenTwoExchanges) {
    for (int changing = 0; changing < 8; ++changing) {
        for (const std::size_t depth : {1U, 2U, 5U}) {
            Bench bench;
            bench.grow(9);
            Follower follower = bench.follower();
            bench.replica.take(follower.poll());
            bench.grow(3);
            int exchange = 0;
            bench.chain.before = [&](const std::string&) {
                if (exchange++ == changing) {
                    bench.chain.rollback(depth);
                    bench.grow(depth + 1);
                }
            };
            for (int polls = 0; polls < 10; ++polls) {
                bench.replica.take(follower.poll());
            }

            EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1)) << changing << " " << depth;
        }
    }
}

TEST(Follower, SeesThroughARestartThatAReorganisationHappened) {
    Bench bench;
    bench.grow(20);
    Follower before = bench.follower();
    bench.drain(before);
    const follower::Ring ring = before.ring();
    bench.chain.rollback(6);
    bench.grow(8);

    Follower after = bench.follower(ring);
    bench.drain(after);

    EXPECT_EQ(bench.replica.log_data(), bench.chain.log_data(1));
    EXPECT_EQ(bench.replica.reverts, 6U);
}

using Below = std::function<std::size_t(std::size_t bound)>;

/// The chain grows, forks, lags or catches up, or the follower is started again, or nothing happens.
void act_at_random(Bench& bench, std::optional<Follower>& follower, const Below& below) {
    FakeBlocks& chain = bench.chain;
    switch (below(6)) {
        case 0:
            bench.grow(below(12));
            break;
        case 1:
            chain.rollback(below(std::min<std::size_t>(chain.head(), 30)));
            bench.grow(below(30));
            break;
        case 2:
            chain.lag = below(chain.head());
            break;
        case 3:
            chain.lag = 0;
            break;
        case 4: {
            const follower::Ring ring = follower->ring();
            follower.emplace(bench.client, bench.clock, bench.settings, ring);
            break;
        }
        default:
            break;
    }
    chain.lag = std::min<std::size_t>(chain.lag, chain.head());
}

TEST(Follower, SeesWhatAFreshReaderSeesAfterAnythingAtAll) {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        std::mt19937 random(seed);
        const Below below = [&](std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random); };
        Bench bench;
        bench.settings.blocks_a_poll = 1 + below(20);
        bench.grow(5);
        std::optional<Follower> follower(bench.follower());
        for (int act = 0; act < 60; ++act) {
            act_at_random(bench, follower, below);
            bench.replica.take(follower->poll());
        }
        bench.chain.lag = 0;
        bench.grow(100);  // beyond every head there was
        bench.drain(*follower);

        ASSERT_EQ(bench.replica.log_data(), bench.chain.log_data(1)) << "seed " << seed;
    }
}

TEST(Follower, RefusesLogsOfAnotherBlock) {
    struct WrongBlock final : rpc::Transport {
        FakeBlocks& inner;
        explicit WrongBlock(FakeBlocks& chain) : inner(chain) {}
        rpc::HttpReply post(const std::string& body) override {
            rpc::HttpReply reply = inner.post(body);
            if (body.find("eth_getLogs") != std::string::npos) {
                rpc::Json list = rpc::Json::parse(reply.body);
                list[0]["result"][0]["blockHash"] = zeros(32);
                reply.body = list.dump();
            }
            return reply;
        }
    };
    Bench bench;
    bench.chain.add(1);
    WrongBlock wrong(bench.chain);
    rpc::Client client(wrong, bench.pause);
    Follower follower(client, bench.clock, bench.settings);

    EXPECT_THROW((void)follower.poll(), rpc::CallFailed);
    EXPECT_FALSE(follower.tip());
}

}  // namespace
}  // namespace cone::test
