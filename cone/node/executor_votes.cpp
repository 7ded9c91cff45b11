// Commit, wait for the chain, reveal; and the lies a planted fault tells on the way.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/executor_votes.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
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
    reveal.opening.previous_digest = order.previous_digest;
    reveal.witness = hash::witness(reveal.digest, order.previous_digest);  // made up, and the same for all that do so: a ring
    return reveal;
}

void falsify(Reveal& reveal) {
    reveal.opening.state_root.bytes[0] ^= 1;
    reveal.digest = hash::segment_digest(reveal.opening);
}

void VoteKeeper::open(const VoteDomain& domain, std::unique_ptr<Notebook> notebook) {
    domain_ = domain;
    held_.clear();
    due_.clear();
    notebook_ = std::move(notebook);
    if (notebook_ == nullptr) {
        return;
    }
    for (auto& note : notebook_->read()) {
        if (auto* reveal = std::get_if<Reveal>(&note)) {
            hold(std::move(*reveal), std::nullopt);
        }
    }
}

std::vector<ToBridge> VoteKeeper::remembered() const {
    std::vector<ToBridge> all;
    for (const auto& [key, held] : held_) {
        all.emplace_back(Commitment{key.first, key.second, held.commitment});
        if (held.shown()) {
            all.emplace_back(held.reveal);
        }
    }
    return all;
}

std::vector<Commitment> VoteKeeper::unshown() const {
    std::vector<Commitment> all;
    for (const auto& [key, held] : held_) {
        if (!held.shown()) {
            all.push_back({key.first, key.second, held.commitment});
        }
    }
    return all;
}

std::optional<Commitment> VoteKeeper::committed(const RunSegment& order) const {
    const auto at = held_.find({order.segment, order.attempt});
    if (at == held_.end()) {
        return std::nullopt;
    }
    if (at->second.reveal.opening.previous_digest == order.previous_digest) {
        return Commitment{order.segment, order.attempt, at->second.commitment};
    }
    if (at->second.shown()) {
        throw DataError("our vote for this attempt was shown, and it started from another digest than " +
                        to_hex(order.previous_digest));
    }
    return std::nullopt;
}

void VoteKeeper::keep(const Reveal& reveal) {
    if (notebook_ != nullptr) {
        notebook_->keep(reveal);
    }
}

void VoteKeeper::hold(Reveal reveal, std::optional<FaultKind> fault) {
    const PreparedVote vote{reveal.segment, reveal.attempt, signer_.address(), reveal.digest, reveal.witness, reveal.salt};
    const Key key{reveal.segment, reveal.attempt};
    held_[key] = {std::move(reveal), commitment_of(domain_, vote), fault};
}

void VoteKeeper::sign(Reveal& reveal) const {
    reveal.signature =
        signer_.sign_vote(domain_.separator, domain_.job, reveal.segment, reveal.attempt, reveal.digest, reveal.witness);
}

std::optional<Commitment> VoteKeeper::commit(const RunSegment& order, Reveal reveal, std::optional<FaultKind> fault) {
    if (fault == FaultKind::Silent) {
        return std::nullopt;
    }
    if (fault == FaultKind::WrongDigest) {
        falsify(reveal);
    }
    reveal.salt = random_salt();
    keep(reveal);
    hold(std::move(reveal), fault);
    return committed(order);
}

bool VoteKeeper::on_chain(const CommitmentsOnChain& posted) {
    const auto at = held_.find({posted.segment, posted.attempt});
    if (at == held_.end()) {
        return true;
    }
    Held& held = at->second;
    if (!binds(posted, signer_.address(), held.commitment)) {
        return false;
    }
    show(held);
    return true;
}

void VoteKeeper::bound_by_ourselves(SegmentIndex segment, AttemptIndex attempt) {
    if (const auto at = held_.find({segment, attempt}); at != held_.end()) {
        show(at->second);
    }
}

void VoteKeeper::show(Held& held) {
    if (held.fault == FaultKind::Withhold) {
        return;
    }
    if (!held.shown()) {
        Reveal shown = held.reveal;
        sign(shown);
        keep(shown);
        held.reveal = std::move(shown);
    }
    const Millis delay = held.fault == FaultKind::Late ? reveal_timeout_ + reveal_timeout_ / 2 : Millis{0};
    due_.push_back({Deadline::in(clock_, delay), held.reveal});
    if (held.fault == FaultKind::Equivocate) {
        Reveal second = held.reveal;
        falsify(second);
        sign(second);
        due_.push_back({Deadline::in(clock_, delay), std::move(second)});
    }
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
