// Waits for the bridge, then goes past it.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/own_vote.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"
#include "cone/node/vote.hpp"

namespace cone::node {
namespace {

constexpr int kLooksAPatience = 4;
constexpr int kMostLooks = 40;  // ten times the patience: no window is that long

}  // namespace

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
        if (!find_commitments(escorted) && escorted.looks < kMostLooks) {
            escorted.from = Deadline::in(clock_, patience_ / kLooksAPatience);
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

/// Every call that casts votes has them; nothing of it is believed that does not give the root.
bool VoteEscort::find_commitments(Escorted& escorted) {
    CommitmentsOnChain& posted = escorted.posted;
    if (!posted.commitments.empty()) {
        return true;
    }
    ++escorted.looks;
    try {
        auto history =
            endpoint_ == nullptr ? AttemptHistory{} : endpoint_->read_history(escorted.job, posted.segment, posted.attempt);
        const bool whole = !history.commitments.empty() && history.commitments.size() == posted.members.size();
        if (whole && commitments_root(posted.members, history.commitments) == posted.root) {
            posted.commitments = std::move(history.commitments);
        }
    } catch (const Error& error) {
        spdlog::debug("our vote: our endpoint: {}", error.what());
    }
    return !posted.commitments.empty();
}

std::optional<CastVotes> call_for_one(JobId job, const CommitmentsOnChain& posted, const Address& executor,
                                      const Reveal& reveal) {
    const auto at = std::find(posted.members.begin(), posted.members.end(), executor);
    if (at == posted.members.end() || posted.commitments.size() != posted.members.size()) {
        return std::nullopt;
    }
    const auto position = narrow<std::uint32_t>(at - posted.members.begin());
    const SignedVote vote{position, executor, reveal.digest, reveal.witness, reveal.salt, reveal.signature};
    return CastVotes{job, posted.segment, posted.attempt, posted.members, posted.commitments, {vote}};
}

}  // namespace cone::node
