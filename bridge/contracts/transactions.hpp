// The transactions that CONE's programs send: which contract, which bytes, how much ether.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/contracts/interface.hpp"
#include "bridge/contracts/records.hpp"
#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/wei.hpp"

namespace cone::contracts {

struct ContractCall {
    Contract contract;
    std::string name;  ///< of the function, for logs and the gas table
    Bytes data;
    Wei value;
    bool operator==(const ContractCall&) const = default;
};

// Sellers, executors, buyers
[[nodiscard]] ContractCall register_shard(const std::vector<Hash32>& tags, const Hash32& shard_root, std::uint32_t records,
                                          Wei reserve);
/// `stake` is units times the registry's unit stake.
[[nodiscard]] ContractCall register_executor(std::uint32_t units, Wei stake);
[[nodiscard]] ContractCall open_auction(const std::vector<Hash32>& tags, const Request& request, Wei bid);
[[nodiscard]] ContractCall bid(JobId auction, const Request& request, Wei bid);
/// `lists` as `read_lists` gives them (catalogue.hpp).
[[nodiscard]] ContractCall close_auction(JobId auction, const std::vector<std::vector<Hash32>>& lists);
/// Buys at the fixed price `price`, without an auction.
[[nodiscard]] ContractCall order_job(const std::vector<Hash32>& tags, const Request& request,
                                     const std::vector<std::vector<Hash32>>& lists, Wei price);
/// An auction that nobody closed in time: the highest bid is owed back.
[[nodiscard]] ContractCall void_stale_auction(JobId auction);
/// What Settlement owes the caller.
[[nodiscard]] ContractCall withdraw();
/// Leaves the pool; the stake stays locked for the unstaking delay, then `withdraw_stake` pays it out.
[[nodiscard]] ContractCall announce_exit();
[[nodiscard]] ContractCall withdraw_stake();
[[nodiscard]] ContractCall challenge(JobId job, SegmentIndex segment, Wei bond);

// Bridge
[[nodiscard]] ContractCall fix_seed(JobId job, ByteSpan header_rlp);
[[nodiscard]] ContractCall post_commitments(JobId job, SegmentIndex segment, AttemptIndex attempt,
                                            const std::vector<Address>& members, const Hash32& root);
/// `members` and `commitments` of the attempt, by position; zero for a member that sent none.
[[nodiscard]] ContractCall cast_votes(JobId job, SegmentIndex segment, AttemptIndex attempt,
                                      const std::vector<Address>& members, const std::vector<Hash32>& commitments,
                                      const std::vector<VoteGroup>& groups);
/// What the data of such a call say; nothing when it is another call. Hostile input.
struct VoteList {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    std::vector<Address> members;
    std::vector<Hash32> commitments;
    std::vector<VoteGroup> groups;
};
[[nodiscard]] std::optional<VoteList> list_in_votes(ByteSpan data);
[[nodiscard]] ContractCall close_attempt(JobId job, SegmentIndex segment);
/// `members` of each attempt, in order.
[[nodiscard]] ContractCall finalize(JobId job, SegmentIndex segment, const std::vector<std::vector<Address>>& members);
/// `spec_hash` and `shards` of the job, as the event JobOpened has them.
[[nodiscard]] ContractCall settle(JobId job, const OpenedDigest& opened, const Hash32& spec_hash,
                                  const std::vector<Hash32>& shards);
[[nodiscard]] ContractCall prove_equivocation(JobId job, SegmentIndex segment, AttemptIndex attempt, const Address& executor,
                                              const SignedVote& a, const SignedVote& b);
/// `opening` opens the digest that `vote` is for; the segment must be Final.
[[nodiscard]] ContractCall prove_false_witness(JobId job, SegmentIndex segment, AttemptIndex attempt, const Address& executor,
                                               const SignedVote& vote, const hash::DigestOpening& opening);
/// For a member that the bridge left out: its own commitment, before votes are taken. `members` of the attempt.
[[nodiscard]] ContractCall commit_direct(JobId job, SegmentIndex segment, AttemptIndex attempt,
                                         const std::vector<Address>& members, std::uint16_t position, const Hash32& commitment);
/// `omitted` has a ticket right below that of the member at `position`; `before` are the members of the attempt before, needed
/// at position 0 of all but the first.
[[nodiscard]] ContractCall prove_omission(JobId job, SegmentIndex segment, AttemptIndex attempt,
                                          const std::vector<Address>& before, const std::vector<Address>& members,
                                          std::uint16_t position, const Address& omitted);
/// `attempt` is the one that the challenge forced.
[[nodiscard]] ContractCall reclaim_bond(JobId job, SegmentIndex segment, AttemptIndex attempt);
/// The next `count` executors of a settled job with more than 64 of them.
[[nodiscard]] ContractCall pay_executors(JobId job, std::uint64_t count);
[[nodiscard]] ContractCall void_stale(JobId job);
[[nodiscard]] ContractCall void_exhausted(JobId job, SegmentIndex segment);

/// A tag as the catalogue has it: the text's bytes, zeros behind. Throws ConfigError when empty or above 32 bytes.
[[nodiscard]] Hash32 tag(std::string_view text);
/// Tags in the one order that the contracts take: ascending. Throws ConfigError on none, more than four, or doubles.
[[nodiscard]] std::vector<Hash32> tag_set(const std::vector<std::string>& texts);

}  // namespace cone::contracts
