// Encoders of calls.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/transactions.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "bridge/contracts/list_of.hpp"
#include "cone/base/errors.hpp"

namespace cone::contracts {
namespace {

using eth::AbiValues;
using eth::U256;

ContractCall make(const Function& function, const AbiValues& arguments, Wei value = {}) {
    return {function.contract, std::string(function.signature.substr(0, function.signature.find('('))),
            eth::encode_call(function.signature, arguments), value};
}

template <class Item>
eth::AbiValue lists_of(const std::vector<std::vector<Item>>& lists) {
    AbiValues out;
    for (const auto& list : lists) {
        out.push_back(list_of(list));
    }
    return out;
}

U256 number(JobId job) {
    return job.value;
}
U256 number(SegmentIndex segment) {
    return segment.value;
}
U256 number(AttemptIndex attempt) {
    return attempt.value;
}

}  // namespace

ContractCall register_shard(const std::vector<Hash32>& tags, const Hash32& shard_root, std::uint32_t records, Wei reserve) {
    return make(fn::kRegisterShard, {list_of(tags), shard_root, U256(records), eth::to_u256(reserve)});
}

ContractCall register_executor(std::uint32_t units, Wei stake) {
    return make(fn::kRegisterExecutor, {U256(units)}, stake);
}

ContractCall open_auction(const std::vector<Hash32>& tags, const Request& request, Wei bid) {
    return make(fn::kOpenAuction, {list_of(tags), to_abi(request)}, bid);
}

ContractCall bid(JobId auction, const Request& request, Wei bid) {
    return make(fn::kBid, {number(auction), to_abi(request)}, bid);
}

ContractCall close_auction(JobId auction, const std::vector<std::vector<Hash32>>& lists) {
    return make(fn::kCloseAuction, {number(auction), lists_of(lists)});
}

ContractCall order_job(const std::vector<Hash32>& tags, const Request& request, const std::vector<std::vector<Hash32>>& lists,
                       Wei price) {
    return make(fn::kOrder, {list_of(tags), to_abi(request), lists_of(lists)}, price);
}

ContractCall void_stale_auction(JobId auction) {
    return make(fn::kVoidStaleAuction, {number(auction)});
}

ContractCall withdraw() {
    return make(fn::kWithdraw, {});
}

ContractCall announce_exit() {
    return make(fn::kAnnounceExit, {});
}

ContractCall withdraw_stake() {
    return make(fn::kWithdrawStake, {});
}

ContractCall challenge(JobId job, SegmentIndex segment, Wei bond) {
    return make(fn::kChallenge, {number(job), number(segment)}, bond);
}

ContractCall fix_seed(JobId job, ByteSpan header_rlp) {
    return make(fn::kFixSeed, {number(job), Bytes(header_rlp.begin(), header_rlp.end())});
}

ContractCall post_commitments(JobId job, SegmentIndex segment, AttemptIndex attempt, const std::vector<Address>& members,
                              const Hash32& root) {
    return make(fn::kPostCommitments, {number(job), number(segment), number(attempt), list_of(members), root});
}

ContractCall cast_votes(JobId job, SegmentIndex segment, AttemptIndex attempt, const std::vector<Address>& members,
                        const std::vector<Hash32>& commitments, const std::vector<VoteGroup>& groups) {
    AbiValues list;
    for (const VoteGroup& group : groups) {
        list.push_back(to_abi(group));
    }
    return make(fn::kCastVotes,
                {number(job), number(segment), number(attempt), list_of(members), list_of(commitments), std::move(list)});
}

std::optional<VoteList> list_in_votes(ByteSpan data) {
    constexpr std::size_t kSelector = 4;
    const auto wanted = eth::selector(fn::kCastVotes.signature);
    if (data.size() < kSelector || !std::equal(wanted.begin(), wanted.end(), data.begin())) {
        return std::nullopt;
    }
    const auto values = eth::abi_decode(eth::parse_abi_signature(fn::kCastVotes.signature)->arguments, data.subspan(kSelector));
    if (!values) {
        return std::nullopt;
    }
    const auto& [job, segment, attempt, members, commitments, groups] =
        std::tie((*values)[0], (*values)[1], (*values)[2], (*values)[3], (*values)[4], (*values)[5]);
    VoteList list{JobId(read_u64(job)),
                  SegmentIndex(narrow<std::uint32_t>(read_u64(segment))),
                  AttemptIndex(narrow<std::uint32_t>(read_u64(attempt))),
                  read_addresses(members),
                  read_hashes(commitments),
                  {}};
    for (const auto& group : std::get<AbiValues>(groups)) {
        list.groups.push_back(read_vote_group(group));
    }
    return list;
}

ContractCall close_attempt(JobId job, SegmentIndex segment) {
    return make(fn::kCloseAttempt, {number(job), number(segment)});
}

ContractCall finalize(JobId job, SegmentIndex segment, const std::vector<std::vector<Address>>& members) {
    return make(fn::kFinalize, {number(job), number(segment), lists_of(members)});
}

ContractCall settle(JobId job, const OpenedDigest& opened, const Hash32& spec_hash, const std::vector<Hash32>& shards) {
    return make(fn::kSettle, {number(job), to_abi(opened), spec_hash, list_of(shards)});
}

ContractCall prove_equivocation(JobId job, SegmentIndex segment, AttemptIndex attempt, const Address& executor,
                                const SignedVote& a, const SignedVote& b) {
    return make(fn::kProveEquivocation, {number(job), number(segment), number(attempt), executor, to_abi(a), to_abi(b)});
}

ContractCall prove_false_witness(JobId job, SegmentIndex segment, AttemptIndex attempt, const Address& executor,
                                 const SignedVote& vote, const hash::DigestOpening& opening) {
    return make(fn::kProveFalseWitness,
                {number(job), number(segment), number(attempt), executor, to_abi(vote), to_abi(opening)});
}

ContractCall commit_direct(JobId job, SegmentIndex segment, AttemptIndex attempt, const std::vector<Address>& members,
                           std::uint16_t position, const Hash32& commitment) {
    return make(fn::kCommitDirect,
                {number(job), number(segment), number(attempt), list_of(members), U256(position), commitment});
}

ContractCall prove_omission(JobId job, SegmentIndex segment, AttemptIndex attempt, const std::vector<Address>& before,
                            const std::vector<Address>& members, std::uint16_t position, const Address& omitted) {
    return make(fn::kProveOmission,
                {number(job), number(segment), number(attempt), list_of(before), list_of(members), U256(position), omitted});
}

ContractCall reclaim_bond(JobId job, SegmentIndex segment, AttemptIndex attempt) {
    return make(fn::kReclaimBond, {number(job), number(segment), number(attempt)});
}

ContractCall pay_executors(JobId job, std::uint64_t count) {
    return make(fn::kPayExecutors, {number(job), U256(count)});
}

ContractCall void_stale(JobId job) {
    return make(fn::kVoidStale, {number(job)});
}

ContractCall void_exhausted(JobId job, SegmentIndex segment) {
    return make(fn::kVoidExhausted, {number(job), number(segment)});
}

Hash32 tag(std::string_view text) {
    if (text.empty() || text.size() > Hash32::kSize) {
        throw ConfigError("tag '" + std::string(text) + "' has " + std::to_string(text.size()) + " bytes",
                          "tags have 1 to 32 bytes");
    }
    Hash32 tag;
    std::copy(text.begin(), text.end(), tag.bytes.begin());
    return tag;
}

std::vector<Hash32> tag_set(const std::vector<std::string>& texts) {
    std::vector<Hash32> tags;
    tags.reserve(texts.size());
    for (const std::string& text : texts) {
        tags.push_back(tag(text));
    }
    std::sort(tags.begin(), tags.end());
    const bool doubled = std::adjacent_find(tags.begin(), tags.end()) != tags.end();
    if (tags.empty() || tags.size() > 4 || doubled) {
        throw ConfigError("a tag set of " + std::to_string(tags.size()) + (doubled ? " with a double" : ""),
                          "1 to 4 different tags");
    }
    return tags;
}

}  // namespace cone::contracts
