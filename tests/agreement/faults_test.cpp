// Faults and earners: by hand and by definition on every assignment of five behaviours.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/faults.hpp"

#include <algorithm>
#include <optional>

#include "letters.hpp"

namespace cone::agreement {
namespace {

std::vector<Fault> kinds(const std::vector<FaultFound>& faults) {
    std::vector<Fault> result;
    for (const FaultFound& fault : faults) {
        result.push_back(fault.fault);
    }
    return result;
}

TEST(Faults, NameWhoWhereAndWhat) {
    Tally tally = tally_of(3);
    ASSERT_TRUE(tally.open(AttemptIndex(1), executors(3, 3)));
    for (const auto& [number, act] : std::vector<std::pair<std::uint32_t, Act>>{
             {0, Act::Right}, {1, Act::WrongA}, {2, Act::Right}, {3, Act::Right}, {4, Act::Silent}, {5, Act::Right}}) {
        play(tally, number, act, number / 3);
    }
    EXPECT_EQ(find_faults(tally, letter('R')), (std::vector<FaultFound>{{AttemptIndex(0), 1, executor(1), Fault::WrongDigest},
                                                                        {AttemptIndex(1), 1, executor(4), Fault::NoReveal}}));
    EXPECT_EQ(earners(tally, letter('R')), (std::vector<Address>{executor(0), executor(2), executor(3), executor(5)}));
}

TEST(Faults, AreSoftOrHard) {
    EXPECT_FALSE(is_hard(Fault::NoReveal));
    EXPECT_TRUE(is_hard(Fault::FalseWitness));
    EXPECT_TRUE(is_hard(Fault::WrongDigest));
    EXPECT_TRUE(is_hard(Fault::Equivocation));
}

TEST(Faults, HaveTheWordsOfTheReport) {
    EXPECT_EQ(to_string(Fault::NoReveal), "no-reveal");
    EXPECT_EQ(to_string(Fault::FalseWitness), "false-witness");
    EXPECT_EQ(to_string(Fault::WrongDigest), "wrong-digest");
    EXPECT_EQ(to_string(Fault::Equivocation), "equivocation");
}

TEST(Faults, PutEquivocationAboveTheRest) {
    Tally tally = tally_of(3);
    play(tally, 0, Act::Right);
    play(tally, 1, Act::Right);
    play(tally, 2, Act::WrongA);
    tally.count(vote(1, 'A'));
    tally.count(vote(2, 'R'));
    EXPECT_EQ(kinds(find_faults(tally, letter('R'))), (std::vector<Fault>{Fault::Equivocation, Fault::Equivocation}));
    EXPECT_EQ(earners(tally, letter('R')), std::vector<Address>{executor(0)});
}

/// No majority says what a witness is worth: members with any mixture of witnesses are judged by their digests.
TEST(Faults, AreNotFoundInWitnessesByCounting) {
    Tally tally = tally_of(5);
    ASSERT_TRUE(tally.open(AttemptIndex(1), executors(5, 1)));
    for (const Vote& v : {vote(0, 'R', 'w'), vote(1, 'R', 'w'), vote(2, 'R', 'x'), vote(3, 'R', 'w'), vote(4, 'R', 'y'),
                          vote(5, 'R', 'z', 1)}) {
        ASSERT_EQ(tally.count(v), Counted::Yes);
    }
    EXPECT_TRUE(find_faults(tally, letter('R')).empty());
    EXPECT_EQ(earners(tally, letter('R')).size(), 6u);
}

/// A segment that was opened, and the vote of a member that executed it.
class FalseWitness : public testing::Test {
protected:
    [[nodiscard]] bool proven() const { return proves_false_witness(opening, job_seed, said); }

    Hash32 job_seed = letter('s');
    hash::DigestOpening opening{.job_hash = letter('J'),
                                .segment = SegmentIndex(2),
                                .previous_digest = letter('p'),
                                .state_root = letter('a'),
                                .osmd_root = letter('o'),
                                .metric_bp = 9500,
                                .accesses_root = letter('c'),
                                .trace_root = letter('t')};
    Hash32 segment_seed = hash::segment_seed(job_seed, opening.previous_digest);
    Vote said{AttemptIndex(65537), executor(1), hash::segment_digest(opening),
              hash::witness(hash::attempt_seed(segment_seed, AttemptIndex(65537)), opening.trace_root)};
};

TEST_F(FalseWitness, IsNotThatOfWhoWorked) {
    EXPECT_FALSE(proven());
}

TEST_F(FalseWitness, IsAnyOther) {
    for (const auto& other : {letter('w'), opening.trace_root, hash::trace_seal(opening.trace_root), Hash32{}}) {
        said.witness = other;
        EXPECT_TRUE(proven());
    }
}

TEST_F(FalseWitness, IsThatOfAnotherAttempt) {
    for (const std::uint32_t attempt : {0u, 1u, 65536u, 65538u}) {
        said.witness = hash::witness(hash::attempt_seed(segment_seed, AttemptIndex(attempt)), opening.trace_root);
        EXPECT_TRUE(proven()) << attempt;
    }
}

TEST_F(FalseWitness, IsThatOfAnotherJob) {
    said.witness = hash::witness(hash::attempt_seed(hash::segment_seed(letter('S'), opening.previous_digest), said.attempt),
                                 opening.trace_root);
    EXPECT_TRUE(proven());
}

/// Nobody is accused with the opening of a digest that it did not vote for.
TEST_F(FalseWitness, IsNotProvenByTheOpeningOfAnotherDigest) {
    said.witness = letter('w');
    const auto right = opening;
    const auto refused = [&](auto change) {
        opening = right;
        change(opening);
        EXPECT_FALSE(proven());
    };
    refused([](auto& o) { o.job_hash = letter('K'); });
    refused([](auto& o) { o.segment = SegmentIndex(1); });
    refused([](auto& o) { o.previous_digest = letter('q'); });
    refused([](auto& o) { o.state_root = letter('b'); });
    refused([](auto& o) { o.metric_bp = 1; });
    refused([](auto& o) { o.trace_root = letter('u'); });
    refused([](auto& o) { o = {}; });
    said.digest = letter('A');
    refused([](auto&) {});
}

bool is_wrong(Act act) {
    return act == Act::WrongA || act == Act::WrongB;
}

/// The fault of one member by the definition, given everybody's acts and 'R' accepted.
std::optional<Fault> defined_fault(const std::vector<Act>& acts, std::size_t member) {
    const auto right = std::count_if(acts.begin(), acts.end(), [](Act act) { return act != Act::Silent && !is_wrong(act); });
    const bool most = 2 * static_cast<std::size_t>(right) > acts.size();
    if (acts[member] == Act::Silent) {
        return most ? std::optional(Fault::NoReveal) : std::nullopt;
    }
    return is_wrong(acts[member]) ? std::optional(Fault::WrongDigest) : std::nullopt;
}

/// Half of those asked is not most of them.
TEST(Faults, DoNotFindSilenceWhereMostAreSilent) {
    for (const std::uint32_t right : {1u, 3u, 4u}) {
        Tally tally = tally_of(6);
        for (std::uint32_t i = 0; i < right; ++i) {
            play(tally, i, Act::Right);
        }
        EXPECT_EQ(find_faults(tally, letter('R')).size(), right == 4 ? 2u : 0u);
        EXPECT_EQ(earners(tally, letter('R')).size(), right);
    }
}

/// The others' votes count over all attempts, as the contract counts them.
TEST(Faults, FindSilenceOnceALaterAttemptShowsThatMostCould) {
    Tally tally = tally_of(3);
    play(tally, 0, Act::Right);
    EXPECT_TRUE(find_faults(tally, letter('R')).empty());
    ASSERT_TRUE(tally.open(AttemptIndex(1), executors(3, 3)));
    for (std::uint32_t i = 3; i < 6; ++i) {
        play(tally, i, Act::Right, 1);
    }
    EXPECT_EQ(kinds(find_faults(tally, letter('R'))), (std::vector<Fault>{Fault::NoReveal, Fault::NoReveal}));
}

TEST(FaultsExhaustive, FollowTheDefinitionOnEveryAssignment) {
    constexpr std::uint32_t kSize = 6;
    for (std::uint32_t code = 0; code < assignments(kSize); ++code) {
        const auto acts = acts_of(code, kSize);
        Tally tally = tally_of(kSize);
        std::vector<FaultFound> expected;
        for (std::uint32_t i = 0; i < kSize; ++i) {
            play(tally, i, acts[i]);
            if (const auto fault = defined_fault(acts, i)) {
                expected.push_back({AttemptIndex(0), i, executor(i), *fault});
            }
        }
        ASSERT_EQ(find_faults(tally, letter('R')), expected) << "code " << code;
    }
}

}  // namespace
}  // namespace cone::agreement
