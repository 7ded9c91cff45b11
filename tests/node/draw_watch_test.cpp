// When a wrong draw is proven, told or left alone: once, in its mode, on endpoints that agree, again after a refusal.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/draw_watch.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cone/base/errors.hpp"
#include "tests/node/posted_draws.hpp"

namespace cone::node {
namespace {

using namespace cone::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A board that a test sets; every look is a block later unless `stands_still`.
class Draws : public testing::Test {
protected:
    Draws() { report.posted = {.job_runs = true, .finalized = 0, .accepted = 0, .segments = {posted({})}}; }

    void post(const std::vector<std::size_t>& places) { report.posted.segments[0] = posted({drawn(terms, places)}); }
    [[nodiscard]] DrawWatch watch(bool may_act = true) { return {terms, ports(), may_act}; }
    static void run(DrawWatch& watch, int steps = 5) {
        for (int i = 0; i < steps; ++i) {
            (void)watch.step();
        }
    }

    JobTerms terms = terms_of_seven();
    DrawReport report{.block = 100, .posted = {}};
    bool stands_still = false;
    std::string refusal;
    std::size_t tries = 0;
    std::vector<ProveOmission> proofs;
    std::vector<std::uint64_t> ends;
    std::vector<std::string> log;
    std::vector<std::string> said;

private:
    DrawPorts ports() {
        return {.look =
                    [this] {
                        report.block += stands_still ? 0 : 1;
                        return report;
                    },
                .prove = [this](const auto& proof, auto until) { return prove(proof, until); },
                .record = [this](const auto& line) { log.push_back(line); },
                .say = [this](const auto& line) { said.push_back(line); },
                .unix_time = [] { return 1ULL; }};
    }
    std::string prove(const ProveOmission& proof, std::uint64_t until) {
        ++tries;
        if (!refusal.empty()) {
            throw ChainError(refusal);
        }
        proofs.push_back(proof);
        ends.push_back(until);
        return "0x01";
    }
};

TEST_F(Draws, ThatAreRightAreLeftAlone) {
    auto watched = watch();
    run(watched);
    post({0, 1, 2});
    run(watched);

    EXPECT_THAT(proofs, IsEmpty());
    EXPECT_THAT(log, IsEmpty());
    EXPECT_THAT(said, IsEmpty());
    EXPECT_EQ(watched.found(), 0U);
}

/// The node that answers may not have seen yet that the job is Void.
TEST_F(Draws, ThatAreWrongAreProvenOnce) {
    post({0, 2});
    report.posted.segments[0].final_from_block = 140;
    auto watched = watch();
    EXPECT_TRUE(watched.step());
    run(watched, 20);

    ASSERT_THAT(proofs, SizeIs(1));
    EXPECT_EQ(proofs[0].executor, drawn(terms, {1})[0]);
    EXPECT_THAT(ends, ElementsAre(139));
    EXPECT_EQ(watched.found(), 1U);
    EXPECT_THAT(said, ElementsAre(AllOf(HasSubstr("ALARM: segment 0, attempt 0"), HasSubstr(to_hex(proofs[0].executor)),
                                        HasSubstr("proven in 0x01"))));
    const auto line = nlohmann::json::parse(log.at(0));
    EXPECT_EQ(line["kind"], "wrong-draw");
    EXPECT_EQ(line["position"], 1);
    EXPECT_EQ(line["executor"], to_hex(proofs[0].executor));
    EXPECT_EQ(line["transaction"], "0x01");
}

TEST_F(Draws, ThatTurnWrongLaterAreProvenThen) {
    post({0, 1});
    auto watched = watch();
    run(watched);
    report.posted.segments[0] = posted({drawn(terms, {0, 1}), drawn(terms, {3})});
    run(watched);

    ASSERT_THAT(proofs, SizeIs(1));
    EXPECT_EQ(proofs[0].before, drawn(terms, {0, 1}));
    EXPECT_THAT(ends, ElementsAre(0)) << "not accepted: no end is known";
}

TEST_F(Draws, AreToldAndNotProvenWhenToldToWatch) {
    post({0, 2});
    auto watched = watch(false);
    run(watched);

    EXPECT_EQ(tries, 0U);
    EXPECT_THAT(said, ElementsAre(AllOf(HasSubstr("ALARM"), HasSubstr("told to watch"))));
    EXPECT_THAT(log, SizeIs(1));
    EXPECT_EQ(watched.found(), 1U);
}

TEST_F(Draws, OfASegmentThatIsFinalAreLeftAlone) {
    post({0, 2});
    report.posted.finalized = report.posted.accepted = 1;
    auto watched = watch();
    run(watched);
    EXPECT_EQ(tries, 0U);
}

TEST_F(Draws, OfAJobThatIsOverAreLeftAlone) {
    post({0, 2});
    report.posted.job_runs = false;
    auto watched = watch();
    run(watched);
    EXPECT_EQ(tries, 0U);
    EXPECT_THAT(said, IsEmpty());
}

TEST_F(Draws, AreProvenAgainOnceABlockAfterARefusal) {
    post({0, 2});
    refusal = "the account has no ether";
    auto watched = watch();
    run(watched, 3);
    EXPECT_EQ(tries, 3U);
    stands_still = true;
    EXPECT_FALSE(watched.step());
    EXPECT_EQ(tries, 3U);
    EXPECT_THAT(said, SizeIs(1)) << "the same words are told once";
    EXPECT_THAT(log, SizeIs(1));
    EXPECT_EQ(nlohmann::json::parse(log[0])["refusal"], refusal);
    EXPECT_EQ(watched.found(), 0U);

    stands_still = false;
    refusal.clear();
    run(watched);
    EXPECT_THAT(proofs, SizeIs(1));
}

/// Another watcher was first: the job is over with the next look.
TEST_F(Draws, ProvenBySomebodyElseAreDoneWith) {
    post({0, 2});
    refusal = "JobBoard: JobNotRunning";
    auto watched = watch();
    run(watched, 1);
    report.posted.job_runs = false;
    run(watched, 10);
    EXPECT_EQ(tries, 1U);
}

TEST_F(Draws, AreNotProvenWhileTheEndpointsDiffer) {
    post({0, 2});
    report.why_not = "the final block differs";
    auto watched = watch();
    run(watched);
    EXPECT_EQ(tries, 0U);
    report.why_not.clear();
    run(watched);
    EXPECT_THAT(proofs, SizeIs(1));
}

TEST_F(Draws, AreNotJudgedOnAFailedLook) {
    post({0, 2});
    report.failure = "away";
    auto watched = watch();
    run(watched);
    EXPECT_EQ(tries, 0U);
    EXPECT_THAT(said, ElementsAre(HasSubstr("away"))) << "told once";
    report.failure.clear();
    run(watched);
    EXPECT_THAT(proofs, SizeIs(1));
}

}  // namespace
}  // namespace cone::node
