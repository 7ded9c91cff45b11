// When a watcher challenges, and everything that holds it back; what its log keeps.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/self_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cone/base/errors.hpp"
#include "cone/node/decision_log.hpp"
#include "tests/node/wrong_verdict.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::node {
namespace {

using namespace cone::test;
using testing::HasSubstr;
using testing::Not;
using tests::TemporaryFolder;

constexpr Decision kChallenge{Verdict::Challenge, Reason::None};
constexpr Decision kAgrees{Verdict::Agrees, Reason::None};

TEST(SelfCheck, ChallengesAWrongVerdictWhenEverythingElseIsRight) {
    EXPECT_EQ(decide(wrong_verdict()), kChallenge);
}

TEST(SelfCheck, AgreesWithWhatItExecuted) {
    auto check = wrong_verdict();
    for (auto& endpoint : check.endpoints) {
        endpoint.record.accepted = check.executions[0].digest;
    }
    EXPECT_EQ(decide(check), kAgrees);
}

/// What must hold before agreement means anything holds for agreement too.
TEST(SelfCheck, AgreesWithOneEndpointButDoesNotChallengeWithOne) {
    auto check = wrong_verdict();
    check.endpoints[1] = {};
    EXPECT_EQ(decide(check), (Decision{Verdict::Abstain, Reason::SameEndpoint}));
    check.endpoints[0].record.accepted = check.executions[0].digest;
    EXPECT_EQ(decide(check), kAgrees);
}

TEST(SelfCheck, TakesTheLastBlockInWhichAChallengeCanStand) {
    auto check = wrong_verdict();
    for (auto& endpoint : check.endpoints) {
        endpoint.head = endpoint.record.final_from_block - 2;
    }
    EXPECT_EQ(decide(check), kChallenge);
}

TEST(SelfCheck, PaysItsLastWei) {
    auto check = wrong_verdict();
    check.endpoints[0].balance = check.endpoints[0].record.bond + check.endpoints[0].fees;
    EXPECT_EQ(decide(check), kChallenge);
    check.endpoints[0].balance -= Wei(1);
    EXPECT_EQ(decide(check), (Decision{Verdict::Abstain, Reason::BondTooHigh}));
}

/// One thing wrong a row, on top of a verdict that is wrong indeed.
struct Held {
    const char* name;
    Reason reason;
    std::function<void(SelfCheck&)> spoil;
};
void PrintTo(const Held& held, std::ostream* out) {
    *out << held.name;
}

class HoldsBack : public testing::TestWithParam<Held> {};

TEST_P(HoldsBack, FromTheChallenge) {
    auto check = wrong_verdict();
    GetParam().spoil(check);
    EXPECT_EQ(decide(check), (Decision{Verdict::Abstain, GetParam().reason}));
    EXPECT_THAT(explain(check, decide(check)), HasSubstr("not challenged"));
}

template <class Change>
std::function<void(SelfCheck&)> both(Change change) {
    return [=](SelfCheck& c) {
        for (auto& endpoint : c.endpoints) {
            change(endpoint);
        }
    };
}

INSTANTIATE_TEST_SUITE_P(
    Executions, HoldsBack,
    testing::Values(
        Held{"FirstFails", Reason::ExecutionFailed, [](auto& c) { c.executions[0].failure = "seller 3: changed"; }},
        Held{"SecondFails", Reason::ExecutionFailed, [](auto& c) { c.executions[1].failure = "seller 3: changed"; }},
        Held{"NoDigest", Reason::ExecutionFailed, [](auto& c) { c.executions[1].digest = {}; }},
        Held{"FirstOnOtherData", Reason::DataDiffers, [](auto& c) { c.executions[0].data = letter_hash('x'); }},
        Held{"SecondOnOtherData", Reason::DataDiffers, [](auto& c) { c.executions[1].data = letter_hash('x'); }},
        Held{"BothOnOtherData", Reason::DataDiffers,
             [](auto& c) { c.executions[0].data = c.executions[1].data = letter_hash('x'); }},
        Held{"DigestsDiffer", Reason::ExecutionsDisagree, [](auto& c) { c.executions[1].digest = letter_hash('x'); }},
        Held{"SecondIsTheAccepted", Reason::ExecutionsDisagree,
             [](auto& c) { c.executions[1].digest = c.endpoints[0].record.accepted; }},
        Held{"StatesDiffer", Reason::ExecutionsDisagree, [](auto& c) { c.executions[0].state_before = letter_hash('x'); }},
        Held{"BuiltOnAnotherDigest", Reason::PreviousChanged, [](auto& c) { c.previous = letter_hash('x'); }}),
    [](const auto& held) { return held.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Endpoints, HoldsBack,
    testing::Values(
        Held{"OnlyOne", Reason::SameEndpoint, [](auto& c) { c.endpoints[1].url.clear(); }},
        Held{"TheSameTwice", Reason::SameEndpoint, [](auto& c) { c.endpoints[1] = c.endpoints[0]; }},
        Held{"FirstSilent", Reason::EndpointFailed, [](auto& c) { c.endpoints[0].failure = "timed out"; }},
        Held{"SecondSilent", Reason::EndpointFailed, [](auto& c) { c.endpoints[1].failure = "timed out"; }},
        Held{"OtherFork", Reason::EndpointsDisagree, [](auto& c) { c.endpoints[1].block_hash = letter_hash('x'); }},
        Held{"OtherBlock", Reason::EndpointsDisagree, [](auto& c) { c.endpoints[1].block -= 1; }},
        Held{"NoBlock", Reason::EndpointsDisagree, [](auto& c) { c.endpoints[0].block_hash = c.endpoints[1].block_hash = {}; }},
        Held{"SecondSaysWeAreRight", Reason::EndpointsDisagree,
             [](auto& c) { c.endpoints[1].record.accepted = c.executions[0].digest; }},
        Held{"FirstSaysWeAreRight", Reason::EndpointsDisagree,
             [](auto& c) { c.endpoints[0].record.accepted = c.executions[0].digest; }},
        Held{"OtherWindow", Reason::EndpointsDisagree, [](auto& c) { c.endpoints[1].record.final_from_block += 1; }},
        Held{"OtherBond", Reason::EndpointsDisagree, [](auto& c) { c.endpoints[1].record.bond += Wei(1); }},
        Held{"OtherPrevious", Reason::EndpointsDisagree, [](auto& c) { c.endpoints[1].record.previous = letter_hash('x'); }}),
    [](const auto& held) { return held.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Chances, HoldsBack,
    testing::Values(Held{"NothingAccepted", Reason::NoVerdict, both([](auto& e) { e.record.has_verdict = false; })},
                    Held{"ZeroVerdict", Reason::NoVerdict, both([](auto& e) { e.record.accepted = {}; })},
                    Held{"PendingChallenge", Reason::AlreadyChallenged, both([](auto& e) { e.record.challenged = true; })},
                    Held{"OursCameToNothing", Reason::ChallengedBefore, both([](auto& e) { e.record.ours = true; })},
                    Held{"WindowJustOver", Reason::WindowOver,
                         both([](auto& e) { e.head = e.block = e.record.final_from_block - 1; })},
                    Held{"WindowOverByTheOtherHead", Reason::WindowOver,
                         [](auto& c) { c.endpoints[1].head = c.endpoints[0].record.final_from_block; }},
                    Held{"NeverInAWindow", Reason::WindowOver, both([](auto& e) { e.record.final_from_block = 0; })},
                    Held{"JobEnded", Reason::JobOver, both([](auto& e) { e.record.job_runs = false; })},
                    Held{"PoolExhausted", Reason::PoolExhausted, both([](auto& e) { e.record.set_size = e.record.set_cap; })},
                    Held{"NoMoney", Reason::BondTooHigh, both([](auto& e) { e.balance = {}; })},
                    Held{"FeesBeyondCounting", Reason::BondTooHigh, both([](auto& e) { e.fees = Wei(~Uint128{0}); })},
                    Held{"HeadBeyondCounting", Reason::WindowOver, both([](auto& e) { e.head = ~std::uint64_t{0}; })},
                    Held{"BondButNoFees", Reason::BondTooHigh, both([](auto& e) { e.balance = e.record.bond; })},
                    Held{"ToldToWatch", Reason::WatchOnly, [](auto& c) { c.may_act = false; }}),
    [](const auto& held) { return held.param.name; });

TEST(SelfCheck, NamesEveryReasonOnce) {
    std::set<std::string_view> names;
    for (int i = 1; i <= static_cast<int>(Reason::WatchOnly); ++i) {
        names.insert(to_string(static_cast<Reason>(i)));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(Reason::WatchOnly));
    EXPECT_FALSE(names.contains("none"));
    EXPECT_EQ(to_string(Reason::None), "none");
}

TEST(SelfCheck, SaysWhatTheReportsSay) {
    auto check = wrong_verdict();
    check.executions[0].failure = "seller 3: changed";
    check.endpoints[1].failure = "timed out";
    EXPECT_THAT(explain(check, decide(check)), testing::AllOf(HasSubstr("seller 3: changed"), HasSubstr("timed out")));
}

std::vector<nlohmann::json> lines_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
}

TEST(DecisionLog, KeepsEveryInputOfADecision) {
    const TemporaryFolder folder;
    auto check = wrong_verdict();
    check.endpoints[1].url = "https://key@other.example/secret";
    DecisionLog log(folder.path() / "d.jsonl");
    log.append(to_json_line(check, decide(check), 1'700'000'000));
    log.append(to_json_line({check.job, check.segment, letter_hash('w'), "0xabc", ""}, 1'700'000'001));

    const auto lines = lines_of(folder.path() / "d.jsonl");

    ASSERT_EQ(lines.size(), 2U);
    const auto& d = lines[0];
    EXPECT_EQ(d["verdict"], "challenge");
    EXPECT_EQ(d["reason"], "none");
    EXPECT_EQ(d["job"], 7);
    EXPECT_EQ(d["segment"], 1);
    EXPECT_EQ(d["time"], 1'700'000'000);
    EXPECT_EQ(d["spec_hash"], to_hex(check.spec_hash));
    EXPECT_EQ(d["job_hash"], to_hex(check.job_hash));
    EXPECT_EQ(d["data_hash"], to_hex(check.data_hash));
    EXPECT_EQ(d["previous"], to_hex(check.previous));
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(d["executions"][i]["digest"], to_hex(check.executions[i].digest));
        EXPECT_EQ(d["executions"][i]["state_before"], to_hex(check.executions[i].state_before));
        EXPECT_EQ(d["executions"][i]["data_hash"], to_hex(check.executions[i].data));
        EXPECT_EQ(d["endpoints"][i]["block_hash"], to_hex(check.endpoints[i].block_hash));
        EXPECT_EQ(d["endpoints"][i]["accepted"], to_hex(check.endpoints[i].record.accepted));
    }
    EXPECT_EQ(d["endpoints"][1]["endpoint"], "https://other.example");
    EXPECT_EQ(lines[1]["kind"], "challenge");
    EXPECT_EQ(lines[1]["transaction"], "0xabc");
    EXPECT_EQ(lines[1]["disputed"], to_hex(letter_hash('w')));
}

TEST(DecisionLog, TakesWordsThatAreNoText) {
    auto check = wrong_verdict();
    check.endpoints[0].failure = "bad \xff byte\nand a line";
    const std::string line = to_json_line(check, decide(check), 0);
    EXPECT_THAT(line, Not(HasSubstr("\n")));
    EXPECT_TRUE(nlohmann::json::accept(line));
}

TEST(DecisionLog, GoesOnInAnOldFileAndIsPrivate) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "d.jsonl";
    DecisionLog(file).append(R"({"a":1})");
    DecisionLog(file).append(R"({"a":2})");
    EXPECT_EQ(lines_of(file).size(), 2U);
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0077, 0U);
}

TEST(DecisionLog, SaysWhenItCannotKeepALine) {
    EXPECT_THROW(DecisionLog("/no/such/folder/d.jsonl"), EnvironmentError);
    DecisionLog full("/dev/full");
    try {
        full.append("{}");
        FAIL() << "a full disk took a line";
    } catch (const EnvironmentError& error) {
        EXPECT_THAT(error.what(), HasSubstr("/dev/full"));
    }
}

}  // namespace
}  // namespace cone::node
