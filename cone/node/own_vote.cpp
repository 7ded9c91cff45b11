// Waits for the bridge, then goes past it.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/own_vote.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"

namespace cone::node {
void VoteEscort::bound(JobId job, CommitmentsOnChain posted) {
    const std::pair key{posted.segment, posted.attempt};
    escorted_[key] = {job, std::move(posted), std::nullopt, {}};
}

void VoteEscort::shown(const Reveal& reveal) {
    const auto at = escorted_.find({reveal.segment, reveal.attempt});
    if (at != escorted_.end() && !at->second.reveal) {
        at->second.reveal = reveal;
        at->second.from = Deadline::in(clock_, patience_);
    }
}

bool VoteEscort::look() {
    bool any = false;
    for (auto at = escorted_.begin(); at != escorted_.end();) {
        Escorted& escorted = at->second;
        if (!escorted.reveal || !escorted.from.passed(clock_)) {
            ++at;
            continue;
        }
        if (const auto call = call_for_one(escorted.job, escorted.posted, self_, *escorted.reveal)) {
            voice_.cast(*call);
            any = true;
        }
        at = escorted_.erase(at);
    }
    return any;
}

std::optional<CastVotes> call_for_one(JobId job, const CommitmentsOnChain& posted, const Address& executor,
                                      const Reveal& reveal) {
    const auto at = std::find(posted.members.begin(), posted.members.end(), executor);
    const bool is_direct = posted.commitments.empty();
    if (at == posted.members.end() || (!is_direct && posted.commitments.size() != posted.members.size())) {
        return std::nullopt;
    }
    const auto position = narrow<std::uint32_t>(at - posted.members.begin());
    const SignedVote vote{position, executor, reveal.digest, reveal.witness, reveal.salt, reveal.signature};
    auto commitments = is_direct ? std::vector<Hash32>(posted.members.size()) : posted.commitments;
    return CastVotes{job, posted.segment, posted.attempt, posted.members, std::move(commitments), {vote}};
}

}  // namespace cone::node
