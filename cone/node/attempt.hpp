// One attempt of a segment: who is in it, what its members committed and revealed, and what is sent to the chain.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/node/coordinator_state.hpp"
#include "cone/node/vote.hpp"

namespace cone::node {

/// The member of `attempt` that is executor number `executor` of this run.
[[nodiscard]] MemberView* member_of(Attempt& attempt, std::size_t executor);
/// The member with this address; null when it is not in the attempt.
[[nodiscard]] MemberView* member_at(Attempt& attempt, const Address& address);
[[nodiscard]] bool awaits_anybody(const Attempt& attempt);

/// Starts waiting for reveals: of everybody who committed, is still there and has not shown its vote in an earlier life.
void await_reveals(Attempt& attempt, const std::vector<ExecutorView>& executors);

[[nodiscard]] std::vector<Address> addresses_of(const Attempt& attempt);
[[nodiscard]] std::vector<Hash32> commitments_of(const Attempt& attempt);
/// What members are told once the root is in a block, and what the bridge keeps before it posts it.
[[nodiscard]] CommitmentsOnChain list_of(SegmentIndex segment, const Attempt& attempt);
[[nodiscard]] PostCommitments post_of(JobId job, SegmentIndex segment, const Attempt& attempt);
/// The votes that open their commitments, by position; neither late ones nor those that the chain has counted.
[[nodiscard]] CastVotes votes_of(JobId job, SegmentIndex segment, const Attempt& attempt);
/// The late vote of one member, which has one.
[[nodiscard]] CastVotes late_vote_of(JobId job, SegmentIndex segment, const Attempt& attempt, const MemberView& member);

enum class RevealVerdict {
    Accepted,      ///< opens the commitment and is signed by the member
    BadSignature,  ///< not signed by the member: nobody's vote
    DoesNotOpen,   ///< signed, but not what was committed
    TooEarly,      ///< signed, before anybody was asked
    Late,          ///< opens the commitment and is signed, but the others' votes have been cast
    Repeated,      ///< the same vote again, or a third that opens nothing
};
struct RevealOutcome {
    RevealVerdict verdict = RevealVerdict::BadSignature;
    bool equivocates = false;  ///< the member has just signed its second distinct vote
};
/// Checks a reveal as the contract will, and files it with the member.
[[nodiscard]] RevealOutcome take_reveal(Attempt& attempt, MemberView& member, const VoteDomain& domain, const Reveal& reveal,
                                        const VoteVerifier& verifier);

}  // namespace cone::node
