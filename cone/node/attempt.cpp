// Bookkeeping of an attempt's members, and the check of what they reveal.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/attempt.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"

namespace cone::node {
namespace {

SignedVote vote_of(const Attempt& attempt, const MemberView& member, const Reveal& reveal) {
    const auto position = narrow<std::uint32_t>(&member - attempt.members.data());
    return {position, member.address, reveal.digest, reveal.witness, reveal.salt, reveal.signature};
}

bool opens(const MemberView& member, const VoteDomain& domain, const Reveal& reveal) {
    const PreparedVote vote{reveal.segment, reveal.attempt, member.address, reveal.digest, reveal.witness, reveal.salt};
    return member.has_committed() && commitment_of(domain, vote) == member.direct.value_or(member.commitment);
}

}  // namespace

MemberView* member_of(Attempt& attempt, std::size_t executor) {
    const auto at =
        std::find_if(attempt.members.begin(), attempt.members.end(), [&](const auto& m) { return m.executor == executor; });
    return at == attempt.members.end() ? nullptr : &*at;
}

MemberView* member_at(Attempt& attempt, const Address& address) {
    const auto at =
        std::find_if(attempt.members.begin(), attempt.members.end(), [&](const auto& m) { return m.address == address; });
    return at == attempt.members.end() ? nullptr : &*at;
}

bool awaits_anybody(const Attempt& attempt) {
    return std::any_of(attempt.members.begin(), attempt.members.end(), [](const auto& member) { return member.awaited; });
}

void await_reveals(Attempt& attempt, const std::vector<ExecutorView>& executors) {
    for (auto& member : attempt.members) {
        const bool here = member.executor && executors[*member.executor].available();
        member.awaited = here && member.has_committed() && !member.reveal && !member.counted;
    }
}

std::vector<Address> addresses_of(const Attempt& attempt) {
    std::vector<Address> addresses;
    for (const auto& member : attempt.members) {
        addresses.push_back(member.address);
    }
    return addresses;
}

std::vector<Hash32> commitments_of(const Attempt& attempt) {
    std::vector<Hash32> commitments;
    for (const auto& member : attempt.members) {
        commitments.push_back(member.commitment);
    }
    return commitments;
}

CommitmentsOnChain list_of(SegmentIndex segment, const Attempt& attempt) {
    return {segment, attempt.number, attempt.root, addresses_of(attempt), commitments_of(attempt)};
}

PostCommitments post_of(JobId job, SegmentIndex segment, const Attempt& attempt) {
    return {job, segment, attempt.number, addresses_of(attempt), commitments_of(attempt), attempt.root};
}

CastVotes votes_of(JobId job, SegmentIndex segment, const Attempt& attempt) {
    CastVotes cast{job, segment, attempt.number, addresses_of(attempt), commitments_of(attempt), {}};
    for (const auto& member : attempt.members) {
        if (member.reveal && !member.counted) {
            cast.votes.push_back(vote_of(attempt, member, *member.reveal));
        }
    }
    return cast;
}

CastVotes late_vote_of(JobId job, SegmentIndex segment, const Attempt& attempt, const MemberView& member) {
    CONE_ASSERT(member.late_reveal.has_value(), "asked for a late vote that never came");
    return {job,
            segment,
            attempt.number,
            addresses_of(attempt),
            commitments_of(attempt),
            {vote_of(attempt, member, *member.late_reveal)}};
}

RevealOutcome take_reveal(Attempt& attempt, MemberView& member, const VoteDomain& domain, const Reveal& reveal,
                          const VoteVerifier& verifier) {
    const auto signer = verifier.recover(domain.separator, domain.job, reveal.segment, reveal.attempt, reveal.digest,
                                         reveal.witness, reveal.signature);
    if (signer != member.address || reveal.digest.is_zero()) {
        return {RevealVerdict::BadSignature, false};
    }
    const auto same = [&](const SignedVote& vote) { return vote.digest == reveal.digest && vote.witness == reveal.witness; };
    const bool again = std::any_of(member.signed_votes.begin(), member.signed_votes.end(), same);
    if (again && (member.reveal || member.late_reveal)) {
        return {RevealVerdict::Repeated, false};
    }
    const bool opened = opens(member, domain, reveal);
    if (!again && !opened && member.signed_votes.size() >= 2) {
        return {RevealVerdict::Repeated, false};  // two prove it; more would only fill the notebook
    }
    if (!again) {
        member.signed_votes.push_back(vote_of(attempt, member, reveal));
    }
    const bool equivocates = !again && member.signed_votes.size() == 2;
    if (!opened) {
        return {again ? RevealVerdict::Repeated : RevealVerdict::DoesNotOpen, equivocates};
    }
    if (attempt.phase < Phase::Revealing) {
        return {again ? RevealVerdict::Repeated : RevealVerdict::TooEarly, equivocates};
    }
    if (attempt.phase > Phase::Revealing) {
        member.late_reveal = reveal;
        return {RevealVerdict::Late, equivocates};
    }
    member.reveal = reveal;
    member.awaited = false;
    return {RevealVerdict::Accepted, equivocates};
}

}  // namespace cone::node
