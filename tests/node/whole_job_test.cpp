// Whole jobs, honest and not: every planted fault, dead, refusing and frozen executors, challenges, an interrupted bridge.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cone/base/rng.hpp"
#include "tests/support/job_harness.hpp"

namespace cone::node {
namespace {

using test::HarnessOptions;
using test::JobHarness;

HarnessOptions with_faults(std::vector<PlannedFault> faults) {
    HarnessOptions options;
    options.faults = std::move(faults);
    return options;
}

/// The digest an honest run of the alphabet job ends with.
Hash32 honest_verdict(std::uint32_t segments = 3) {
    HarnessOptions options;
    options.segments = segments;
    JobHarness job(options);
    (void)job.run();
    return job.chain().verdict(SegmentIndex(segments - 1)).value();
}

void expect_settled_right(JobHarness& job, const BridgeOutcome& outcome) {
    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    EXPECT_EQ(outcome.code, ExitCode::Ok);
    EXPECT_EQ(job.chain().state(), test::MemoryChain::State::Settled);
    EXPECT_EQ(job.chain().verdict(SegmentIndex(2)), honest_verdict());
}

TEST(WholeJob, HonestRunSettles) {
    JobHarness job({});
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    EXPECT_TRUE(job.chain().slashed().empty());
    EXPECT_TRUE(job.chain().refusals().empty());
    EXPECT_TRUE(outcome.unheard.empty());
    for (const auto& run : outcome.state.segments) {
        EXPECT_EQ(run.attempts.size(), 1U);
    }
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(job.end_of(i), ExecutorEnd::Stopped);
    }
}

TEST(WholeJob, SettlesWhenEveryMemberLooksAtTheChainItself) {
    HarnessOptions options;
    options.own_endpoints = true;
    JobHarness job(options);
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    EXPECT_TRUE(job.chain().slashed().empty());
}

TEST(WholeJob, MemberWhoseEndpointIsDownLosesItsOwnVoteOnly) {
    for (std::size_t cut_off = 0; cut_off < 6; ++cut_off) {
        HarnessOptions options;
        options.own_endpoints = true;
        options.cut_off = {cut_off};
        JobHarness job(options);
        const auto outcome = job.run();

        expect_settled_right(job, outcome);
        for (const auto& [executor, fault] : job.chain().slashed()) {
            EXPECT_EQ(executor, test::address_of(cut_off));
            EXPECT_EQ(fault, ChainFault::NoReveal);
        }
        const auto said = [](const std::string& line) { return line.find("our endpoint: unreachable") != line.npos; };
        const auto kept_back = std::count_if(job.lines().begin(), job.lines().end(), said);
        EXPECT_EQ(job.chain().slashed().empty(), kept_back == 0) << "executor " << cut_off;
    }
}

/// One segment: afterwards the bridge takes the member for unresponsive, and here it trains faster than it can say that it started.
TEST(WholeJob, MemberThatTheBridgeIgnoresBringsItsVoteItself) {
    for (std::size_t ignored = 0; ignored < 6; ++ignored) {
        HarnessOptions options;
        options.segments = 1;
        options.ignored = {ignored};
        options.own_voices = true;
        options.own_endpoints = true;
        JobHarness job(options);
        const auto outcome = job.run();

        EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
        EXPECT_EQ(job.chain().verdict(SegmentIndex(0)), honest_verdict(1));
        EXPECT_TRUE(job.chain().slashed().empty()) << "executor " << ignored;
        EXPECT_EQ(outcome.state.segments.at(0).attempts.size(), 1U) << "executor " << ignored;
    }
}

TEST(WholeJob, MemberThatTheBridgeIgnoresIsSlashedWithoutAVoiceOfItsOwn) {
    std::size_t slashed = 0;
    for (std::size_t ignored = 0; ignored < 6; ++ignored) {
        HarnessOptions options;
        options.segments = 1;
        options.ignored = {ignored};
        JobHarness job(options);
        (void)job.run();
        slashed += job.chain().slashed().count(test::address_of(ignored));
    }
    EXPECT_EQ(slashed, 3U) << "whoever was asked: the voice makes the difference";
}

TEST(WholeJob, VotesThatTheBridgeBroughtAreNotCountedTwice) {
    HarnessOptions options;
    options.own_voices = true;
    options.rules.challenge_blocks = 100;  // long enough for every member to try
    JobHarness job(options);
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    EXPECT_TRUE(job.chain().slashed().empty());
}

TEST(WholeJob, LiarIsOutvotedBySegmentOfTwiceTheSizeAndSlashed) {
    JobHarness job(with_faults({{SegmentIndex(1), 1, FaultKind::WrongDigest}}));
    const auto outcome = job.run();

    // Three members: two honest votes against one: lead 1 < 3. Six members: five against one.
    expect_settled_right(job, outcome);
    const auto& run = outcome.state.segments.at(1);
    ASSERT_EQ(run.attempts.size(), 2U);
    const Address liar = run.attempts[0].members[1].address;
    EXPECT_EQ(job.chain().slashed(), (std::map<Address, ChainFault>{{liar, ChainFault::MinorityDigest}}));
    EXPECT_EQ(outcome.state.segments.at(0).attempts.size(), 1U);
}

TEST(WholeJob, SixColludingLiarsOfSixGiveTheSameWrongDigest) {
    std::vector<PlannedFault> faults;
    for (std::uint32_t member = 0; member < 3; ++member) {
        faults.push_back({SegmentIndex(2), member, FaultKind::WrongDigest});
    }
    JobHarness job(with_faults(faults));
    const auto outcome = job.run();

    EXPECT_EQ(outcome.state.status, RunStatus::Settled);
    EXPECT_NE(job.chain().verdict(SegmentIndex(2)), honest_verdict()) << "three colluding members of three win: f was exceeded";
}

TEST(WholeJob, PoolExhaustedVoidsTheJob) {
    std::vector<PlannedFault> faults;
    for (std::uint32_t member = 0; member < 6; member += 2) {
        faults.push_back({SegmentIndex(1), member, FaultKind::WrongDigest});
    }
    JobHarness job(with_faults(faults));
    const auto outcome = job.run();

    EXPECT_EQ(outcome.state.status, RunStatus::Void);
    EXPECT_EQ(outcome.code, ExitCode::ChainRefused);
    EXPECT_EQ(job.chain().state(), test::MemoryChain::State::Void);
    EXPECT_TRUE(job.chain().slashed().empty());
    ASSERT_EQ(outcome.state.credits.size(), 1U);
    EXPECT_EQ(outcome.state.credits[0].role, "buyer-refund");
}

struct FaultCase {
    FaultKind kind;
    std::optional<ChainFault> slashed_for;  ///< of the member that misbehaves
};

void PrintTo(const FaultCase& fault, std::ostream* out) {
    *out << fault_name(fault.kind);
}

/// What each fault in attempt 0 costs its executor. A copycat in attempt 0 can only guess: the previous digest, a wrong one.
const FaultCase kCases[] = {
    {FaultKind::WrongDigest, ChainFault::MinorityDigest},
    {FaultKind::Silent, ChainFault::NoReveal},
    {FaultKind::Withhold, ChainFault::NoReveal},
    {FaultKind::Copycat, ChainFault::MinorityDigest},
    {FaultKind::Late, ChainFault::NoReveal},
    {FaultKind::Crash, ChainFault::NoReveal},
    {FaultKind::Freeze, ChainFault::NoReveal},
    {FaultKind::Equivocate, ChainFault::Equivocation},
};

class EveryFault : public testing::TestWithParam<std::tuple<FaultCase, std::uint32_t, std::uint32_t>> {};

TEST_P(EveryFault, CostsItsExecutorTheVoteAndNeverTheJob) {
    const auto& [fault, segment, member] = GetParam();
    HarnessOptions options = with_faults({{SegmentIndex(segment), member, fault.kind}});
    options.rules.reveal_blocks = 25;  // over when the late one reveals
    JobHarness job(options);
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    const auto& run = outcome.state.segments.at(segment);
    const Address bad = run.attempts[0].members[member].address;
    ASSERT_EQ(job.chain().slashed().count(bad), 1U);
    EXPECT_EQ(job.chain().slashed().at(bad), *fault.slashed_for);
    const std::size_t expected_attempts = fault.kind == FaultKind::Equivocate ? 1 : 2;
    EXPECT_EQ(run.attempts.size(), expected_attempts) << "an equivocator's first vote counts";
    EXPECT_TRUE(job.chain().refusals().empty()) << job.chain().refusals().front();
}

std::string case_name(const testing::TestParamInfo<EveryFault::ParamType>& test_case) {
    const auto& [fault, segment, member] = test_case.param;
    std::string name(fault_name(fault.kind));
    std::replace(name.begin(), name.end(), '-', '_');
    return name + "_segment" + std::to_string(segment) + "_member" + std::to_string(member);
}

INSTANTIATE_TEST_SUITE_P(KindBySegmentByMember, EveryFault,
                         testing::Combine(testing::ValuesIn(kCases), testing::Values(0U, 1U, 2U), testing::Values(0U, 1U, 2U)),
                         case_name);

TEST(WholeJob, LateVoteInsideTheWindowCostsNothing) {
    for (const std::uint32_t member : {0U, 1U, 2U}) {
        HarnessOptions options = with_faults({{SegmentIndex(1), member, FaultKind::Late}});
        options.rules.reveal_blocks = 60;
        JobHarness job(options);
        const auto outcome = job.run();

        expect_settled_right(job, outcome);
        EXPECT_TRUE(job.chain().slashed().empty()) << member;
        EXPECT_TRUE(job.chain().refusals().empty()) << job.chain().refusals().front();
        EXPECT_EQ(outcome.state.segments.at(1).attempts.size(), 1U) << "all three votes count";
    }
}

TEST(WholeJob, CopycatOfALaterAttemptIsCaughtByItsWitness) {
    // Attempt 0: one liar, so the set doubles; the copycat of attempt 1 votes for the digest that leads in public.
    JobHarness job(with_faults({{SegmentIndex(0), 0, FaultKind::Silent}, {SegmentIndex(0), 4, FaultKind::Copycat}}));
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    const Address copycat = outcome.state.segments.at(0).attempts.at(1).members.at(1).address;
    EXPECT_EQ(job.chain().slashed().at(copycat), ChainFault::UncommonWitness);
}

/// Every pair of two kinds on every pair of positions of the first segment: at most 2 of 6 are faulty, so honest votes win or,
/// with too few honest votes for the lead, the job is void; a wrong digest is never accepted.
TEST(WholeJob, TwoFaultyOfSixNeverGetAWrongDigestAccepted) {
    const Hash32 honest = honest_verdict(1);
    int settled = 0;
    for (const auto& first : kCases) {
        for (const auto& second : kCases) {
            for (std::uint32_t a = 0; a < 6; ++a) {
                for (std::uint32_t b = a + 1; b < 6; ++b) {
                    HarnessOptions options = with_faults({{SegmentIndex(0), a, first.kind}, {SegmentIndex(0), b, second.kind}});
                    options.segments = 1;
                    JobHarness job(options);
                    const auto outcome = job.run();
                    const std::string what = std::string(fault_name(first.kind)) + " at " + std::to_string(a) + ", " +
                                             std::string(fault_name(second.kind)) + " at " + std::to_string(b);
                    if (outcome.state.status == RunStatus::Settled) {
                        ++settled;
                        EXPECT_EQ(job.chain().verdict(SegmentIndex(0)), honest) << what;
                    } else {
                        EXPECT_EQ(outcome.state.status, RunStatus::Void) << what << ": " << outcome.reason;
                    }
                }
            }
        }
    }
    EXPECT_GT(settled, 700) << "of 960";
}

TEST(WholeJob, RefusedExecutorIsNamedAndDoesNotRun) {
    HarnessOptions options;
    options.executors = 7;
    options.refusing = {2};
    JobHarness job(options);
    const auto outcome = job.run();

    EXPECT_EQ(outcome.state.status, RunStatus::Settled);
    EXPECT_EQ(outcome.state.executors[2].standing, Standing::Refused);
    EXPECT_EQ(outcome.state.executors[2].reason, "probe differs");
    EXPECT_EQ(job.end_of(2), ExecutorEnd::Stopped);
    EXPECT_TRUE(outcome.all_alive);
}

TEST(WholeJob, NobodyJoinedFailsWithTryAgain) {
    HarnessOptions options;
    options.refusing = {0, 1, 2, 3, 4, 5};
    JobHarness job(options);
    const auto outcome = job.run();

    EXPECT_EQ(outcome.state.status, RunStatus::Failed);
    EXPECT_EQ(outcome.code, ExitCode::TryAgain);
}

TEST(WholeJob, ExecutorThatNeverAnswersCostsTheJoinDeadlineOnly) {
    JobHarness job({});
    job.stop_stepping(3, false);
    const auto outcome = job.run();

    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    EXPECT_EQ(outcome.state.executors[3].standing, Standing::Lost);
    EXPECT_FALSE(outcome.all_alive);
    EXPECT_EQ(job.end_of(0), ExecutorEnd::Abandoned);
    EXPECT_EQ(outcome.unheard, std::set<std::size_t>{3});
}

TEST(WholeJob, ExecutorThatDiesBetweenSegmentsIsNotWaitedFor) {
    JobHarness job({});
    bool killed = false;
    const auto outcome = job.run([&](JobHarness& h) {
        if (!killed && h.chain().verdict(SegmentIndex(0))) {
            h.stop_stepping(0, true);
            killed = true;
        }
    });

    expect_settled_right(job, outcome);
    EXPECT_EQ(outcome.state.executors[0].standing, Standing::Lost);
    EXPECT_EQ(outcome.state.executors[0].reason, "its process died");
}

TEST(WholeJob, InterruptedBridgeStopsEverybodyAndSays130) {
    JobHarness job({});
    int turn = 0;
    const auto outcome = job.run([&](JobHarness& h) {
        if (++turn == 10) {
            h.interrupt();
        }
    });

    EXPECT_EQ(outcome.code, ExitCode::Interrupted);
    EXPECT_FALSE(outcome.all_alive);
    EXPECT_TRUE(outcome.unheard.empty());
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(job.end_of(i), ExecutorEnd::Abandoned);  // the bridge does not stay for MPI_Finalize
    }
}

TEST(WholeJob, ChallengeThatFindsNothingKeepsTheVerdict) {
    HarnessOptions options;
    options.executors = 12;
    JobHarness job(options);
    bool challenged = false;
    const auto outcome = job.run([&](JobHarness& h) {
        if (!challenged && h.chain().verdict(SegmentIndex(0))) {
            h.chain().challenge(SegmentIndex(0), test::address_of(77));
            challenged = true;
        }
    });

    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    EXPECT_EQ(outcome.state.segments.at(0).attempts.size(), 2U);
    EXPECT_EQ(outcome.state.epoch, 0);
    EXPECT_EQ(job.chain().verdict(SegmentIndex(2)), honest_verdict());
}

TEST(WholeJob, ChallengeOfALieFlipsTheVerdictAndRedoesWhatWasBuiltOnIt) {
    HarnessOptions options = with_faults({{SegmentIndex(0), 0, FaultKind::WrongDigest},
                                          {SegmentIndex(0), 1, FaultKind::WrongDigest},
                                          {SegmentIndex(0), 2, FaultKind::WrongDigest}});
    options.executors = 24;
    JobHarness job(options);
    bool challenged = false;
    const auto outcome = job.run([&](JobHarness& h) {
        if (!challenged && h.chain().verdict(SegmentIndex(0))) {
            h.chain().challenge(SegmentIndex(0), test::address_of(77));
            challenged = true;
        }
    });

    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    EXPECT_EQ(outcome.state.epoch, 1);
    EXPECT_EQ(job.chain().verdict(SegmentIndex(2)), honest_verdict());
    EXPECT_EQ(job.chain().slashed().size(), 3U);
}

TEST(WholeJob, MoreExecutorsThanAreSettledAtOnceArePaidInPortions) {
    for (const std::size_t at_once : {1U, 64U, 65U, 66U}) {
        HarnessOptions options;
        options.executors = 66;
        options.lead = 66;
        options.segments = 1;
        options.rules.paid_at_once = at_once;
        JobHarness job(options);
        const auto outcome = job.run();

        EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
        std::set<Address> paid;
        for (const auto& credit : outcome.state.credits) {
            if (credit.role == "executor") {
                EXPECT_TRUE(paid.insert(credit.payee).second) << "paid twice";
            }
        }
        EXPECT_EQ(paid.size(), 66U) << at_once;
        const auto calls = std::count_if(outcome.costs.begin(), outcome.costs.end(),
                                         [](const auto& cost) { return cost.call == "JobBoard.PayExecutors"; });
        EXPECT_EQ(calls, at_once == 66 ? 0 : at_once == 1 ? 66 : 2) << at_once;
        EXPECT_TRUE(job.chain().refusals().empty());
    }
}

using Damage = std::function<void(training::TrainingState&)>;

/// What a store may hand out instead of the agreed state; every member that has to read it must refuse it.
const std::pair<const char*, Damage> kDamages[] = {
    {"weights", [](auto& state) { state.weights.push_back('!'); }},
    {"distribution", [](auto& state) { state.distribution.at(0) *= 2; }},
    {"not a number", [](auto& state) { state.distribution.at(0) = std::nan(""); }},
    {"accesses", [](auto& state) { ++state.accesses.at(1); }},
    {"rounds", [](auto& state) { ++state.rounds_done; }},
};

TEST(WholeJob, DamagedStoreCostsVotesNeverCorrectness) {
    for (const auto& [what, damage] : kDamages) {
        JobHarness job({});
        job.store().damage_reads(damage);
        const auto outcome = job.run();

        // Those who computed the segment before themselves need no store, and their votes are enough.
        EXPECT_EQ(outcome.state.status, RunStatus::Settled) << what;
        EXPECT_EQ(job.chain().verdict(SegmentIndex(2)), honest_verdict()) << what;
        EXPECT_TRUE(std::any_of(job.lines().begin(), job.lines().end(), [](const auto& line) {
            return line.find("is not what the digest says") != std::string::npos;
        })) << what;
    }
}

TEST(WholeJob, GarbageUnderAnAgreedDigestIsReplacedByTheFirstThatKnowsBetter) {
    JobHarness job({});
    job.store().put(honest_verdict(1), {Bytes{1}, {}, {}, 0});
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    EXPECT_TRUE(job.chain().slashed().empty());
}

TEST(WholeJob, RandomBytesInTheMailChangeNothing) {
    JobHarness job({});
    const Rng rng(std::uint64_t{5}, RngStream::Probe, 0);
    std::uint64_t draw = 0;
    const auto outcome = job.run([&](JobHarness& h) {
        Bytes noise(rng.below(draw++, 64));
        for (auto& byte : noise) {
            byte = static_cast<std::uint8_t>(rng.bits(draw++));
        }
        h.mailbox_of(draw % 6).send(kBridgeRank, noise);
    });

    expect_settled_right(job, outcome);
}

}  // namespace
}  // namespace cone::node
