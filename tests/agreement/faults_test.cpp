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
    EXPECT_FALSE(is_hard(Fault::UncommonWitness));
    EXPECT_TRUE(is_hard(Fault::WrongDigest));
    EXPECT_TRUE(is_hard(Fault::Equivocation));
}

TEST(Faults, HaveTheWordsOfTheReport) {
    EXPECT_EQ(to_string(Fault::NoReveal), "no-reveal");
    EXPECT_EQ(to_string(Fault::UncommonWitness), "witness");
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

TEST(Faults, BlameNoWitnessWhenTheLargestGroupsAreEqual) {
    Tally tally = tally_of(5);
    for (const Vote& v : {vote(0, 'R', 'w'), vote(1, 'R', 'w'), vote(2, 'R', 'x'), vote(3, 'R', 'x'), vote(4, 'R', 'y')}) {
        ASSERT_EQ(tally.count(v), Counted::Yes);
    }
    EXPECT_TRUE(find_faults(tally, letter('R')).empty());
}

TEST(Faults, BlameEveryWitnessBesideTheMostCommon) {
    Tally tally = tally_of(5);
    for (const Vote& v : {vote(0, 'R', 'w'), vote(1, 'R', 'w'), vote(2, 'R', 'x'), vote(3, 'R', 'w'), vote(4, 'R', 'y')}) {
        ASSERT_EQ(tally.count(v), Counted::Yes);
    }
    EXPECT_EQ(kinds(find_faults(tally, letter('R'))), (std::vector<Fault>{Fault::UncommonWitness, Fault::UncommonWitness}));
}

TEST(Faults, CompareWitnessesWithinOneAttemptOnly) {
    Tally tally = tally_of(3);
    ASSERT_TRUE(tally.open(AttemptIndex(1), executors(3, 1)));
    for (std::uint32_t i = 0; i < 3; ++i) {
        play(tally, i, Act::Right);
    }
    ASSERT_EQ(tally.count(vote(3, 'R', 'z', 1)), Counted::Yes);
    EXPECT_TRUE(find_faults(tally, letter('R')).empty());
}

/// The fault of one member by the definition, given all acts of its attempt and 'R' accepted.
std::optional<Fault> defined_fault(const std::vector<Act>& acts, Act own) {
    const auto right = std::count(acts.begin(), acts.end(), Act::Right);
    const auto odd = std::count(acts.begin(), acts.end(), Act::WrongWitness);
    if (own == Act::Silent) {
        return Fault::NoReveal;
    }
    if (own == Act::WrongA || own == Act::WrongB) {
        return Fault::WrongDigest;
    }
    const bool rare = own == Act::Right ? right < odd : odd < right;
    return rare ? std::optional(Fault::UncommonWitness) : std::nullopt;
}

TEST(FaultsExhaustive, FollowTheDefinitionOnEveryAssignment) {
    constexpr std::uint32_t kSize = 6;
    for (std::uint32_t code = 0; code < assignments(kSize); ++code) {
        const auto acts = acts_of(code, kSize);
        Tally tally = tally_of(kSize);
        std::vector<FaultFound> expected;
        for (std::uint32_t i = 0; i < kSize; ++i) {
            play(tally, i, acts[i]);
            if (const auto fault = defined_fault(acts, acts[i])) {
                expected.push_back({AttemptIndex(0), i, executor(i), *fault});
            }
        }
        ASSERT_EQ(find_faults(tally, letter('R')), expected) << "code " << code;
        ASSERT_EQ(earners(tally, letter('R')).size() + expected.size(), kSize);
    }
}

}  // namespace
}  // namespace cone::agreement
