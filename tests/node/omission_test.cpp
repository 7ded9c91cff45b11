// Which lists are the draw, and which proof there is against one that is not: most lists here are innocent.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/omission.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "cone/sortition/draw.hpp"
#include "tests/node/posted_draws.hpp"

namespace cone::node {
namespace {

using namespace cone::test;
using testing::IsEmpty;

const JobTerms kTerms = terms_of_seven();

std::optional<ProveOmission> against(const Lists& lists, std::uint16_t epoch = 0) {
    return omission_in(kTerms, posted(lists, 0, epoch));
}

std::vector<Address> places(const std::vector<std::size_t>& list) {
    return drawn(kTerms, list);
}

PostedDraws board_with(PostedSegment segment) {
    return {.job_runs = true, .finalized = 0, .accepted = segment.segment.value, .segments = {std::move(segment)}};
}

// What is no omission.

TEST(NoOmission, InTheDrawItselfHoweverItIsCutIntoAttempts) {
    EXPECT_FALSE(against({}));
    EXPECT_FALSE(against({places({0})}));
    EXPECT_FALSE(against({places({0, 1, 2})}));
    EXPECT_FALSE(against({places({0, 1, 2}), places({3})}));
    EXPECT_FALSE(against({places({0}), places({1, 2}), places({3, 4, 5})}));
}

TEST(NoOmission, InAPoolThatIsExhausted) {
    EXPECT_FALSE(against({places({0, 1, 2}), places({3, 4, 5, 6})}));
    EXPECT_FALSE(against({places({0, 1, 2, 3, 4, 5, 6})}));
}

TEST(NoOmission, OfWhoComesAfterTheLastMember) {
    for (std::size_t size = 1; size < 7; ++size) {
        std::vector<std::size_t> first(size);
        for (std::size_t i = 0; i < size; ++i) {
            first[i] = i;
        }
        EXPECT_FALSE(against({places(first)})) << "the last " << 7 - size << " were not asked";
    }
}

TEST(NoOmission, OfWhoIsNotInThePool) {
    auto terms = kTerms;
    terms.pool.push_back({numbered(99), 0});
    EXPECT_FALSE(omission_in(terms, posted({places({0, 1, 2, 3, 4, 5, 6})}))) << "registered, without stake at the pool block";
    EXPECT_FALSE(against({{numbered(98), places({0})[0]}})) << "a stranger in the list: the board takes none";
}

/// Who staked more after the pool block has smaller tickets now, and not in this job.
TEST(NoOmission, OfAStakeThatChangedAfterThePoolBlock) {
    auto later = kTerms;
    for (auto& member : later.pool) {
        member.units = member.address == places({6})[0] ? 5000 : 1;
    }
    ASSERT_NE(drawn(later, {0}), places({0}));
    EXPECT_FALSE(omission_in(kTerms, posted({places({0, 1, 2})})));
    EXPECT_TRUE(omission_in(later, posted({places({0, 1, 2})}))) << "by the wrong pool it would be one";
}

TEST(NoOmission, InListsThatTheBoardCannotHaveTaken) {
    EXPECT_FALSE(against({places({0, 1, 1})})) << "twice";
    EXPECT_FALSE(against({places({0, 1}), places({1, 2})})) << "asked before";
    EXPECT_FALSE(against({places({0, 1}), places({0})}));
}

TEST(NoOmission, AfterAListThatWasNotSeen) {
    auto segment = posted({places({0, 1}), places({3, 4})});
    segment.lists.erase(segment.lists.begin());
    EXPECT_FALSE(omission_in(kTerms, segment));
    segment = posted({places({0, 1})});
    segment.attempts = 2;
    EXPECT_FALSE(omission_in(kTerms, segment));
}

TEST(NoOmission, InAListOfAnotherEpoch) {
    auto segment = posted({places({0, 1})}, 0, 2);
    for (const std::uint32_t old : {0U, 1U << 16, 3U << 16}) {
        segment.lists.insert(segment.lists.begin(), {AttemptIndex(old), places({4, 6})});
    }
    EXPECT_FALSE(omission_in(kTerms, segment));
    segment.lists.push_back({AttemptIndex((2U << 16) | 1), places({4})});
    EXPECT_FALSE(omission_in(kTerms, segment)) << "the record has one attempt: this one left the chain";
}

// What is one.

TEST(Omission, IsProvenAtThePlaceWhereTheExecutorBelongs) {
    for (std::size_t gap = 0; gap < 3; ++gap) {
        std::vector<std::size_t> list{0, 1, 2, 3};
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(gap));
        const auto proof = against({places(list)});
        ASSERT_TRUE(proof) << gap;
        EXPECT_EQ(proof->position, gap);
        EXPECT_EQ(proof->executor, places({gap})[0]);
        EXPECT_EQ(proof->members, places(list));
        EXPECT_EQ(proof->job, JobId(7));
        EXPECT_EQ(proof->segment, SegmentIndex(0));
        EXPECT_EQ(proof->attempt, AttemptIndex(0));
        EXPECT_THAT(proof->before, IsEmpty()) << "nothing lies below the first attempt";
    }
}

TEST(Omission, AtTheFirstPlaceOfALaterAttemptNamesTheMembersBefore) {
    const auto proof = against({places({0, 1}), places({2}), places({4, 5})}, 3);
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->attempt, AttemptIndex((3U << 16) | 2));
    EXPECT_EQ(proof->position, 0U);
    EXPECT_EQ(proof->executor, places({3})[0]);
    EXPECT_EQ(proof->before, places({2})) << "of the attempt right before, and of no other";
}

TEST(Omission, BehindTheFirstPlaceOfALaterAttemptNeedsNobodyBefore) {
    const auto proof = against({places({0, 1}), places({2, 4})});
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->attempt, AttemptIndex(1));
    EXPECT_EQ(proof->position, 1U);
    EXPECT_EQ(proof->executor, places({3})[0]);
    EXPECT_THAT(proof->before, IsEmpty());
}

TEST(Omission, OfSeveralIsTheFirst) {
    const auto proof = against({places({0, 3, 6})});
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->position, 1U);
    EXPECT_EQ(proof->executor, places({1})[0]);
    EXPECT_EQ(against({places({5}), places({6})})->executor, places({0})[0]);
}

/// Only friends: whatever ascending set a bridge posts, it is the draw or proven by a ticket between two neighbours.
TEST(Omission, IsFoundInEveryAscendingSetButTheDraw) {
    const sortition::DrawContext context{hash::segment_seed(kTerms.job_seed, letter_hash('p')), kTerms.job, SegmentIndex(0)};
    const auto ticket = [&](const Address& who) {
        const auto at =
            std::find_if(kTerms.pool.begin(), kTerms.pool.end(), [&](const auto& one) { return one.address == who; });
        return sortition::best_ticket(context, {who, at->units}).ticket;
    };
    for (std::uint32_t set = 1; set < 128; ++set) {
        std::vector<std::size_t> list;
        for (std::size_t place = 0; place < 7; ++place) {
            if ((set >> place & 1U) != 0) {
                list.push_back(place);
            }
        }
        const auto proof = against({places(list)});
        const bool is_draw = list.back() + 1 == list.size();
        ASSERT_EQ(!proof, is_draw) << set;
        if (proof) {
            EXPECT_LT(ticket(proof->executor), ticket(proof->members[proof->position])) << set;
            EXPECT_TRUE(proof->position == 0 || ticket(proof->members[proof->position - 1]) < ticket(proof->executor)) << set;
        }
    }
}

TEST(Omission, IsJudgedByTheDigestThatTheSegmentStartsFrom) {
    auto segment = posted({places({0, 1, 2})});
    segment.previous = letter_hash('z');
    ASSERT_NE(ticket_order(kTerms, SegmentIndex(0), letter_hash('z'))[0], places({0})[0]);
    EXPECT_TRUE(omission_in(kTerms, segment));
}

// What is due.

TEST(DueOmission, IsTheProofAgainstARunningJob) {
    const auto segment = posted({places({0, 2})});
    EXPECT_EQ(due_omission(kTerms, board_with(segment), {}), omission_in(kTerms, segment));
}

TEST(DueOmission, IsNoneWhenTheJobDoesNotRun) {
    auto board = board_with(posted({places({0, 2})}));
    board.job_runs = false;
    EXPECT_FALSE(due_omission(kTerms, board, {}));
}

TEST(DueOmission, IsNoneForASegmentThatIsFinal) {
    auto board = board_with(posted({places({0, 2})}));
    board.finalized = board.accepted = 1;
    EXPECT_FALSE(due_omission(kTerms, board, {}));
}

TEST(DueOmission, IsThereForASegmentThatIsOnlyAccepted) {
    auto board = board_with(posted({places({0, 2})}));
    board.accepted = 1;
    EXPECT_TRUE(due_omission(kTerms, board, {}));
}

TEST(DueOmission, IsNoneForWhatFellWithAnEarlierVerdict) {
    auto board = board_with(posted({drawn(kTerms, {0, 2}, 2)}, 2));
    board.accepted = 1;
    EXPECT_FALSE(due_omission(kTerms, board, {}));
}

TEST(DueOmission, IsNoneOnceItWasSent) {
    const auto board = board_with(posted({places({0, 2}), places({4, 6})}));
    EXPECT_FALSE(due_omission(kTerms, board, {{SegmentIndex(0), AttemptIndex(0)}})) << "one proof ends the job";
    EXPECT_TRUE(due_omission(kTerms, board, {{SegmentIndex(0), AttemptIndex(1)}})) << "against this one nothing was sent";
    EXPECT_TRUE(due_omission(kTerms, board, {{SegmentIndex(1), AttemptIndex(0)}}));
}

TEST(DueOmission, GoesBySegmentsInOrder) {
    PostedDraws board{
        .job_runs = true,
        .finalized = 1,
        .accepted = 2,
        .segments = {posted({places({1})}), posted({drawn(kTerms, {0}, 1)}, 1), posted({drawn(kTerms, {2}, 2)}, 2)}};
    const auto proof = due_omission(kTerms, board, {});
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->segment, SegmentIndex(2)) << "the first is Final, the second right";
}

TEST(DueOmission, StopsAtAPoolThatNamesAnExecutorTwice) {
    auto terms = kTerms;
    terms.pool.push_back(terms.pool.front());
    EXPECT_THROW((void)due_omission(terms, board_with(posted({places({0})})), {}), ChainError);
}

}  // namespace
}  // namespace cone::node
