// Whole jobs with every planted fault: what it costs its executor, and that no wrong digest is accepted.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "tests/node/whole_job.hpp"

namespace cone::node {
namespace {

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
    EXPECT_EQ(job.chain().slashed().at(copycat), ChainFault::FalseWitness);
    EXPECT_EQ(job.chain().slashed().size(), 2U) << "it and the silent one";
    EXPECT_TRUE(job.chain().refusals().empty()) << job.chain().refusals().front();
}

/// Two of the three members of a later attempt agree on a made-up witness. All votes count, and the honest member beside them keeps all.
TEST(WholeJob, RingOfCopycatsPaysAndTheHonestMemberBesideItDoesNot) {
    for (const std::uint32_t honest : {3U, 4U, 5U}) {
        std::vector<PlannedFault> faults{{SegmentIndex(1), 0, FaultKind::Silent}};
        for (std::uint32_t member = 3; member < 6; ++member) {
            if (member != honest) {
                faults.push_back({SegmentIndex(1), member, FaultKind::Copycat});
            }
        }
        JobHarness job(with_faults(faults));
        const auto outcome = job.run();

        expect_settled_right(job, outcome);
        const auto& attempts = outcome.state.segments.at(1).attempts;
        ASSERT_EQ(attempts.size(), 2U);
        std::map<Address, ChainFault> expected{{attempts[0].members[0].address, ChainFault::NoReveal}};
        for (std::uint32_t member = 3; member < 6; ++member) {
            if (member != honest) {
                expected[attempts[1].members[member - 3].address] = ChainFault::FalseWitness;
            }
        }
        EXPECT_EQ(job.chain().slashed(), expected) << honest;
        EXPECT_TRUE(job.chain().refusals().empty()) << job.chain().refusals().front();
    }
}

/// Nobody in the later attempt worked: their votes are for the right digest and count, and each is slashed for its witness.
TEST(WholeJob, AttemptOfCopycatsOnlyConfirmsWhatIsRightAndPays) {
    JobHarness job(with_faults({{SegmentIndex(0), 0, FaultKind::Silent},
                                {SegmentIndex(0), 3, FaultKind::Copycat},
                                {SegmentIndex(0), 4, FaultKind::Copycat},
                                {SegmentIndex(0), 5, FaultKind::Copycat}}));
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    std::size_t false_witnesses = 0;
    for (const auto& [executor, fault] : job.chain().slashed()) {
        false_witnesses += fault == ChainFault::FalseWitness ? 1U : 0U;
    }
    EXPECT_EQ(false_witnesses, 3U);
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

/// What a node's figures lead to need not be an error of ours: an overflow, a number that does not fit.
TEST(WholeJobFaults, AnyExceptionOfTheChainIsToldToTheExecutorsAndInTheRecord) {
    for (const int look : {0, 5}) {
        JobHarness job({});
        job.chain().while_polled = [look](int poll) {
            if (poll == look) {
                throw std::overflow_error("a fee of 2^256 wei");
            }
        };
        job.chain().while_costs_are_asked = [] { throw RpcError("the node is away"); };

        const auto outcome = job.run();

        EXPECT_EQ(outcome.code, ExitCode::TryAgain) << look;
        EXPECT_EQ(outcome.reason, "a fee of 2^256 wei");
        EXPECT_TRUE(outcome.costs.empty());
        for (std::size_t executor = 0; executor < HarnessOptions{}.executors; ++executor) {
            EXPECT_TRUE(job.end_of(executor).has_value()) << executor;
        }
    }
}

}  // namespace
}  // namespace cone::node
