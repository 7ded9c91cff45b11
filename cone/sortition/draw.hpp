// Tickets and the draw of an execution set (docs/protocol.md 2.2), and the proof that a set left somebody out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/sortition/stake_table.hpp"

namespace cone::sortition {

/// What a draw belongs to; with the stake table it fixes the order of all executors.
struct DrawContext {
    Hash32 segment_seed;
    JobId job;
    SegmentIndex segment;
};

/// An executor with the smallest of its tickets and the unit that drew it.
struct Member {
    Address executor;
    Hash32 ticket;
    std::uint32_t unit = 0;
    auto operator<=>(const Member&) const = default;
};

/// The smallest of the tickets of units 0 to units - 1; units > 0.
[[nodiscard]] Member best_ticket(const DrawContext& context, const Stake& stake);

/// The whole pool in ascending order of (ticket, address). A set of n is the first n: it stays when the set grows.
[[nodiscard]] std::vector<Member> ticket_order(const DrawContext& context, const StakeTable& pool);

/// The first min(size, pool) executors of `ticket_order`.
[[nodiscard]] std::vector<Address> draw(const DrawContext& context, const StakeTable& pool, std::size_t size);

/// Evidence that a claimed set is not the draw: `excluded` is in the pool, not in the set, and its ticket for `unit` lies below
/// every ticket of `member`, who is in the set. Checked with one hash for the excluded and one for each unit of the member.
struct ExclusionProof {
    Address excluded;
    std::uint32_t unit = 0;
    Address member;
    auto operator<=>(const ExclusionProof&) const = default;
};

/// A proof against `claimed`, when it left out somebody with a smaller ticket; nothing when no proof exists.
[[nodiscard]] std::optional<ExclusionProof> find_exclusion(const DrawContext& context, const StakeTable& pool,
                                                           std::span<const Address> claimed);

/// Why a proof proves nothing.
enum class ExclusionVerdict {
    Proven,
    ExcludedNotInPool,
    UnitNotStaked,
    ExcludedIsMember,
    MemberNotInSet,
    MemberNotInPool,
    TicketNotSmaller
};

[[nodiscard]] ExclusionVerdict check_exclusion(const DrawContext& context, const StakeTable& pool,
                                               std::span<const Address> claimed, const ExclusionProof& proof);

}  // namespace cone::sortition
