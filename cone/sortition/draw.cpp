// Tickets, ticket order, exclusion proofs.
// SPDX-License-Identifier: Apache-2.0
#include "cone/sortition/draw.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"

namespace cone::sortition {
namespace {

bool drawn_before(const Member& a, const Member& b) {
    return a.ticket != b.ticket ? a.ticket < b.ticket : a.executor < b.executor;
}

bool contains(std::span<const Address> set, const Address& executor) {
    return std::find(set.begin(), set.end(), executor) != set.end();
}

}  // namespace

Member best_ticket(const DrawContext& context, const Stake& stake) {
    CONE_ASSERT(stake.units > 0, "an executor without stake has no ticket");
    Member best;
    for (std::uint32_t unit = 0; unit < stake.units; ++unit) {
        const Hash32 ticket = hash::ticket(context.segment_seed, context.job, context.segment, stake.executor, unit);
        if (unit == 0 || ticket < best.ticket) {
            best = {stake.executor, ticket, unit};
        }
    }
    return best;
}

std::vector<Member> ticket_order(const DrawContext& context, const StakeTable& pool) {
    std::vector<Member> order;
    order.reserve(pool.size());
    for (const Stake& stake : pool.stakes()) {
        order.push_back(best_ticket(context, stake));
    }
    std::sort(order.begin(), order.end(), drawn_before);
    return order;
}

std::vector<Address> draw(const DrawContext& context, const StakeTable& pool, std::size_t size) {
    const auto order = ticket_order(context, pool);
    std::vector<Address> set;
    for (std::size_t i = 0; i < std::min(size, order.size()); ++i) {
        set.push_back(order[i].executor);
    }
    return set;
}

std::optional<ExclusionProof> find_exclusion(const DrawContext& context, const StakeTable& pool,
                                             std::span<const Address> claimed) {
    std::optional<Member> first_outside;
    std::optional<Member> last_inside;
    for (const Member& member : ticket_order(context, pool)) {
        if (contains(claimed, member.executor)) {
            last_inside = member;
        } else if (!first_outside) {
            first_outside = member;
        }
    }
    if (!first_outside || !last_inside || !(first_outside->ticket < last_inside->ticket)) {
        return std::nullopt;
    }
    return ExclusionProof{first_outside->executor, first_outside->unit, last_inside->executor};
}

ExclusionVerdict check_exclusion(const DrawContext& context, const StakeTable& pool, std::span<const Address> claimed,
                                 const ExclusionProof& proof) {
    const std::uint32_t units = pool.units_of(proof.excluded);
    if (units == 0) {
        return ExclusionVerdict::ExcludedNotInPool;
    }
    if (proof.unit >= units) {
        return ExclusionVerdict::UnitNotStaked;
    }
    if (contains(claimed, proof.excluded)) {
        return ExclusionVerdict::ExcludedIsMember;
    }
    if (!contains(claimed, proof.member)) {
        return ExclusionVerdict::MemberNotInSet;
    }
    const std::uint32_t member_units = pool.units_of(proof.member);
    if (member_units == 0) {
        return ExclusionVerdict::MemberNotInPool;
    }
    const Hash32 ticket = hash::ticket(context.segment_seed, context.job, context.segment, proof.excluded, proof.unit);
    const bool smaller = ticket < best_ticket(context, {proof.member, member_units}).ticket;
    return smaller ? ExclusionVerdict::Proven : ExclusionVerdict::TicketNotSmaller;
}

}  // namespace cone::sortition
