// Commit, wait for the chain, reveal; and the lies a planted fault tells on the way.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/executor_votes.hpp"

#include <algorithm>

#include "cone/hash/records.hpp"

namespace cone::node {

Reveal reveal_of(const RunSegment& order, const training::SegmentResult& result) {
    Reveal reveal;
    reveal.segment = order.segment;
    reveal.attempt = order.attempt;
    reveal.digest = result.digest;
    reveal.witness = result.witness;
    reveal.opening = result.opening;
    reveal.trace = result.trace;
    reveal.training_seconds = result.training_seconds;
    reveal.digest_seconds = result.digest_seconds;
    return reveal;
}

Reveal copied_reveal(const RunSegment& order) {
    Reveal reveal;
    reveal.segment = order.segment;
    reveal.attempt = order.attempt;
    reveal.digest = order.leading_digest.is_zero() ? order.previous_digest : order.leading_digest;
    reveal.witness = random_salt();
    return reveal;
}

void falsify(Reveal& reveal) {
    reveal.opening.state_root.bytes[0] ^= 1;
    reveal.digest = hash::segment_digest(reveal.opening);
}

void VoteKeeper::sign(const VoteDomain& domain, Reveal& reveal) const {
    reveal.signature =
        signer_.sign_vote(domain.separator, domain.job, reveal.segment, reveal.attempt, reveal.digest, reveal.witness);
}

std::optional<Commitment> VoteKeeper::commit(const VoteDomain& domain, const RunSegment& order, Reveal reveal,
                                             std::optional<FaultKind> fault) {
    if (fault == FaultKind::Silent) {
        return std::nullopt;
    }
    if (fault == FaultKind::WrongDigest) {
        falsify(reveal);
    }
    reveal.salt = random_salt();
    const Hash32 commitment =
        commitment_of(domain, {order.segment, order.attempt, signer_.address(), reveal.digest, reveal.witness, reveal.salt});
    secrets_[{order.segment, order.attempt}] = {std::move(reveal), commitment, fault};
    return Commitment{order.segment, order.attempt, commitment};
}

bool VoteKeeper::on_chain(const VoteDomain& domain, const CommitmentsOnChain& posted) {
    const auto at = secrets_.find({posted.segment, posted.attempt});
    if (at == secrets_.end()) {
        return true;
    }
    if (!binds(posted, signer_.address(), at->second.commitment)) {
        return false;
    }
    Secret secret = std::move(at->second);
    secrets_.erase(at);
    if (secret.fault == FaultKind::Withhold) {
        return true;
    }
    sign(domain, secret.reveal);
    const Millis delay = secret.fault == FaultKind::Late ? reveal_timeout_ + reveal_timeout_ / 2 : Millis{0};
    due_.push_back({Deadline::in(clock_, delay), secret.reveal});
    if (secret.fault == FaultKind::Equivocate) {
        Reveal second = secret.reveal;
        falsify(second);
        sign(domain, second);
        due_.push_back({Deadline::in(clock_, delay), std::move(second)});
    }
    return true;
}

std::vector<Reveal> VoteKeeper::take_due() {
    std::vector<Reveal> ready;
    const auto passed = [&](const Due& due) { return due.from.passed(clock_); };
    for (auto& due : due_) {
        if (passed(due)) {
            ready.push_back(due.reveal);
        }
    }
    due_.erase(std::remove_if(due_.begin(), due_.end(), passed), due_.end());
    return ready;
}

}  // namespace cone::node
