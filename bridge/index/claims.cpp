// A pass over the events for what the index does not keep, and the index for the rest.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/index/claims.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "bridge/index/market_index.hpp"
#include "cone/base/errors.hpp"

namespace cone::index {
namespace {

using contracts::Contract;
using contracts::Event;
using contracts::JobState;

/// A challenge comes when a segment's last attempt is decided, and forces the next one. An index forgets those that an earlier segment's
/// flip dropped, and these are the ones whose bonds nobody else gives back.
std::vector<ForcedAttempt> challenges_of(std::span<const Event> events, const Address& account) {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> newest;  // attempt of (job, segment)
    std::vector<ForcedAttempt> found;
    for (const Event& event : events) {
        if (event.contract != Contract::JobBoard) {
            continue;
        }
        if (event.name == "CommitmentsPosted") {
            newest[{event.number("jobId"), event.number("segment")}] = event.number("attempt");
        } else if (event.name == "SegmentChallenged" && event.address("challenger") == account) {
            const std::pair place{event.number("jobId"), event.number("segment")};
            found.push_back({JobId(place.first), SegmentIndex(narrow<std::uint32_t>(place.second)),
                             AttemptIndex(narrow<std::uint32_t>(newest[place] + 1)), event.wei("bondWei")});
        }
    }
    return found;
}

bool is_over(JobState state) {
    return state == JobState::Settled || state == JobState::Unmet || state == JobState::Void;
}

}  // namespace

Claims claims_of(std::span<const Event> events, const Address& account) {
    const MarketIndex index = apply_events({}, events);
    Claims claims{.challenges = challenges_of(events, account), .unfinished = {}, .open_auctions = {}};
    for (const auto& [id, job] : index.jobs) {
        const bool challenged = std::any_of(claims.challenges.begin(), claims.challenges.end(),
                                            [&, wanted = id](const auto& challenge) { return challenge.job == wanted; });
        if (!is_over(job.state) && (job.buyer == account || challenged)) {
            claims.unfinished.push_back(id);
        }
    }
    for (const auto& [id, auction] : index.auctions) {
        if (!auction.won && auction.top_bidder == account) {
            claims.open_auctions.push_back(id);
        }
    }
    return claims;
}

}  // namespace cone::index
