// Counting votes one by one; the best and the second are kept up to date, never searched for.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/tally.hpp"

#include <algorithm>
#include <set>

namespace cone::agreement {

bool is_equivocation(const Vote& a, const Vote& b) {
    return a.attempt == b.attempt && a.executor == b.executor && (a.digest != b.digest || a.witness != b.witness);
}

bool Tally::open(AttemptIndex attempt, std::span<const Address> members) {
    std::set<Address> everybody(members.begin(), members.end());
    for (const auto& [number, earlier] : attempts_) {
        everybody.insert(earlier.members.begin(), earlier.members.end());
    }
    if (members.empty() || attempts_.contains(attempt) || everybody.size() != members_ + members.size()) {
        return false;
    }
    members_ += static_cast<std::uint32_t>(members.size());
    attempts_[attempt] = {{members.begin(), members.end()}, std::vector<std::optional<Vote>>(members.size())};
    return true;
}

Counted Tally::count(const Vote& vote) {
    if (vote.digest.is_zero()) {
        return Counted::ZeroDigest;
    }
    const auto at = attempts_.find(vote.attempt);
    if (at == attempts_.end()) {
        return Counted::NoSuchAttempt;
    }
    Attempt& attempt = at->second;
    const auto member = std::find(attempt.members.begin(), attempt.members.end(), vote.executor);
    if (member == attempt.members.end()) {
        return Counted::NotAMember;
    }
    auto& slot = attempt.votes[static_cast<std::size_t>(member - attempt.members.begin())];
    if (slot && is_equivocation(*slot, vote)) {
        equivocations_.push_back({*slot, vote});
        return Counted::Equivocates;
    }
    if (slot) {
        return Counted::AlreadyVoted;
    }
    slot = vote;
    rank(vote.digest, ++votes_[vote.digest]);
    return Counted::Yes;
}

/// Files the new count of a digest that grew by one.
void Tally::rank(const Hash32& digest, std::uint32_t votes) {
    if (digest == standing_.best) {
        standing_.best_votes = votes;
    } else if (votes > standing_.best_votes) {
        standing_ = {digest, votes, standing_.best_votes};
    } else {
        standing_.second_votes = std::max(standing_.second_votes, votes);
    }
}

std::uint32_t Tally::votes_for(const Hash32& digest) const {
    const auto at = votes_.find(digest);
    return at == votes_.end() ? 0 : at->second;
}

std::uint32_t Tally::outstanding(AttemptIndex attempt) const {
    const auto at = attempts_.find(attempt);
    if (at == attempts_.end()) {
        return 0;
    }
    const auto& votes = at->second.votes;
    return static_cast<std::uint32_t>(std::count(votes.begin(), votes.end(), std::nullopt));
}

}  // namespace cone::agreement
