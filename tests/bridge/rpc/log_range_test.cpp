// Reading logs of long histories from nodes with limits: every log once, in few questions, and no endless halving.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/log_range.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/bridge/rpc/sample_replies.hpp"
#include "tests/bridge/rpc/scripted_transport.hpp"

namespace cone::test {
namespace {

using rpc::Fault;
using rpc::RangeWidth;

const Json kTooMany{{"code", -32005}, {"message", "query returned more than 10000 results"}};

/// Block n has n % 3 logs. Refuses what spans more blocks or holds more logs than it likes.
class RangeNode final : public rpc::Transport {
public:
    rpc::HttpReply post(const std::string& body) override {
        const Json question = Json::parse(body);
        const Json filter = question["params"][0];
        const std::uint64_t first = std::stoull(filter["fromBlock"].get<std::string>(), nullptr, 16);
        const std::uint64_t last = std::stoull(filter["toBlock"].get<std::string>(), nullptr, 16);
        widths.push_back(last - first + 1);
        Json out{{"jsonrpc", "2.0"}, {"id", question["id"]}};
        if (fails) {
            throw rpc::CallFailed(*fails, "scripted");
        }
        const Json found = is_empty ? Json::array() : logs(first, last);
        if (found.size() > logs_max && fails_when_large) {
            throw rpc::CallFailed(*fails_when_large, "scripted");
        }
        if (last - first + 1 > blocks_max || found.size() > logs_max) {
            out["error"] = error;
        } else {
            out["result"] = found;
        }
        return {200, out.dump()};
    }

    std::uint64_t blocks_max = 1 << 30;
    std::size_t logs_max = 1 << 30;
    std::optional<Fault> fails;
    std::optional<Fault> fails_when_large;
    bool is_empty = false;
    Json error = kTooMany;
    std::vector<std::uint64_t> widths;

private:
    static Json logs(std::uint64_t first, std::uint64_t last) {
        Json out = Json::array();
        for (std::uint64_t number = first; number <= last; ++number) {
            for (std::uint64_t i = 0; i < number % 3; ++i) {
                Json log = sample_log();
                log["blockNumber"] = eth::to_quantity(number);
                log["logIndex"] = eth::to_quantity(i);
                out.push_back(log);
            }
        }
        return out;
    }
};

struct RangeBench {
    ManualClock clock;
    rpc::ManualPause pause{clock};
    RangeNode node;
    rpc::Client client{node, pause, {.tries = 1}};

    std::vector<rpc::Log> read(std::uint64_t first, std::uint64_t last) { return rpc::read_logs(client, first, last, {}); }
};

/// Block n's logs are n % 3 with index 0, 1: the whole list of places, in order.
void expect_all(const std::vector<rpc::Log>& logs, std::uint64_t first, std::uint64_t last) {
    std::size_t next = 0;
    for (std::uint64_t number = first; number <= last; ++number) {
        for (std::uint64_t i = 0; i < number % 3; ++i, ++next) {
            ASSERT_LT(next, logs.size());
            ASSERT_EQ(logs[next].block.number, number);
            ASSERT_EQ(logs[next].index, i);
        }
    }
    EXPECT_EQ(next, logs.size());
}

TEST(LogRange, ReadsEachLogOnceWhateverTheNodesLimitIs) {
    for (const std::uint64_t blocks : {1U, 3U, 7U, 64U, 200U, 1000U}) {
        RangeBench bench;
        bench.node.blocks_max = blocks;
        expect_all(bench.read(5, 300), 5, 300);
    }
    for (const std::size_t logs : {2U, 3U, 10U, 500U}) {
        RangeBench bench;
        bench.node.logs_max = logs;
        expect_all(bench.read(0, 300), 0, 300);
    }
}

TEST(LogRange, GrowsOverHistoriesWithoutLimit) {
    RangeBench bench;
    bench.node.is_empty = true;

    (void)bench.read(1, 200'000);

    EXPECT_LE(bench.node.widths.size(), 8U) << "2048 doubles up to 65536";
}

TEST(LogRange, AsksAgainNoMoreThanTwiceAsOftenAsTheLimitNeeds) {
    RangeBench bench;
    bench.node.blocks_max = 100;
    bench.node.is_empty = true;

    (void)bench.read(1, 10'000);

    EXPECT_LE(bench.node.widths.size(), 2U * 10'000 / 64 + 8);
}

TEST(LogRange, TakesAnAnswerAboveOurOwnLimitForARefusal) {
    RangeBench bench;
    bench.node.logs_max = 50;
    bench.node.fails_when_large = Fault::TooLarge;

    expect_all(bench.read(1, 500), 1, 500);
}

TEST(LogRange, GivesUpWhenOneBlockIsTooMuch) {
    RangeBench bench;
    bench.node.logs_max = 1;

    EXPECT_THROW((void)bench.read(1, 100), rpc::NodeError);
    EXPECT_EQ(bench.node.widths.back(), 1U);
    EXPECT_LE(bench.node.widths.size(), 20U) << "it does not ask for ever";
}

TEST(LogRange, ThrowsOnOtherRefusalsAtOnce) {
    RangeBench bench;
    bench.node.blocks_max = 1;
    bench.node.error = {{"code", -32000}, {"message", "this node has no logs"}};

    EXPECT_THROW((void)bench.read(1, 100), rpc::NodeError);
    EXPECT_EQ(bench.node.widths.size(), 1U);
}

TEST(LogRange, AsksForLessNextTimeAfterATimeout) {
    RangeBench bench;
    bench.node.fails = Fault::TimedOut;
    RangeWidth width(1000);

    EXPECT_THROW((void)rpc::read_log_span(bench.client, 1, 5000, {}, width), rpc::CallFailed);

    EXPECT_EQ(bench.node.widths.size(), 1U) << "the node may be away";
    EXPECT_EQ(width.blocks(), 500U);
    bench.node.fails = Fault::Unreachable;
    EXPECT_THROW((void)rpc::read_log_span(bench.client, 1, 5000, {}, width), rpc::CallFailed);
    EXPECT_EQ(width.blocks(), 500U);
}

TEST(LogRange, ReadsNothingOfAnEmptyRange) {
    RangeBench bench;
    EXPECT_TRUE(bench.read(7, 6).empty());
    EXPECT_TRUE(bench.node.widths.empty());
}

TEST(LogRange, EndsAtTheLastNumberThereIs) {
    constexpr std::uint64_t kEnd = ~std::uint64_t{0};
    RangeBench bench;
    RangeWidth width;
    EXPECT_EQ(rpc::read_log_span(bench.client, kEnd - 2, kEnd - 1, {}, width).last, kEnd - 1);
}

TEST(LogRange, KnowsHowProvidersSayThatARangeIsTooLarge) {
    for (const char* words :
         {"query returned more than 10000 results", "Log response size exceeded. You can make eth_getLogs requests with up to",
          "eth_getLogs is limited to a 10,000 range", "block range is too wide", "block range too large",
          "exceed maximum block range: 5000", "query exceeds max block range 100000", "query timeout exceeded"}) {
        EXPECT_EQ(rpc::meaning_of({-32000, words, {}}), rpc::Refusal::RangeTooLarge) << words;
    }
    EXPECT_EQ(rpc::meaning_of({-32000, "gas limit exceeded", {}}), rpc::Refusal::Other);
}

}  // namespace
}  // namespace cone::test
