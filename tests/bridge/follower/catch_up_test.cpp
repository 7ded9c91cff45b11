// Long histories by ranges of final blocks: the same logs as block by block, in far fewer questions, and lies refused.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/catch_up.hpp"

#include <gtest/gtest.h>

#include "bridge/follower/final_block.hpp"
#include "bridge/follower/follower.hpp"
#include "tests/bridge/follower/fake_blocks.hpp"
#include "tests/bridge/rpc/sample_replies.hpp"

namespace cone::test {
namespace {

using follower::Follower;

/// Changes what a node answers, by method.
class Liar final : public rpc::Transport {
public:
    explicit Liar(FakeBlocks& inner) : inner_(inner) {}
    rpc::HttpReply post(const std::string& body) override {
        rpc::HttpReply reply = inner_.post(body);
        if (change && body.find(method) != std::string::npos) {
            rpc::Json answer = rpc::Json::parse(reply.body);
            change(answer.is_array() ? answer[0]["result"] : answer["result"]);
            reply.body = answer.dump();
        }
        return reply;
    }
    std::string method;
    std::function<void(rpc::Json& result)> change;

private:
    FakeBlocks& inner_;
};

struct CatchUpBench {
    ManualClock clock;
    rpc::ManualPause pause{clock};
    FakeBlocks chain;
    Liar wire{chain};
    rpc::Client client{wire, pause};
    follower::FollowSettings settings{.addresses = {kWatched}, .first_block = 1, .catch_up_blocks = 50};

    void grow(std::size_t blocks) {
        for (std::size_t i = 0; i < blocks; ++i) {
            chain.add(i % 10 == 7 ? 1 : 0);
        }
    }
    Follower follower() { return {client, clock, settings}; }
    /// All that is read until nothing more comes; reverts are none of these tests' business.
    static std::vector<Bytes> drain(Follower& follower) {
        std::vector<Bytes> data;
        for (auto steps = follower.poll(); !steps.empty(); steps = follower.poll()) {
            for (const auto& step : steps) {
                for (const auto& log : std::get<follower::BlockApplied>(step).logs) {
                    data.push_back(log.data);
                }
            }
        }
        return data;
    }
};

TEST(FinalBlock, IsTheTagOrADepthWhereThereIsNone) {
    CatchUpBench bench;
    bench.grow(100);
    EXPECT_EQ(follower::final_block(bench.client, 64).value().number, 36U) << "no such tag";
    bench.chain.final_block = 0;
    EXPECT_EQ(follower::final_block(bench.client, 64).value().number, 36U) << "a tag that stays at 0";
    bench.chain.final_block = 71;
    EXPECT_EQ(follower::final_block(bench.client, 64).value().number, 71U);
    bench.chain.final_block.reset();
    EXPECT_EQ(follower::final_block(bench.client, 100).value().number, 0U);
    EXPECT_FALSE(follower::final_block(bench.client, 101)) << "nothing is final yet";
}

TEST(FinalBlock, ThrowsWhatIsNoMissingTag) {
    CatchUpBench bench;
    bench.wire.method = "finalized";
    bench.wire.change = [](rpc::Json& result) { result = "nonsense"; };
    bench.chain.final_block = 0;
    EXPECT_THROW((void)follower::final_block(bench.client, 0), rpc::CallFailed);
}

TEST(CatchUp, ReadsWhatBlockByBlockReadsInFewerQuestions) {
    for (const std::size_t widest : {1U, 3U, 1000U}) {
        CatchUpBench bench;
        bench.grow(400);
        bench.chain.widest_range = widest;
        bench.chain.final_block = 350;
        Follower follower = bench.follower();

        EXPECT_EQ(CatchUpBench::drain(follower), bench.chain.log_data(1));

        EXPECT_EQ(follower.tip(), bench.chain.ref(400));
        EXPECT_FALSE(bench.chain.ranges.empty());
        if (widest == 1000) {
            const auto headers = std::count(bench.chain.asked.begin(), bench.chain.asked.end(), "eth_getBlockByNumber");
            EXPECT_LT(headers, 110) << "a tenth of the blocks has a log; the last 50 are read one by one";
        }
    }
}

TEST(CatchUp, NeverReadsByRangeWhatIsNotFinal) {
    CatchUpBench bench;
    bench.grow(120);
    bench.chain.final_block = 40;
    Follower follower = bench.follower();

    EXPECT_EQ(CatchUpBench::drain(follower), bench.chain.log_data(1));

    EXPECT_TRUE(bench.chain.ranges.empty());
}

TEST(CatchUp, GoesOnAfterARestartFromItsRing) {
    CatchUpBench bench;
    bench.grow(250);
    std::optional<Follower> follower(bench.follower());
    std::vector<Bytes> data;
    for (bool more = true; more;) {
        const auto steps = follower->poll();
        more = !steps.empty();
        for (const auto& step : steps) {
            for (const auto& log : std::get<follower::BlockApplied>(step).logs) {
                data.push_back(log.data);
            }
        }
        const follower::Ring ring = follower->ring();
        follower.emplace(bench.client, bench.clock, bench.settings, ring);
    }
    EXPECT_EQ(data, bench.chain.log_data(1));
}

TEST(CatchUp, StopsWhenWhatWasFinalIsNoLongerThere) {
    CatchUpBench bench;
    bench.grow(150);
    bench.settings.blocks_a_poll = 1;
    Follower follower = bench.follower();
    (void)follower.poll();
    ASSERT_GT(follower.ring().front().number, 1U);
    bench.chain.rollback(148);
    bench.grow(200);

    EXPECT_THROW((void)follower.poll(), follower::ReorgTooDeep);
}

TEST(CatchUp, RefusesLies) {
    const std::vector<std::pair<std::string, std::function<void(rpc::Json&)>>> lies{
        {"eth_getLogs", [](rpc::Json& logs) { logs[0]["blockHash"] = zeros(32); }},
        {"eth_getLogs", [](rpc::Json& logs) { logs[0]["address"] = to_hex(kForeign); }},
        {"eth_getLogs", [](rpc::Json& logs) { logs[0]["blockNumber"] = "0x0"; }},
        {"eth_getLogs", [](rpc::Json& logs) { logs.push_back(logs[0]); }},
        {"eth_getLogs", [](rpc::Json& logs) { logs = nullptr; }},
        {R"("latest")", [](rpc::Json& header) { header["stateRoot"] = zeros(32); }},
        {R"("latest")", [](rpc::Json& header) { header["timestamp"] = "0x7fffffff"; }},
        {R"(["0x8")", [](rpc::Json& header) { header["hash"] = zeros(32); }},
        {R"(["0x8")", [](rpc::Json& header) { header = nullptr; }},
    };
    for (const auto& [method, change] : lies) {
        CatchUpBench bench;
        bench.grow(150);
        bench.wire.method = method;
        bench.wire.change = change;
        Follower follower = bench.follower();

        EXPECT_THROW((void)follower.poll(), rpc::CallFailed) << method;
        EXPECT_FALSE(follower.tip());

        bench.wire.change = {};
        EXPECT_EQ(CatchUpBench::drain(follower), bench.chain.log_data(1)) << "and reads on when the lie ends";
    }
}

TEST(Follower, TakesANodeWithoutANewestBlockForOneThatIsAway) {
    CatchUpBench bench;
    bench.grow(3);
    bench.wire.method = R"("latest")";
    bench.wire.change = [](rpc::Json& header) { header = nullptr; };
    Follower follower = bench.follower();

    EXPECT_TRUE(follower.poll().empty());
    bench.clock.advance(bench.settings.outage);
    EXPECT_THROW((void)follower.poll(), RpcError);
}

TEST(Follower, SaysWhenTheNewestBlockStaysTheSame) {
    CatchUpBench bench;
    bench.grow(3);
    Follower follower = bench.follower();
    (void)follower.poll();
    EXPECT_FALSE(follower.is_stale());
    bench.clock.advance(bench.settings.stale_after);
    (void)follower.poll();
    EXPECT_TRUE(follower.is_stale());
    bench.grow(1);
    (void)follower.poll();
    EXPECT_FALSE(follower.is_stale());
}

}  // namespace
}  // namespace cone::test
