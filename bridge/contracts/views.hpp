// What the contracts answer when asked; nothing is sent and nothing is paid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bridge/contracts/deployment.hpp"
#include "bridge/contracts/records.hpp"
#include "bridge/rpc/types.hpp"

namespace cone::contracts {

/// Asks one deployment, at one block. All functions throw ChainError with the contract's reason when it refuses, RpcError when
/// the node cannot be reached or the answer does not decode. `client` and `deployment` outlive it.
class Views {
public:
    Views(rpc::Client& client, const Deployment& deployment, rpc::BlockId at = rpc::BlockTag::Latest)
        : client_(client), deployment_(deployment), at_(at) {}

    // JobBoard
    [[nodiscard]] Job job(JobId job) const;
    [[nodiscard]] Segment segment(JobId job, SegmentIndex segment) const;
    /// Nothing while no attempt of this number is open.
    [[nodiscard]] std::optional<Attempt> find_attempt(JobId job, SegmentIndex segment, AttemptIndex number) const;
    [[nodiscard]] NextAttempt next_attempt(JobId job, SegmentIndex segment) const;
    [[nodiscard]] Rules rules() const;
    [[nodiscard]] Hash32 domain_separator() const;

    // DataCatalog
    /// Zero when nobody registered this root.
    [[nodiscard]] Address owner_of(const Hash32& shard_root) const;
    /// All must be registered.
    [[nodiscard]] std::vector<Address> owners_of(const std::vector<Hash32>& shard_roots) const;

    // ExecutorRegistry
    [[nodiscard]] ExecutorEntry executor(const Address& executor) const;
    /// Everybody who ever registered.
    [[nodiscard]] std::vector<Address> executors() const;
    /// Units in the pool of block `pool_block`, in the order asked; 0 for who is not in it.
    [[nodiscard]] std::vector<std::uint32_t> units_at(const std::vector<Address>& executors, std::uint64_t pool_block) const;
    [[nodiscard]] Wei unit_stake() const;

    // Settlement
    [[nodiscard]] Wei escrow_of(JobId job) const;
    [[nodiscard]] Wei credit_of(const Address& payee) const;

    // AuctionHouse
    [[nodiscard]] Wei least_bid(JobId auction) const;
    /// The largest bid, or price of an order, that is taken for such a request; the largest amount there is when executors get nothing.
    [[nodiscard]] Wei most_bid(const Request& request) const;
    /// Last block in which a bid is taken, as of now: a late bid moves it.
    [[nodiscard]] std::uint64_t auction_end(JobId auction) const;
    /// JobId(0) when none is running under these tags.
    [[nodiscard]] JobId running_auction(const std::vector<Hash32>& tags) const;
    /// Number of auctions ever opened: the largest job number there can be.
    [[nodiscard]] std::uint64_t auction_count() const;

private:
    [[nodiscard]] rpc::CallResult call(const Function& function, const eth::AbiValues& arguments) const;
    [[nodiscard]] eth::AbiValue ask(const Function& function, const eth::AbiValues& arguments) const;

    rpc::Client& client_;
    const Deployment& deployment_;
    rpc::BlockId at_;
};

}  // namespace cone::contracts
