// Reads the logs of a few contracts block by block, through reorganisations and outages, without a gap or a repetition.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "bridge/follower/cursor.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/outage.hpp"

namespace cone::follower {

/// The next block of the chain; `logs` by index, possibly none.
struct BlockApplied {
    BlockRef block;
    std::uint64_t timestamp = 0;  ///< seconds, the chain's time
    std::vector<rpc::Log> logs;
};
/// The newest applied block is no longer part of the chain: take its effects back.
struct BlockReverted {
    BlockRef block;
};
using Step = std::variant<BlockApplied, BlockReverted>;

/// The chain changed below what we remember; a person has to decide (E-REORG-DEEP).
struct ReorgTooDeep : ChainError {
    using ChainError::ChainError;
};

struct FollowSettings {
    std::vector<Address> addresses{};
    std::uint64_t first_block = 0;  ///< where to begin without a cursor: the contracts' deployment
    std::size_t ring_blocks = 128;  ///< deepest reorganisation that is followed, in blocks
    std::size_t blocks_a_poll = 64;
    Millis outage{600'000};  ///< the node away for so long: poll throws RpcError, exit code TryAgain
    rpc::OutageReport report{};
};

/// One thread. `client` and `clock` outlive it.
class Follower {
public:
    /// `ring`: from load_cursor, or nothing to begin at settings.first_block.
    Follower(rpc::Client& client, const Clock& clock, FollowSettings settings, std::optional<Ring> ring = {});

    /// What happened since the last call, at most `blocks_a_poll` blocks of it, in the chain's order. Empty when nothing did or
    /// the node is away. Throws ReorgTooDeep; RpcError after the outage limit. After a throw nothing was consumed.
    [[nodiscard]] std::vector<Step> poll();

    /// Newest block applied; nothing before the first.
    [[nodiscard]] std::optional<BlockRef> tip() const;
    /// Number of the newest block the node told of.
    [[nodiscard]] std::uint64_t head() const { return head_; }
    /// What save_cursor takes, once the steps of the last poll are dealt with.
    [[nodiscard]] const Ring& ring() const { return ring_; }

private:
    [[nodiscard]] std::vector<Step> advance();
    [[nodiscard]] std::size_t blocks_kept(const rpc::BlockHeader& head);
    [[nodiscard]] std::vector<rpc::BlockHeader> next_headers(const Ring& ring);
    [[nodiscard]] std::vector<BlockApplied> apply(const std::vector<rpc::BlockHeader>& headers);

    rpc::Client& client_;
    FollowSettings settings_;
    rpc::Outage outage_;
    Ring ring_;
    std::uint64_t head_ = 0;
};

}  // namespace cone::follower
