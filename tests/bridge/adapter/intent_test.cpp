// Names of what the bridge wants: the same for the same wish, different for different ones, read back as written.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/intent.hpp"

#include <gtest/gtest.h>

#include <set>

#include "bridge/adapter/translate.hpp"
#include "tests/bridge/adapter/values.hpp"

namespace cone::adapter {
namespace {

constexpr JobId kJob{7};
constexpr SegmentIndex kOne{1};
constexpr AttemptIndex kThird{65538};

node::SignedVote vote(std::uint32_t position) {
    return {position, Address{{static_cast<std::uint8_t>(position)}}, hash_of(1), hash_of(2), hash_of(3), Bytes(64)};
}

std::vector<node::ChainAction> one_of_each() {
    return {node::PostCommitments{kJob, kOne, kThird, {}, {}, hash_of(1)},
            node::CastVotes{kJob, kOne, kThird, {}, {}, {vote(0), vote(2)}},
            node::CloseAttempt{kJob, kOne, kThird},
            node::Finalize{kJob, kOne, {}},
            node::Settle{.job = kJob, .previous_digest = {}, .state_root = {}, .osmd_root = {}, .metric_bp = 1, .accesses = {}},
            node::ProveEquivocation{kJob, kOne, kThird, vote(2), vote(2)},
            node::PayExecutors{kJob, 64, 64},
            node::VoidExhausted{kJob, kOne},
            node::ProveFalseWitness{kJob, kOne, kThird, vote(2), {}}};
}

std::string name_of(const node::ChainAction& action) {
    return to_text(intent_of(action));
}

TEST(Intent, SaysJobSegmentAttemptAndCall) {
    EXPECT_EQ(name_of(one_of_each()[0]), "7/1/65538/JobBoard.postCommitments/");
    EXPECT_EQ(name_of(one_of_each()[1]), "7/1/65538/JobBoard.castVotes/0,2");
    EXPECT_EQ(name_of(one_of_each()[2]), "7/1/65538/JobBoard.closeAttempt/");
    EXPECT_EQ(name_of(one_of_each()[3]), "7/1/0/JobBoard.finalize/");
    EXPECT_EQ(name_of(one_of_each()[4]), "7/0/0/Settlement.settle/");
    EXPECT_EQ(name_of(one_of_each()[5]), "7/1/65538/JobBoard.proveEquivocation/0x0200000000000000000000000000000000000000");
    EXPECT_EQ(name_of(one_of_each()[6]), "7/0/0/Settlement.payExecutors/64") << "a portion is not the next one";
    EXPECT_EQ(name_of(one_of_each()[8]), "7/1/65538/JobBoard.proveFalseWitness/0x0200000000000000000000000000000000000000");
    EXPECT_EQ(name_of(one_of_each()[7]), "7/1/0/JobBoard.voidExhausted/");
}

TEST(Intent, IsReadBackAsItWasWritten) {
    for (const auto& action : one_of_each()) {
        EXPECT_EQ(intent_from(name_of(action)), intent_of(action)) << name_of(action);
    }
}

TEST(Intent, NamesTheCallAndTheActionAsTheTranslationDoes) {
    for (const auto& action : one_of_each()) {
        const auto translated = translate(action);
        EXPECT_EQ(intent_of(action).action(), translated.action);
        EXPECT_EQ(intent_of(action).call, translated.call.name);
        EXPECT_EQ(intent_of(action).contract, translated.call.contract);
    }
}

TEST(Intent, IsTheSameWhateverTheCallCarries) {
    auto post = std::get<node::PostCommitments>(one_of_each()[0]);
    post.root = hash_of(9);
    post.commitments = {hash_of(1)};
    EXPECT_EQ(name_of(post), name_of(one_of_each()[0])) << "a second root for the same attempt is not a second wish";
}

TEST(Intent, DiffersByJobSegmentAttemptCallAndVotes) {
    std::set<std::string> names;
    for (const auto& action : one_of_each()) {
        names.insert(name_of(action));
    }
    names.insert(name_of(node::CloseAttempt{JobId(8), kOne, kThird}));
    names.insert(name_of(node::CloseAttempt{kJob, SegmentIndex(2), kThird}));
    names.insert(name_of(node::CloseAttempt{kJob, kOne, AttemptIndex(2)}));
    names.insert(name_of(node::CastVotes{kJob, kOne, kThird, {}, {}, {vote(0)}}));
    names.insert(name_of(node::CastVotes{kJob, kOne, kThird, {}, {}, {vote(2)}}));
    names.insert(name_of(node::ProveEquivocation{kJob, kOne, kThird, vote(3), vote(3)}));
    names.insert(name_of(node::ProveFalseWitness{kJob, kOne, kThird, vote(3), {}}));
    EXPECT_EQ(names.size(), one_of_each().size() + 7);
}

TEST(Intent, OfAnotherFormIsNotRead) {
    for (const char* text :
         {"", "/", "7", "7/1/2/JobBoard.castVotes", "x/1/2/JobBoard.castVotes/", "7//2/JobBoard.castVotes/", "7/1/2/JobBoard/",
          "7/1/2/JobBoard./", "7/1/2/Nobody.castVotes/", "7/-1/2/JobBoard.castVotes/", "7/1/99999999999/JobBoard.castVotes/",
          " 7/1/2/JobBoard.castVotes/", "7/1 /2/JobBoard.castVotes/"}) {
        EXPECT_FALSE(intent_from(text)) << text;
    }
}

}  // namespace
}  // namespace cone::adapter
