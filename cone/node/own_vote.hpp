// A member's own vote brought to the chain by itself, when the bridge was shown it and did not bring it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "cone/base/clock.hpp"
#include "cone/node/chain.hpp"
#include "cone/node/messages.hpp"

namespace cone::node {

/// The port: a member's way to the contract that does not lead through the bridge. Implementations: scripts (tests), its own key and
/// endpoint (bridge/adapter).
class OwnVoice {
public:
    virtual ~OwnVoice() = default;
    /// Sends the vote unless the chain has it already, and pays for it. Never waits: what became of it is logged.
    virtual void cast(const CastVotes& vote) = 0;
    /// Sends our own commitment. Never waits either.
    virtual void commit(const CommitDirect& commitment) = 0;
};

/// Gives the bridge its time with every vote that it was shown, then sends the vote itself.
class VoteEscort {
public:
    /// All outlive it. `patience`: longer than an honest bridge waits for the last reveal.
    VoteEscort(OwnVoice& voice, const Clock& clock, const Address& self, Millis patience)
        : voice_(voice), clock_(clock), self_(self), patience_(patience) {}

    /// The list that binds our vote; the contract wants it with the vote. Without commitments where we committed by ourselves: then
    /// the contract compares the vote with that and wants no list.
    void bound(JobId job, CommitmentsOnChain posted);
    /// The vote was shown to the bridge. A second one of an attempt is not ours to bring.
    void shown(const Reveal& reveal);
    /// Sends what the bridge had its time with. False when there was nothing.
    bool look();

private:
    struct Escorted {
        JobId job;
        CommitmentsOnChain posted;
        std::optional<Reveal> reveal;
        Deadline from;
    };

    OwnVoice& voice_;
    const Clock& clock_;
    Address self_;
    Millis patience_;
    std::map<std::pair<SegmentIndex, AttemptIndex>, Escorted> escorted_;
};

/// The call that counts one vote under a posted list, or, where that has no commitments, one that was committed to directly; nothing
/// when `executor` is not in the list.
[[nodiscard]] std::optional<CastVotes> call_for_one(JobId job, const CommitmentsOnChain& posted, const Address& executor,
                                                    const Reveal& reveal);

}  // namespace cone::node
