// The client against every kind of bad answer: which are tried again, which are refused, and how often.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/client.hpp"

#include <gtest/gtest.h>

#include "tests/bridge/rpc/scripted_transport.hpp"

namespace cone::test {
namespace {

using rpc::CallFailed;
using rpc::Client;
using rpc::Fault;
using rpc::NodeError;

struct Bench {
    explicit Bench(std::vector<Step> steps) : transport(std::move(steps)) {}
    ManualClock clock;
    rpc::ManualPause pause{clock};
    ScriptedTransport transport;
    Client client{transport, pause};

    Fault fault_of_ask() {
        try {
            (void)client.ask("eth_chainId");
        } catch (const CallFailed& failure) {
            return failure.fault;
        }
        ADD_FAILURE() << "the answer was accepted";
        return Fault::Unreachable;
    }
};

std::string nested(int levels) {
    return R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']') + "}";
}

struct BadReply {
    const char* name;
    Step step;
    Fault fault;
    std::size_t tries;
};
void PrintTo(const BadReply& bad, std::ostream* out) {
    *out << bad.name;
}

class BadReplies : public testing::TestWithParam<BadReply> {};

TEST_P(BadReplies, EndAsTheRightFailureAfterTheRightTries) {
    const BadReply& bad = GetParam();
    Bench bench({bad.step, bad.step, bad.step, bad.step});

    EXPECT_EQ(bench.fault_of_ask(), bad.fault);
    EXPECT_EQ(bench.transport.requests.size(), bad.tries);
}

TEST_P(BadReplies, PassWhenTheThirdTryIsGoodUnlessFatal) {
    const BadReply& bad = GetParam();
    Bench bench({bad.step, bad.step, results_in("0x7a69")});

    if (bad.tries == 1) {
        EXPECT_EQ(bench.fault_of_ask(), bad.fault) << "there is no next try";
    } else {
        EXPECT_EQ(bench.client.ask("eth_chainId"), "0x7a69");
    }
}

INSTANTIATE_TEST_SUITE_P(
    Client, BadReplies,
    testing::Values(
        BadReply{"Refused", fails(Fault::Unreachable), Fault::Unreachable, 3},
        BadReply{"TimedOut", fails(Fault::TimedOut), Fault::TimedOut, 3},
        BadReply{"Broken", fails(Fault::Broken), Fault::Broken, 3}, BadReply{"Busy429", says("slow down", 429), Fault::Busy, 3},
        BadReply{"BadGateway502", says("<html>Bad Gateway</html>", 502), Fault::ServerError, 3},
        BadReply{"Unavailable503", says("", 503), Fault::ServerError, 3},
        BadReply{"TruncatedJson", says(R"({"jsonrpc":"2.0","id":1,"resu)"), Fault::NotJson, 3},
        BadReply{"HtmlPage", says("<!DOCTYPE html><html>Welcome</html>"), Fault::NotJson, 3},
        BadReply{"EmptyBody", says(""), Fault::NotJson, 3}, BadReply{"TwoDocuments", says("{}{}"), Fault::NotJson, 3},
        BadReply{"BrokenUtf8", says("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"\xff\"}"), Fault::NotJson, 3},
        BadReply{"Unauthorised401", says("{}", 401), Fault::HttpRefused, 1},
        BadReply{"NotFound404", says("<html>", 404), Fault::HttpRefused, 1},
        BadReply{"Redirect302", says("", 302), Fault::HttpRefused, 1},
        BadReply{"TooLarge", fails(Fault::TooLarge), Fault::TooLarge, 1},
        BadReply{"DeepNesting", says(nested(40)), Fault::TooDeep, 1},
        BadReply{"VeryDeepNesting", says(nested(1'000'000)), Fault::TooDeep, 1},
        BadReply{"WrongId", says(R"({"jsonrpc":"2.0","id":2,"result":"0x1"})"), Fault::BadEnvelope, 1},
        BadReply{"IdAsText", says(R"({"jsonrpc":"2.0","id":"1","result":"0x1"})"), Fault::BadEnvelope, 1},
        BadReply{"IdAsFraction", says(R"({"jsonrpc":"2.0","id":1.0,"result":"0x1"})"), Fault::BadEnvelope, 1},
        BadReply{"NullIdWithResult", says(R"({"jsonrpc":"2.0","id":null,"result":"0x1"})"), Fault::BadEnvelope, 1},
        BadReply{"NoId", says(R"({"jsonrpc":"2.0","result":"0x1"})"), Fault::BadEnvelope, 1},
        BadReply{"WrongVersion", says(R"({"jsonrpc":"1.0","id":1,"result":"0x1"})"), Fault::BadEnvelope, 1},
        BadReply{"NoVersion", says(R"({"id":1,"result":"0x1"})"), Fault::BadEnvelope, 1},
        BadReply{"NeitherResultNorError", says(R"({"jsonrpc":"2.0","id":1})"), Fault::BadEnvelope, 1},
        BadReply{"ResultAndError", says(R"({"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}})"),
                 Fault::BadEnvelope, 1},
        BadReply{"ResultTwice", says(R"({"jsonrpc":"2.0","id":1,"result":"0x1","result":"0x2"})"), Fault::BadEnvelope, 1},
        BadReply{"NameTwiceInside", says(R"({"jsonrpc":"2.0","id":1,"result":[{"a":1,"b":{},"a":2}]})"), Fault::BadEnvelope, 1},
        BadReply{"ErrorAsText", says(R"({"jsonrpc":"2.0","id":1,"error":"no"})"), Fault::BadEnvelope, 1},
        BadReply{"ErrorCodeAsText", says(R"({"jsonrpc":"2.0","id":1,"error":{"code":"x","message":""}})"), Fault::BadEnvelope,
                 1},
        BadReply{"ErrorWithoutMessage", says(R"({"jsonrpc":"2.0","id":1,"error":{"code":1}})"), Fault::BadEnvelope, 1},
        BadReply{"ListForObject", says("[]"), Fault::BadEnvelope, 1},
        BadReply{"NumberForObject", says("7"), Fault::BadEnvelope, 1}),
    [](const auto& one) { return one.param.name; });

TEST(Client, DoesNotAskAgainWhatTheNodeRefused) {
    Bench bench({refuses(-32601, "Method not found"), results_in("0x1")});

    EXPECT_THROW((void)bench.client.ask("eth_nonsense"), NodeError);
    EXPECT_EQ(bench.transport.requests.size(), 1U);
}

TEST(Client, KeepsTheRevertData) {
    Bench bench({refuses(3, "execution reverted", "0xdeadbeef")});

    try {
        (void)bench.client.ask("eth_call");
        FAIL();
    } catch (const NodeError& error) {
        EXPECT_EQ(error.object.code, 3);
        EXPECT_EQ(to_hex(error.object.data.value()), "0xdeadbeef");
    }
}

TEST(Client, TakesErrorDataThatIsNoHexadecimalAsNone) {
    for (const Json& data : {Json("Reverted 0x12"), Json("0x1"), Json("0xzz"), Json{{"inner", 1}}, Json(7)}) {
        Bench bench({refuses(3, "execution reverted", data)});
        try {
            (void)bench.client.ask("eth_call");
            FAIL();
        } catch (const NodeError& error) {
            EXPECT_FALSE(error.object.data) << data;
        }
    }
}

TEST(Client, TakesAnErrorForAQuestionThatTheNodeCouldNotRead) {
    Bench bench({says(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}})")});

    EXPECT_THROW((void)bench.client.ask("eth_chainId"), NodeError);
}

TEST(Client, WaitsLongerFromTryToTryWithinTheBackOff) {
    const rpc::RetryPolicy policy{.tries = 8, .first_pause = Millis(1'000), .longest_pause = Millis(15'000)};
    ManualClock clock;
    rpc::ManualPause pause(clock);
    ScriptedTransport transport({});
    Client client(transport, pause, policy);

    EXPECT_THROW((void)client.ask("eth_chainId"), CallFailed);

    // Pauses of at most 1, 2, 4, 8, 15, 15, 15 s, each drawn from its upper half.
    EXPECT_EQ(transport.requests.size(), 8U);
    EXPECT_GE(clock.now(), Millis(30'000));
    EXPECT_LE(clock.now(), Millis(60'000));
}

TEST(Client, JitterDependsOnTheSeed) {
    const auto waited = [](std::uint64_t seed) {
        ManualClock clock;
        rpc::ManualPause pause(clock);
        ScriptedTransport transport({});
        Client client(transport, pause, {.tries = 5, .jitter_seed = seed});
        EXPECT_THROW((void)client.ask("eth_chainId"), CallFailed);
        return clock.now();
    };

    EXPECT_EQ(waited(1), waited(1));
    EXPECT_NE(waited(1), waited(2));
}

TEST(Client, StopsBetweenTries) {
    rpc::StoppablePause pause;
    pause.stop();
    ScriptedTransport transport({});
    Client client(transport, pause);

    EXPECT_THROW((void)client.ask("eth_chainId"), rpc::Stopped);
    EXPECT_EQ(transport.requests.size(), 1U);
}

Step answers(std::function<Json(const Json& requests)> make) {
    return [=](const Json& requests) { return rpc::HttpReply{200, make(requests).dump()}; };
}
Json answer(const Json& id, const Json& result) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"result", result}};
}

TEST(Batch, PutsAnswersBackInTheOrderOfTheQuestions) {
    Bench bench({answers([](const Json& q) {
        return Json::array({{{"jsonrpc", "2.0"}, {"id", q[1]["id"]}, {"error", {{"code", -1}, {"message", "no"}}}},
                            answer(q[0]["id"], "first")});
    })});

    const auto got = bench.client.ask_all({{"a"}, {"b"}});

    EXPECT_EQ(std::get<Json>(got[0]), "first");
    EXPECT_EQ(std::get<rpc::ErrorObject>(got[1]).message, "no");
}

TEST(Batch, OfNothingAsksNothing) {
    Bench bench({});

    EXPECT_TRUE(bench.client.ask_all({}).empty());
    EXPECT_TRUE(bench.transport.requests.empty());
}

TEST(Batch, RefusesMissingForeignRepeatedAndMalformedAnswers) {
    const std::vector<std::function<Json(const Json&)>> bad{
        [](const Json& q) { return Json::array({answer(q[0]["id"], 1)}); },
        [](const Json& q) {
            return Json::array({answer(q[0]["id"], 1), answer(q[0]["id"], 1)});
        },
        [](const Json& q) {
            return Json::array({answer(q[0]["id"], 1), answer(q[1]["id"], 1), answer(99, 1)});
        },
        [](const Json& q) {
            return Json::array({answer(q[0]["id"], 1), answer(99, 1)});
        },
        [](const Json& q) {
            return Json::array({answer(q[0]["id"], 1), answer(0, 1)});
        },
        [](const Json& q) {
            return Json::array({answer(q[0]["id"], 1), answer(-1, 1)});
        },
        [](const Json& q) {
            return Json::array({answer(q[0]["id"], 1), answer("2", 1)});
        },
        [](const Json& q) {
            return Json::array({answer(q[0]["id"], 1), 7});
        },
        [](const Json& q) { return answer(q[0]["id"], 1); },
        [](const Json&) { return Json("text"); },
    };
    for (std::size_t i = 0; i < bad.size(); ++i) {
        Bench bench({answers(bad[i])});
        try {
            (void)bench.client.ask_all({{"a"}, {"b"}});
            FAIL() << "case " << i;
        } catch (const CallFailed& failure) {
            EXPECT_EQ(failure.fault, Fault::BadEnvelope) << "case " << i;
        }
    }
}

TEST(Batch, RefusedAsAWholeIsANodeError) {
    Bench bench({says(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}})")});

    EXPECT_THROW((void)bench.client.ask_all({{"a"}, {"b"}}), NodeError);
}

}  // namespace
}  // namespace cone::test
