// Blocks leave the chain under a running job: it ends as the chain that stands wants it, without a restart.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "tests/node/whole_job.hpp"

namespace cone::node {
namespace {

/// A kind of job: what goes wrong in it anyway, and what somebody outside does meanwhile.
struct Plot {
    const char* name;
    HarnessOptions options;
};

void PrintTo(const Plot& plot, std::ostream* out) {
    *out << plot.name;
}

struct Ending {
    BridgeOutcome outcome;
    std::optional<Hash32> digest;
    std::map<Address, ChainFault> slashed;
    int polls = 0;
};

/// Before the bridge's look number `at` the newest `depth` blocks are replaced.
Ending play(const HarnessOptions& options, int at, std::size_t depth) {
    JobHarness job(options);
    job.chain().keeps_blocks = true;
    Ending ending;
    job.chain().while_polled = [&](int poll) {
        ending.polls = poll;
        if (poll == at) {
            job.chain().reorganise(depth);
        }
    };
    ending.outcome = job.run();
    ending.digest = job.chain().verdict(SegmentIndex(options.segments - 1));
    ending.slashed = job.chain().slashed();
    return ending;
}

HarnessOptions in_portions() {
    HarnessOptions options;
    options.own_endpoints = true;
    options.rules.paid_at_once = 2;
    return options;
}

class Reorganised : public testing::TestWithParam<std::tuple<Plot, std::size_t>> {};

TEST_P(Reorganised, AtEveryBlockEndsLikeARunOnAChainThatKeptItsBlocks) {
    const auto& [plot, depth] = GetParam();
    const Ending undisturbed = play(plot.options, -1, 0);
    ASSERT_EQ(undisturbed.outcome.state.status, RunStatus::Settled) << undisturbed.outcome.reason;

    for (int at = 0; at < undisturbed.polls && !HasFailure(); ++at) {
        const Ending ending = play(plot.options, at, depth);
        const std::string when = "before look " + std::to_string(at);
        EXPECT_EQ(ending.outcome.state.status, RunStatus::Settled) << when << ": " << ending.outcome.reason;
        EXPECT_EQ(ending.digest, undisturbed.digest) << when;
        EXPECT_EQ(ending.slashed, undisturbed.slashed) << when;
        EXPECT_EQ(ending.outcome.state.credits.size(), undisturbed.outcome.state.credits.size()) << when;
        EXPECT_EQ(ending.outcome.state.slashes.size(), undisturbed.outcome.state.slashes.size()) << when;
    }
    EXPECT_GT(undisturbed.polls, 10);
}

INSTANTIATE_TEST_SUITE_P(
    PlotByDepth, Reorganised,
    testing::Combine(testing::Values(Plot{"Honest", {}}, Plot{"Portions", in_portions()},
                                     Plot{"Liar", with_faults({{SegmentIndex(1), 1, FaultKind::WrongDigest}})},
                                     Plot{"Equivocation", with_faults({{SegmentIndex(1), 1, FaultKind::Equivocate}})},
                                     Plot{"Ring", with_faults({{SegmentIndex(1), 0, FaultKind::Silent},
                                                               {SegmentIndex(1), 3, FaultKind::Copycat},
                                                               {SegmentIndex(1), 4, FaultKind::Copycat}})}),
                     testing::Values(1, 2, 5)),
    [](const auto& test_case) {
        return std::string(std::get<0>(test_case.param).name) + "_" + std::to_string(std::get<1>(test_case.param));
    });

HarnessOptions with_votes_in_one_block_only() {
    HarnessOptions options;
    options.rules.reveal_blocks = 1;
    return options;
}

/// The votes are mined again behind their window and refused; nobody tells the bridge, for its own record says that they were mined.
TEST(AReorganisation, ThatBringsVotesTooLateIsClosedAndTheNextAttemptAsked) {
    JobHarness job(with_votes_in_one_block_only());
    job.chain().keeps_blocks = true;
    bool replaced = false;
    const auto outcome = job.run([&](JobHarness& running) {
        if (!replaced && running.bridge().state().segments.size() > 0 && running.bridge().state().segments[0].verdict) {
            running.chain().reorganise(1);
            replaced = true;
        }
    });

    EXPECT_TRUE(replaced);
    expect_settled_right(job, outcome);
    EXPECT_EQ(outcome.state.segments.at(0).attempts.size(), 2u);
}

/// The challenger's transaction is lost with its block, and it does not repeat it.
TEST(AReorganisation, ThatDropsAChallengeLeavesTheVerdictToBecomeFinal) {
    JobHarness job({});
    job.chain().keeps_blocks = true;
    bool challenged = false;
    bool replaced = false;
    const auto outcome = job.run([&](JobHarness& running) {
        const auto& segments = running.bridge().state().segments;
        if (segments.empty()) {
            return;
        }
        if (!challenged && segments[0].verdict) {
            running.chain().challenge(SegmentIndex(0), test::address_of(77));
            challenged = true;
        } else if (!replaced && segments[0].challenges == 1) {
            running.chain().reorganise(1);
            replaced = true;
        }
    });

    EXPECT_TRUE(replaced);
    expect_settled_right(job, outcome);
    EXPECT_EQ(outcome.state.segments.at(0).attempts.size(), 1u);
    EXPECT_EQ(outcome.state.segments.at(0).challenges, 0u);
}

}  // namespace
}  // namespace cone::node
