// Reads the logs of a few contracts block by block, through reorganisations and outages, without a gap or a repetition.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bridge/follower/cursor.hpp"
#include "bridge/follower/second_endpoint.hpp"
#include "bridge/follower/step.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/log_range.hpp"
#include "bridge/rpc/outage.hpp"

namespace cone::follower {

/// The chain changed below what we remember; a person has to decide (E-REORG-DEEP).
struct ReorgTooDeep : ChainError {
    using ChainError::ChainError;
};

struct FollowSettings {
    std::vector<Address> addresses{};
    std::uint64_t first_block = 0;  ///< where to begin without a cursor: the contracts' deployment
    std::size_t ring_blocks = 128;  ///< deepest reorganisation that is followed, in blocks
    std::size_t blocks_a_poll = 64;
    std::uint64_t final_depth = 64;        ///< blocks, where the node has no tag `finalized`
    std::uint64_t catch_up_blocks = 1024;  ///< so many final ones ahead: read by ranges, not block by block
    Millis stale_after{180'000};           ///< no new block for so long: is_stale
    Millis outage{600'000};                ///< the node away for so long: poll throws RpcError, exit code TryAgain
    rpc::OutageReport report{};
};

/// One thread. `client`, `clock` and `second` outlive it. A header whose hash is not its own, a log of another block or contract than
/// asked, and a log that the second endpoint does not tell are never handed on.
class Follower {
public:
    /// `ring`: from load_cursor, or nothing to begin at settings.first_block. `second`: nothing to believe one node.
    Follower(rpc::Client& client, const Clock& clock, FollowSettings settings, std::optional<Ring> ring = {},
             SecondEndpoint* second = nullptr);

    /// What happened since the last call, at most `blocks_a_poll` blocks of it, in the chain's order. Empty when nothing did or
    /// the node is away. Throws ReorgTooDeep; RpcError after the outage limit, CallFailed at once for an answer that is refused, NodeError for a verdict.
    /// After a throw nothing was consumed.
    [[nodiscard]] std::vector<Step> poll();

    /// Newest block applied; nothing before the first.
    [[nodiscard]] std::optional<BlockRef> tip() const;
    /// Number of the newest block the node told of.
    [[nodiscard]] std::uint64_t head() const { return head_; }
    /// The newest block has been the same for `stale_after`: perhaps the node stands still. Deadlines are in blocks, so none passes.
    [[nodiscard]] bool is_stale() const { return stale_for() >= settings_.stale_after; }
    [[nodiscard]] Millis stale_for() const { return clock_.now() - head_moved_; }
    /// What save_cursor takes, once the steps of the last poll are dealt with.
    [[nodiscard]] const Ring& ring() const { return ring_; }

private:
    [[nodiscard]] std::vector<Step> advance();
    [[nodiscard]] rpc::BlockHeader newest();
    [[nodiscard]] std::vector<BlockApplied> catch_up();
    [[nodiscard]] bool has(const BlockRef& block);
    [[nodiscard]] std::vector<Step> follow(const rpc::BlockHeader& head);
    [[nodiscard]] std::size_t blocks_kept(const rpc::BlockHeader& head);
    [[nodiscard]] std::vector<rpc::BlockHeader> next_headers(const Ring& ring);
    [[nodiscard]] std::vector<BlockApplied> apply(const std::vector<rpc::BlockHeader>& headers);

    rpc::Client& client_;
    const Clock& clock_;
    FollowSettings settings_;
    SecondEndpoint* second_;
    rpc::Outage outage_;
    rpc::RangeWidth width_;
    Ring ring_;
    std::uint64_t head_ = 0;
    Hash32 head_hash_;
    Millis head_moved_;
};

}  // namespace cone::follower
