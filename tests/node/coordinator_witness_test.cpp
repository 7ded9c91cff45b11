// The coordinator and what a digest is made of: rounds, trace root, and witnesses that are not its attempt's.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/coordinator.hpp"
#include "cone/node/vote_flow.hpp"
#include "tests/node/coordinator_play.hpp"

namespace cone::node {
namespace {

using test::address_of;
using test::Play;

/// What the next segment's members are given checks a state against the digest, and makes no witness of it.
TEST_F(Play, TheNextMembersAreNotToldTheTraceRoot) {
    reach_reveals();
    for (std::size_t position = 0; position < 3; ++position) {
        message(member(position), reveal(member(position)));
    }
    const auto opening = reveal(0).opening;
    std::size_t orders = 0;
    for (const auto& tell : told) {
        const auto* order = std::get_if<RunSegment>(&tell.message);
        if (order != nullptr && order->segment == SegmentIndex(1)) {
            ++orders;
            EXPECT_EQ(order->previous, hash::seal(opening));
            EXPECT_EQ(hash::segment_digest(order->previous), order->previous_digest);
        }
    }
    EXPECT_EQ(orders, 3U);
}

/// A member's vote may be right and the rounds beside it made up: the receipt takes those that the digest binds.
TEST_F(Play, RoundsThatTheDigestDoesNotBindAreNotTheSegments) {
    reach_reveals();
    for (std::size_t position = 0; position < 3; ++position) {
        Reveal shown = reveal(member(position));
        if (position == 0) {
            shown.trace[0].gains[0] += 1;
        } else if (position == 1) {
            shown.opening.trace_root.bytes[0] ^= 1;
        }
        message(member(position), shown);
    }
    const Reveal honest = reveal(member(2));

    const Reveal* opened = opened_reveal(coordinator.state().segments[0], honest.digest);

    ASSERT_NE(opened, nullptr);
    EXPECT_EQ(*opened, honest);
}

TEST_F(Play, AnOpeningWithoutItsRoundsStillLetsTheJobGoOn) {
    reach_reveals();
    for (std::size_t position = 0; position < 3; ++position) {
        Reveal shown = reveal(member(position));
        shown.trace.clear();
        message(member(position), shown);
    }

    EXPECT_NE(opened_reveal(coordinator.state().segments[0], reveal(0).digest), nullptr);
    EXPECT_EQ(opened_reveal(coordinator.state().segments[0], reveal(0, 1).digest), nullptr);
    EXPECT_EQ(coordinator.state().segments.size(), 2U);
}

/// Three votes for the right digest; the witness of the first is made up.
class OneFalseWitness : public Play {
protected:
    OneFalseWitness() {
        made_up = reveal(member(0));
        made_up.witness.bytes[0] ^= 1;
        sign(made_up, member(0));
        commit_to(0, made_up);
        commit(1);
        commit(2);
        open_window();
        message(member(0), made_up);
        message(member(1), reveal(member(1)));
        message(member(2), reveal(member(2)));
    }
    void become_final() {
        event(SegmentAccepted{SegmentIndex(0), made_up.digest, 3, 100});
        event(SegmentFinal{SegmentIndex(0)});
    }

    Reveal made_up;
};

TEST_F(OneFalseWitness, IsProvenWhenTheSegmentIsFinalAndNotBefore) {
    event(SegmentAccepted{SegmentIndex(0), made_up.digest, 3, 100});
    tick(200);
    EXPECT_EQ(count<ProveFalseWitness>(), 0U) << "the proof opens the digest in public";
    event(SegmentFinal{SegmentIndex(0)});

    ASSERT_EQ(count<ProveFalseWitness>(), 1U);
    const auto proof = std::find_if(submitted.begin(), submitted.end(),
                                    [](const auto& action) { return std::holds_alternative<ProveFalseWitness>(action); });
    const auto& said = std::get<ProveFalseWitness>(*proof);
    EXPECT_EQ(said.vote.executor, address_of(member(0)));
    EXPECT_EQ(said.vote.witness, made_up.witness);
    EXPECT_EQ(hash::segment_digest(said.opening), made_up.digest);
    EXPECT_EQ(said.attempt, AttemptIndex(0));
}

TEST_F(OneFalseWitness, CountsForItsDigestAllTheSame) {
    EXPECT_EQ(tally_of(coordinator.state().segments[0]).votes_for(made_up.digest), 3U);
    EXPECT_EQ(coordinator.state().segments.size(), 2U);
}

TEST_F(OneFalseWitness, LosesARaceQuietly) {
    become_final();
    event(ActionRefused{"ProveFalseWitness", "JobBoard: AlreadyProven()", SegmentIndex(0)});
    tick(300);
    EXPECT_FALSE(failed());
    EXPECT_EQ(count<ProveFalseWitness>(), 1U);
}

TEST_F(OneFalseWitness, IsNotProvenAgainWhenTheChainHasSlashedItAlready) {
    event(SegmentAccepted{SegmentIndex(0), made_up.digest, 3, 100});
    event(ExecutorSlashed{address_of(member(0)), SegmentIndex(0), ChainFault::FalseWitness, Wei(5)});
    event(SegmentFinal{SegmentIndex(0)});
    EXPECT_EQ(count<ProveFalseWitness>(), 0U);
}

/// Signed twice: accused of that, for one proof an attempt is all there is.
TEST_F(OneFalseWitness, OfAnEquivocatorIsNotProvenToo) {
    message(member(0), reveal(member(0)));
    become_final();
    EXPECT_EQ(count<ProveEquivocation>(), 1U);
    EXPECT_EQ(count<ProveFalseWitness>(), 0U);
}

}  // namespace
}  // namespace cone::node
