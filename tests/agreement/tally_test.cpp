// The tally on every assignment of five behaviours to small sets, in every order of delivery.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/tally.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "letters.hpp"

namespace cone::agreement {
namespace {

TEST(Tally, RefusesVotesThatAreNotTheirs) {
    Tally tally = tally_of(2);
    EXPECT_EQ(tally.count(vote(2, 'R')), Counted::NotAMember);
    EXPECT_EQ(tally.count(vote(0, 'R', 'w', 1)), Counted::NoSuchAttempt);
    EXPECT_EQ(tally.count({AttemptIndex(0), executor(0), Hash32{}, letter('w')}), Counted::ZeroDigest);
    EXPECT_EQ(tally.standing(), Standing{});
    EXPECT_EQ(tally.outstanding(AttemptIndex(0)), 2u);
}

TEST(Tally, CountsAVoteOnce) {
    Tally tally = tally_of(2);
    EXPECT_EQ(tally.count(vote(0, 'R')), Counted::Yes);
    EXPECT_EQ(tally.count(vote(0, 'R')), Counted::AlreadyVoted);
    EXPECT_EQ(tally.votes_for(letter('R')), 1u);
    EXPECT_TRUE(tally.equivocations().empty());
}

TEST(Tally, KeepsContradictionsAsEvidenceAndCountsTheFirst) {
    Tally tally = tally_of(2);
    EXPECT_EQ(tally.count(vote(0, 'R')), Counted::Yes);
    EXPECT_EQ(tally.count(vote(0, 'A')), Counted::Equivocates);
    EXPECT_EQ(tally.count(vote(0, 'R', 'x')), Counted::Equivocates);
    EXPECT_EQ(tally.votes_for(letter('R')), 1u);
    EXPECT_EQ(tally.votes_for(letter('A')), 0u);
    ASSERT_EQ(tally.equivocations().size(), 2u);
    EXPECT_EQ(tally.equivocations()[0], (Equivocation{vote(0, 'R'), vote(0, 'A')}));
}

TEST(Tally, OpensNoAttemptTwiceAndAsksNobodyTwice) {
    Tally tally = tally_of(3);
    EXPECT_FALSE(tally.open(AttemptIndex(0), executors(3, 2)));
    EXPECT_FALSE(tally.open(AttemptIndex(1), executors(2, 2)));
    EXPECT_FALSE(tally.open(AttemptIndex(1), std::vector<Address>{executor(5), executor(5)}));
    EXPECT_FALSE(tally.open(AttemptIndex(1), {}));
    EXPECT_EQ(tally.members(), 3u);
    EXPECT_TRUE(tally.open(AttemptIndex(1), executors(3, 2)));
    EXPECT_EQ(tally.members(), 5u);
}

TEST(Tally, TakesAMemberOnlyForItsOwnAttempt) {
    Tally tally = tally_of(2);
    ASSERT_TRUE(tally.open(AttemptIndex(1), executors(2, 2)));
    EXPECT_EQ(tally.count(vote(0, 'R', 'w', 1)), Counted::NotAMember);
    EXPECT_EQ(tally.count(vote(2, 'R', 'w', 0)), Counted::NotAMember);
}

TEST(Tally, AddsAttemptsUpAndCountsEveryWitness) {
    Tally tally = tally_of(4);
    ASSERT_TRUE(tally.open(AttemptIndex(1), executors(4, 4)));
    for (const Vote& v : {vote(0, 'R', 'w'), vote(1, 'R', 'x'), vote(2, 'R', 'w'), vote(3, 'A', 'w'), vote(4, 'R', 'y', 1),
                          vote(5, 'R', 'y', 1), vote(6, 'R', 'w', 1), vote(7, 'A', 'y', 1)}) {
        ASSERT_EQ(tally.count(v), Counted::Yes);
    }
    EXPECT_EQ(tally.standing(), (Standing{letter('R'), 6, 2}));
}

TEST(Equivocation, NeedsOneExecutorOneAttemptAndADifference) {
    EXPECT_TRUE(is_equivocation(vote(0, 'R'), vote(0, 'A')));
    EXPECT_TRUE(is_equivocation(vote(0, 'R', 'w'), vote(0, 'R', 'x')));
    EXPECT_FALSE(is_equivocation(vote(0, 'R'), vote(0, 'R')));
    EXPECT_FALSE(is_equivocation(vote(0, 'R'), vote(1, 'A')));
    EXPECT_FALSE(is_equivocation(vote(0, 'R', 'w', 0), vote(0, 'A', 'w', 1)));
}

using ActCounts = std::array<std::uint32_t, kActs>;

ActCounts counts_of(const std::vector<Act>& acts) {
    ActCounts counts{};
    for (const Act act : acts) {
        ++counts[static_cast<std::size_t>(act)];
    }
    return counts;
}

std::uint32_t of(const ActCounts& counts, Act act) {
    return counts[static_cast<std::size_t>(act)];
}

/// Votes for R, A and B in one attempt, from the definition.
std::array<std::uint32_t, 3> defined_votes(const ActCounts& counts) {
    return {of(counts, Act::Right) + of(counts, Act::WrongWitness), of(counts, Act::WrongA), of(counts, Act::WrongB)};
}

void expect_standing(const Tally& tally, std::array<std::uint32_t, 3> votes) {
    ASSERT_EQ(tally.votes_for(letter('R')), votes[0]);
    ASSERT_EQ(tally.votes_for(letter('A')), votes[1]);
    ASSERT_EQ(tally.votes_for(letter('B')), votes[2]);
    std::sort(votes.begin(), votes.end());
    ASSERT_EQ(tally.standing().best_votes, votes[2]);
    ASSERT_EQ(tally.standing().second_votes, votes[1]);
    ASSERT_EQ(tally.votes_for(tally.standing().best), votes[2]);
}

/// Delivering members 0, 1, 2, ... over all assignments covers every order of every mixture of behaviours.
TEST(TallyExhaustive, CountsByTheDefinitionAfterEveryVoteInEveryOrder) {
    constexpr std::uint32_t kSize = 7;
    for (std::uint32_t code = 0; code < assignments(kSize); ++code) {
        const auto acts = acts_of(code, kSize);
        Tally tally = tally_of(kSize);
        ActCounts so_far{};
        for (std::uint32_t i = 0; i < kSize; ++i) {
            play(tally, i, acts[i]);
            ++so_far[static_cast<std::size_t>(acts[i])];
            ASSERT_NO_FATAL_FAILURE(expect_standing(tally, defined_votes(so_far))) << "code " << code;
        }
    }
}

/// The digest accepted while votes arrive (or zero), and the verdict after the last.
struct Outcome {
    Hash32 early;
    Verdict closing = Verdict::Undecided;
    Hash32 closing_digest;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const std::vector<Act>& acts, std::uint32_t required_lead) {
    const auto size = static_cast<std::uint32_t>(acts.size());
    Tally tally = tally_of(size);
    Outcome outcome;
    for (std::uint32_t i = 0; i < size; ++i) {
        play(tally, i, acts[i]);
        const auto now = verdict({tally.standing(), required_lead, tally.outstanding(AttemptIndex(0)), size, 100});
        if (now == Verdict::Accepted) {
            EXPECT_TRUE(outcome.early.is_zero() || outcome.early == tally.standing().best) << "two digests accepted";
            outcome.early = tally.standing().best;
        } else {
            EXPECT_TRUE(outcome.early.is_zero()) << "an acceptance was taken back";
        }
    }
    outcome.closing = verdict({tally.standing(), required_lead, 0, size, 100}).value();
    outcome.closing_digest = outcome.closing == Verdict::Accepted ? tally.standing().best : Hash32{};
    return outcome;
}

TEST(TallyExhaustive, GivesTheSameVerdictInEveryOrderAndNeverTakesItBack) {
    for (const std::uint32_t size : {1u, 2u, 3u, 4u, 5u, 6u}) {
        for (std::uint32_t lead = 1; lead <= 4; ++lead) {
            std::map<ActCounts, Outcome> by_mixture;
            for (std::uint32_t code = 0; code < assignments(size); ++code) {
                const auto acts = acts_of(code, size);
                const Outcome outcome = outcome_of(acts, lead);
                ASSERT_TRUE(outcome.early.is_zero() || outcome.early == outcome.closing_digest) << "code " << code;
                const auto [seen, first] = by_mixture.emplace(counts_of(acts), outcome);
                ASSERT_EQ(outcome.closing, seen->second.closing) << "code " << code;
                ASSERT_EQ(outcome.closing_digest, seen->second.closing_digest) << "code " << code;
            }
        }
    }
}

/// With every vote in, acceptance is known no later than the last vote.
TEST(TallyExhaustive, AcceptsEarlyWhateverItAcceptsAtTheEndIfAllVote) {
    constexpr std::uint32_t kSize = 6;
    for (std::uint32_t code = 0; code < assignments(kSize); ++code) {
        const auto acts = acts_of(code, kSize);
        if (std::count(acts.begin(), acts.end(), Act::Silent) == 0) {
            const Outcome outcome = outcome_of(acts, 3);
            ASSERT_EQ(outcome.early, outcome.closing_digest) << "code " << code;
        }
    }
}

/// A member that turns honest never costs the right digest its acceptance, and never helps the one wrong digest there is. With two wrong digests it may: their quarrel kept both from leading.
TEST(TallyExhaustive, GainsNothingForAWrongDigestWhenAMemberTurnsHonest) {
    constexpr std::uint32_t kSize = 6;
    constexpr std::uint32_t kLead = 2;
    for (std::uint32_t code = 0; code < assignments(kSize); ++code) {
        const auto acts = acts_of(code, kSize);
        const bool one_wrong_digest = std::count(acts.begin(), acts.end(), Act::WrongB) == 0;
        const Hash32 accepted = outcome_of(acts, kLead).closing_digest;
        for (std::uint32_t i = 0; i < kSize; ++i) {
            auto honest = acts;
            honest[i] = Act::Right;
            const Hash32 after = outcome_of(honest, kLead).closing_digest;
            ASSERT_FALSE(accepted == letter('R') && after != accepted) << "code " << code << " member " << i;
            ASSERT_FALSE(one_wrong_digest && after == letter('A') && accepted != after) << "code " << code << " member " << i;
        }
    }
}

/// Two attempts of three: every assignment to both.
TEST(TallyExhaustive, AddsTwoAttemptsByTheDefinition) {
    for (std::uint32_t code = 0; code < assignments(6); ++code) {
        const auto acts = acts_of(code, 6);
        Tally tally = tally_of(3);
        ASSERT_TRUE(tally.open(AttemptIndex(1), executors(3, 3)));
        for (const std::uint32_t i : {3u, 0u, 4u, 1u, 5u, 2u}) {  // interleaved: late votes of attempt 0 count too
            play(tally, i, acts[i], i / 3);
        }
        const auto first = defined_votes(counts_of({acts.begin(), acts.begin() + 3}));
        const auto second = defined_votes(counts_of({acts.begin() + 3, acts.end()}));
        ASSERT_NO_FATAL_FAILURE(expect_standing(tally, {first[0] + second[0], first[1] + second[1], first[2] + second[2]}));
    }
}

/// Whoever votes wrong, and however: fewer of them than L accept nothing.
TEST(TallyExhaustive, NeverAcceptsAWrongDigestFromFewerThanLFaultyMembers) {
    for (std::uint32_t size = 1; size <= 7; ++size) {
        for (std::uint32_t code = 0; code < assignments(size); ++code) {
            const auto acts = acts_of(code, size);
            const auto wrong = static_cast<std::uint32_t>(std::count(acts.begin(), acts.end(), Act::WrongA) +
                                                          std::count(acts.begin(), acts.end(), Act::WrongB));
            const std::uint32_t lead = wrong + 1;
            const Hash32 accepted = outcome_of(acts, lead).closing_digest;
            ASSERT_TRUE(accepted.is_zero() || accepted == letter('R'));
        }
    }
}

}  // namespace
}  // namespace cone::agreement
