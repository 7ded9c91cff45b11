// Gives the bridge half of the time there is, then goes past it.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/own_commitment.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"
#include "cone/node/vote.hpp"

namespace cone::node {
namespace {

constexpr Millis kEscortLooks{500};  // until the attempt is in a block, which may take as long as others train
constexpr Millis kEscortLooksWhileOpen{100};
constexpr Millis kGrace{500};

/// Half of the blocks that still take commitments are the bridge's: its word may be on the way.
bool is_half_over(std::uint64_t seen_at, const AttemptOnChain& now) {
    return now.head >= seen_at + (now.reveal_from_block - 1 - seen_at) / 2;
}

}  // namespace

void CommitmentEscort::committed(JobId job, const Commitment& ours) {
    watched_.try_emplace({ours.segment, ours.attempt}, Watched{.job = job, .ours = ours, .list = std::nullopt});
}

void CommitmentEscort::told(const CommitmentsOnChain& posted) {
    const auto at = watched_.find({posted.segment, posted.attempt});
    if (at != watched_.end()) {
        at->second.list = posted;
        at->second.next_look = {};
    }
}

void CommitmentEscort::forget_before(SegmentIndex segment) {
    std::erase_if(watched_, [&](const auto& watched) { return watched.first.first < segment; });
}

bool CommitmentEscort::speaks_for(SegmentIndex segment, AttemptIndex attempt) const {
    const auto at = watched_.find({segment, attempt});
    return at != watched_.end() && at->second.sent;
}

std::vector<CommitmentsOnChain> CommitmentEscort::look() {
    std::vector<CommitmentsOnChain> bound;
    for (auto at = watched_.begin(); at != watched_.end();) {
        Watched& watched = at->second;
        Step step = Step::Wait;
        if (watched.next_look.passed(clock_)) {
            step = advance(watched);
            watched.next_look = Deadline::in(clock_, watched.seen_at == 0 ? kEscortLooks : kEscortLooksWhileOpen);
        }
        if (step == Step::Bound) {
            bound.push_back(*std::move(watched.list));
        }
        at = step == Step::Wait ? std::next(at) : watched_.erase(at);
    }
    return bound;
}

CommitmentEscort::Step CommitmentEscort::advance(Watched& watched) {
    try {
        const auto seen = endpoint_.find_attempt(watched.job, watched.ours.segment, watched.ours.attempt);
        if (!seen) {
            return Step::Wait;
        }
        if (is_listed(watched, seen->root)) {
            return Step::Drop;
        }
        return seen->head + 1 < seen->reveal_from_block ? while_taken(watched, *seen) : when_closed(watched, *seen);
    } catch (const Error& error) {
        spdlog::debug("our commitment: our endpoint: {}", error.what());
        return Step::Wait;
    }
}

bool CommitmentEscort::is_listed(const Watched& watched, const Hash32& root) const {
    return watched.list && watched.list->root == root && binds(*watched.list, self_, watched.ours.commitment);
}

CommitmentEscort::Step CommitmentEscort::while_taken(Watched& watched, const AttemptOnChain& seen) {
    if (watched.seen_at == 0) {
        watched.seen_at = seen.head;
        watched.grace = Deadline::in(clock_, kGrace);
    }
    const bool left_out = watched.list && watched.list->root == seen.root;
    const bool waited = watched.grace.passed(clock_) && is_half_over(watched.seen_at, seen);
    if (!watched.sent && (left_out || waited)) {
        send(watched);
    }
    return Step::Wait;
}

/// A vote may be shown when the chain has the commitment that it opens, and takes no other any more.
CommitmentEscort::Step CommitmentEscort::when_closed(Watched& watched, const AttemptOnChain& seen) {
    const auto history = endpoint_.read_history(watched.job, watched.ours.segment, watched.ours.attempt);
    const auto own = history.direct.find(self_);
    if (own == history.direct.end() || own->second != watched.ours.commitment) {
        if (watched.sent) {
            spdlog::warn("segment {}: our own commitment came too late", watched.ours.segment.value);
        }
        return Step::Drop;
    }
    if (!watched.list || watched.list->root != seen.root) {
        watched.list = CommitmentsOnChain{watched.ours.segment, watched.ours.attempt, seen.root, history.members, {}};
    }
    return Step::Bound;
}

void CommitmentEscort::send(Watched& watched) {
    const auto history = endpoint_.read_history(watched.job, watched.ours.segment, watched.ours.attempt);
    watched.sent = true;
    const auto at = std::find(history.members.begin(), history.members.end(), self_);
    if (at == history.members.end() || history.direct.contains(self_)) {
        return;  // of another set, or sent in an earlier life
    }
    spdlog::warn("segment {}: the bridge left our commitment out; we send it ourselves", watched.ours.segment.value);
    voice_.commit({watched.job, watched.ours.segment, watched.ours.attempt, history.members,
                   narrow<std::uint32_t>(at - history.members.begin()), watched.ours.commitment});
}

}  // namespace cone::node
