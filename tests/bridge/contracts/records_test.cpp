// Structs through the ABI and back; calls and tags.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/records.hpp"

#include <gtest/gtest.h>

#include <string>

#include "bridge/contracts/transactions.hpp"
#include "cone/base/errors.hpp"

namespace cone::contracts {
namespace {

using eth::AbiValues;
using eth::U256;

Hash32 hash_of(std::uint8_t byte) {
    Hash32 hash;
    hash.bytes.fill(byte);
    return hash;
}

Request request() {
    Request r{hash_of(1), 9000, 8, 3, 2, 1, 5, 4, 6, 3000, {}};
    r.bridge.bytes[3] = 7;
    return r;
}

/// Encodes and decodes with the function's own types, as a contract would.
eth::AbiValue through(std::string_view types, const eth::AbiValue& value) {
    AbiValues values;
    values.push_back(value);
    const auto type = eth::parse_abi_type(types);
    const auto decoded = eth::abi_decode(*type, eth::abi_encode(*type, values));
    EXPECT_TRUE(decoded);
    return decoded->front();
}

TEST(Records, KeepARequestThroughTheAbi) {
    const auto value =
        through("((bytes32,uint32,uint16,uint16,uint16,uint8,uint16,uint16,uint16,uint16,address))", to_abi(request()));
    EXPECT_EQ(read_request(value), request());
}

TEST(Records, KeepRulesThroughTheAbi) {
    const Rules rules{1, 2, 3, 4, 500, 6, 7, 8, Wei(9)};
    EXPECT_EQ(read_rules(through(fn::kRules.returns, to_abi(rules))), rules);
}

TEST(Records, ReadAJobFieldByField) {
    Address buyer;
    buyer.bytes[0] = 1;
    const AbiValues fields{U256(2), buyer,   Address{}, U256(3),  U256(4),     U256(5),     U256(6), U256(7),
                           U256(8), U256(9), U256(10),  U256(15), hash_of(11), hash_of(12), U256(13)};
    const Job job = read_job(through(fn::kJob.returns, fields));
    EXPECT_EQ(job.state, JobState::Running);
    EXPECT_EQ(job.buyer, buyer);
    EXPECT_EQ(job.segments, 3);
    EXPECT_EQ(job.accepted, 4);
    EXPECT_EQ(job.finalized, 5);
    EXPECT_EQ(job.epoch, 6);
    EXPECT_EQ(job.set_cap, 7);
    EXPECT_EQ(job.pool_block, 8u);
    EXPECT_EQ(job.seed_block, 9u);
    EXPECT_EQ(job.last_progress_block, 10u);
    EXPECT_EQ(job.job_hash, hash_of(11));
    EXPECT_EQ(job.job_seed, hash_of(12));
    EXPECT_EQ(job.deadline_block, 15u);
    EXPECT_EQ(job.sellers, 13);
}

TEST(Records, ReadASegmentFieldByField) {
    const AbiValues fields{U256(3), U256(1), U256(2), U256(6), U256(4), U256(5), hash_of(1), hash_of(2), hash_of(3), U256(99)};
    const Segment segment = read_segment(through(fn::kSegment.returns, fields));
    EXPECT_EQ(segment.state, SegmentState::Accepted);
    EXPECT_EQ(segment.epoch, 1);
    EXPECT_EQ(segment.attempts, 2);
    EXPECT_EQ(segment.set_size, 6);
    EXPECT_EQ(segment.best_votes, 4);
    EXPECT_EQ(segment.second_votes, 5);
    EXPECT_EQ(segment.best, hash_of(1));
    EXPECT_EQ(segment.verdict, hash_of(2));
    EXPECT_EQ(segment.previous, hash_of(3));
    EXPECT_EQ(segment.final_from_block, 99u);
}

TEST(Records, ReadAnAttemptFieldByField) {
    Address challenger;
    challenger.bytes[0] = 7;
    const AbiValues fields{hash_of(1), U256(2), U256(3), U256(5), U256(6), challenger};
    const Attempt attempt = read_attempt(through(fn::kAttempt.returns, fields));
    EXPECT_EQ(attempt.root, hash_of(1));
    EXPECT_EQ(attempt.reveal_from_block, 2u);
    EXPECT_EQ(attempt.reveal_until_block, 3u);
    EXPECT_EQ(attempt.size, 5);
    EXPECT_EQ(attempt.voted, 6);
    EXPECT_EQ(attempt.challenger, challenger);
}

TEST(Records, RefuseAnEnumValueThatIsNone) {
    AbiValues fields{U256(6), U256(1), U256(2), U256(6), U256(4), U256(5), hash_of(1), hash_of(2), hash_of(3), U256(99)};
    EXPECT_THROW((void)read_segment(through(fn::kSegment.returns, fields)), RpcError);
}

TEST(Records, RefuseNumbersThatAreTooWide) {
    EXPECT_THROW((void)read_u64(eth::AbiValue(U256(1) << 64)), RpcError);
    EXPECT_THROW((void)read_wei(eth::AbiValue(U256(1) << 128)), RpcError);
}

TEST(Transactions, CarryContractNameAndEther) {
    const ContractCall call = bid(JobId(4), request(), Wei(5));
    EXPECT_EQ(call.contract, Contract::AuctionHouse);
    EXPECT_EQ(call.name, "bid");
    EXPECT_EQ(call.value, Wei(5));
    EXPECT_EQ(to_hex(ByteSpan(call.data).first(4)), to_hex(eth::selector(fn::kBid.signature)));
    EXPECT_EQ(call.data.size(), 4u + 32 * 12);
}

TEST(Transactions, AllEncode) {
    const Hash32 h = hash_of(1);
    const std::vector<ContractCall> calls{
        register_shard({h}, h, 1, Wei(1)),
        register_executor(2, Wei(2)),
        open_auction({h}, request(), Wei(3)),
        close_auction(JobId(1), {{h, h}, {}, {h}}),
        void_stale_auction(JobId(1)),
        withdraw(),
        announce_exit(),
        withdraw_stake(),
        challenge(JobId(1), SegmentIndex(0), Wei(1)),
        fix_seed(JobId(1), Bytes(600)),
        post_commitments(JobId(1), SegmentIndex(0), AttemptIndex(0), {Address{}}, h),
        cast_votes(JobId(1), SegmentIndex(0), AttemptIndex(0), {Address{}, Address{}, Address{}}, {h, h, h},
                   {VoteGroup{h, h, {{0, h, h, h}, {2, h, h, h}}}, VoteGroup{h, h, {}}}),
        close_attempt(JobId(1), SegmentIndex(0)),
        finalize(JobId(1), SegmentIndex(0), {{Address{}, Address{}}, {Address{}}}),
        settle(JobId(1), {h, h, 9800, {1, 2, 3}}, h, {h, h, h}),
        prove_equivocation(JobId(1), SegmentIndex(0), AttemptIndex(0), Address{}, {h, h, h, h}, {h, h, h, h}),
        prove_false_witness(JobId(1), SegmentIndex(0), AttemptIndex(0), Address{}, {h, h, h, h},
                            {h, SegmentIndex(0), h, h, h, 1, h, h}),
        commit_direct(JobId(1), SegmentIndex(0), AttemptIndex(0), {Address{}}, 0, h),
        prove_omission(JobId(1), SegmentIndex(0), AttemptIndex(1), {Address{}}, {Address{}, Address{}}, 0, Address{}),
        reclaim_bond(JobId(1), SegmentIndex(0), AttemptIndex(1)),
        pay_executors(JobId(1), 64),
        order_job({h}, request(), {{h}, {h, h}}, Wei(3)),
        void_stale(JobId(1)),
        void_exhausted(JobId(1), SegmentIndex(1))};
    for (const ContractCall& call : calls) {
        EXPECT_EQ(call.data.size() % 32, 4u) << call.name;
    }
}

TEST(Transactions, VotesGiveTheirListAndOtherDataGivesNone) {
    std::vector<Address> members(2);
    members[1].bytes.fill(2);
    const std::vector<Hash32> commitments{hash_of(3), Hash32{}};
    const auto call = cast_votes(JobId(1), SegmentIndex(2), AttemptIndex(3), members, commitments,
                                 {VoteGroup{hash_of(4), hash_of(5), {{0, hash_of(6), hash_of(7), hash_of(8)}}}});
    const auto list = list_in_votes(call.data);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->job, JobId(1));
    EXPECT_EQ(list->segment, SegmentIndex(2));
    EXPECT_EQ(list->attempt, AttemptIndex(3));
    EXPECT_EQ(list->members, members);
    EXPECT_EQ(list->commitments, commitments);
    ASSERT_EQ(list->groups.size(), 1u);
    EXPECT_EQ(list->groups[0].digest, hash_of(4));
    EXPECT_EQ(list->groups[0].witness, hash_of(5));
    ASSERT_EQ(list->groups[0].openings.size(), 1u);
    EXPECT_EQ(list->groups[0].openings[0].position, 0);
    EXPECT_EQ(list->groups[0].openings[0].salt, hash_of(6));
    EXPECT_EQ(list->groups[0].openings[0].r, hash_of(7));
    EXPECT_EQ(list->groups[0].openings[0].vs, hash_of(8));

    for (std::size_t cut = 0; cut < call.data.size(); ++cut) {
        EXPECT_FALSE(list_in_votes(ByteSpan(call.data).first(cut))) << cut;
    }
    Bytes other = call.data;
    other[0] ^= 1;
    EXPECT_FALSE(list_in_votes(other));
    EXPECT_FALSE(list_in_votes(void_stale(JobId(1)).data));
}

TEST(Tags, AreSortedAndRefusedWhenTheyCannotBe) {
    EXPECT_EQ(tag_set({"vision", "digits"}), (std::vector{tag("digits"), tag("vision")}));
    EXPECT_THROW((void)tag(""), ConfigError);
    EXPECT_THROW((void)tag(std::string(33, 'a')), ConfigError);
    EXPECT_THROW((void)tag_set({}), ConfigError);
    EXPECT_THROW((void)tag_set({"a", "a"}), ConfigError);
    EXPECT_THROW((void)tag_set({"a", "b", "c", "d", "e"}), ConfigError);
}

}  // namespace
}  // namespace cone::contracts
