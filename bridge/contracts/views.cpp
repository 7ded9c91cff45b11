// Encode, call, decode.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/views.hpp"

#include <string>
#include <utility>

#include "bridge/contracts/errors.hpp"
#include "bridge/contracts/list_of.hpp"
#include "bridge/rpc/calls.hpp"
#include "cone/base/errors.hpp"

namespace cone::contracts {
namespace {

using eth::AbiValue;
using eth::AbiValues;
using eth::U256;

constexpr std::uint64_t kMaxExecutors = 1 << 16;

/// The one value a call returns. Throws ChainError when the contract said no.
AbiValue value_of(const Function& function, const rpc::CallResult& result) {
    if (const auto* revert = std::get_if<rpc::RevertInfo>(&result)) {
        throw ChainError(describe_revert(function.contract, revert->data));
    }
    auto values = eth::abi_decode(*eth::parse_abi_type(function.returns), std::get<Bytes>(result));
    if (!values) {
        throw RpcError(std::string(name_of(function.contract)) + "." + std::string(function.signature) +
                           " was answered with bytes that are no " + std::string(function.returns),
                       "is chain.deployment of this program's version?");
    }
    return values->front();
}

bool is_revert(const rpc::CallResult& result, std::string_view error) {
    const auto* revert = std::get_if<rpc::RevertInfo>(&result);
    const auto named = revert == nullptr ? std::nullopt : decode_error(revert->data);
    return named && named->name == error;
}

}  // namespace

rpc::CallResult Views::call(const Function& function, const AbiValues& arguments) const {
    const rpc::CallMessage message{std::nullopt, deployment_.address(function.contract),
                                   eth::encode_call(function.signature, arguments), 0};
    return rpc::call(client_, message, at_);
}

AbiValue Views::ask(const Function& function, const AbiValues& arguments) const {
    return value_of(function, call(function, arguments));
}

Job Views::job(JobId job) const {
    return read_job(ask(fn::kJob, {job.value}));
}

Segment Views::segment(JobId job, SegmentIndex segment) const {
    return read_segment(ask(fn::kSegment, {job.value, U256(segment.value)}));
}

std::optional<Attempt> Views::find_attempt(JobId job, SegmentIndex segment, AttemptIndex number) const {
    const auto result = call(fn::kAttempt, {job.value, U256(segment.value), U256(number.value)});
    return is_revert(result, "NoAttempt") ? std::nullopt : std::optional(read_attempt(value_of(fn::kAttempt, result)));
}

NextAttempt Views::next_attempt(JobId job, SegmentIndex segment) const {
    return read_next_attempt(ask(fn::kNextAttempt, {job.value, U256(segment.value)}));
}

Rules Views::rules() const {
    return read_rules(ask(fn::kRules, {}));
}

Hash32 Views::domain_separator() const {
    return read_hash(ask(fn::kDomainSeparator, {}));
}

Address Views::owner_of(const Hash32& shard_root) const {
    return read_address(std::get<AbiValues>(ask(fn::kEntry, {shard_root})).front());
}

std::vector<Address> Views::owners_of(const std::vector<Hash32>& shard_roots) const {
    return read_addresses(ask(fn::kOwnersOf, {list_of(shard_roots)}));
}

ExecutorEntry Views::executor(const Address& executor) const {
    return read_executor(ask(fn::kExecutor, {executor}));
}

std::vector<Address> Views::executors() const {
    const std::uint64_t count = read_u64(ask(fn::kExecutorCount, {}));
    if (count > kMaxExecutors) {
        throw RpcError("the register claims " + std::to_string(count) + " executors, this program lists " +
                       std::to_string(kMaxExecutors));
    }
    std::vector<Address> out;
    for (std::uint64_t i = 0; i < count; ++i) {
        out.push_back(read_address(ask(fn::kExecutorAt, {i})));
    }
    return out;
}

std::vector<std::uint32_t> Views::units_at(const std::vector<Address>& executors, std::uint64_t pool_block) const {
    return read_u32s(ask(fn::kUnitsAtOf, {list_of(executors), pool_block}));
}

Wei Views::unit_stake() const {
    return read_wei(ask(fn::kUnitStakeWei, {}));
}

Wei Views::escrow_of(JobId job) const {
    return read_wei(ask(fn::kEscrowOf, {job.value}));
}

Wei Views::credit_of(const Address& payee) const {
    return read_wei(ask(fn::kCreditOf, {payee}));
}

std::uint64_t Views::auction_end(JobId auction) const {
    return read_u64(std::get<AbiValues>(ask(fn::kAuction, {auction.value})).at(2));
}

Wei Views::least_bid(JobId auction) const {
    return read_wei(ask(fn::kLeastBid, {auction.value}));
}

Wei Views::most_bid(const Request& request) const {
    if (request.executor_share_bp == 0) {
        return Wei(~Uint128{0});
    }
    return read_wei(ask(fn::kMostBid, {U256(request.segments), U256(request.executor_share_bp)}));
}

JobId Views::running_auction(const std::vector<Hash32>& tags) const {
    return JobId(read_u64(ask(fn::kRunningAuction, {list_of(tags)})));
}

std::uint64_t Views::auction_count() const {
    return read_u64(ask(fn::kAuctionCount, {}));
}

}  // namespace cone::contracts
