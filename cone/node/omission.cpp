// One walk along the ticket order, the lists beside it: the first step that is not shared is the omission.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/omission.hpp"

#include <algorithm>

#include "cone/node/rules.hpp"

namespace cone::node {
namespace {

const PostedAttempt* list_of(const PostedSegment& segment, std::uint32_t index) {
    const AttemptIndex wanted((std::uint32_t{segment.epoch} << 16) | index);
    const auto at = std::find_if(segment.lists.begin(), segment.lists.end(),
                                 [&](const PostedAttempt& list) { return list.attempt == wanted; });
    return at == segment.lists.end() ? nullptr : &*at;
}

}  // namespace

std::optional<ProveOmission> omission_in(const JobTerms& terms, const PostedSegment& segment) {
    const auto order = ticket_order(terms, segment.segment, segment.previous);
    auto next = order.begin();
    std::vector<Address> before;
    for (std::uint32_t index = 0; index < segment.attempts; ++index) {
        const auto* list = list_of(segment, index);
        if (list == nullptr) {
            return std::nullopt;
        }
        for (std::uint32_t position = 0; position < list->members.size(); ++position, ++next) {
            const auto drawn = std::find(next, order.end(), list->members[position]);
            if (drawn == order.end()) {
                return std::nullopt;
            }
            if (drawn != next) {
                return ProveOmission{
                    terms.job,     segment.segment, list->attempt, position == 0 ? before : std::vector<Address>{},
                    list->members, position,        *next};
            }
        }
        before = list->members;
    }
    return std::nullopt;
}

std::optional<ProveOmission> due_omission(const JobTerms& terms, const PostedDraws& posted, const Accused& accused) {
    if (!posted.job_runs) {
        return std::nullopt;
    }
    for (const auto& segment : posted.segments) {
        const bool is_open = segment.segment.value >= posted.finalized && segment.segment.value <= posted.accepted;
        auto proof = is_open ? omission_in(terms, segment) : std::nullopt;
        if (proof && !accused.contains({proof->segment, proof->attempt})) {
            return proof;
        }
    }
    return std::nullopt;
}

}  // namespace cone::node
