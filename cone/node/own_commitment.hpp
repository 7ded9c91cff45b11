// A member's own commitment brought to the chain by itself, when the bridge left it out from under the root.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/node/chain.hpp"
#include "cone/node/messages.hpp"
#include "cone/node/own_endpoint.hpp"
#include "cone/node/own_vote.hpp"

namespace cone::node {

/// Compares what the bridge says stands under a root with what the own endpoint shows, while commitments are taken.
///
///     committed --attempt in a block--> seen --the bridge's list binds ours--> nothing to do
///                                         |---the list does not, or none came in time--> commitDirect sent
///                                                                  --no more commitments, ours on chain--> bound
class CommitmentEscort {
public:
    /// All outlive it. Asks the endpoint twice a second and attempt, ten times while it takes commitments; never waits.
    CommitmentEscort(OwnEndpoint& endpoint, OwnVoice& voice, const Clock& clock, const Address& self)
        : endpoint_(endpoint), voice_(voice), clock_(clock), self_(self) {}

    /// We committed, in this life or an earlier one.
    void committed(JobId job, const Commitment& ours);
    /// The list under a root, as the bridge has it.
    void told(const CommitmentsOnChain& posted);
    /// Who waits for what was never posted waits no longer.
    void forget_before(SegmentIndex segment);
    /// Whether the chain is to get this commitment from us: then the bridge's list is not what decides.
    [[nodiscard]] bool speaks_for(SegmentIndex segment, AttemptIndex attempt) const;

    /// Attempts in which our own transaction bound the vote since the last call: it may be shown. The list's commitments may be empty;
    /// the contract needs none.
    [[nodiscard]] std::vector<CommitmentsOnChain> look();

private:
    struct Watched {
        JobId job;
        Commitment ours;
        std::optional<CommitmentsOnChain> list;  ///< the bridge's
        std::uint64_t seen_at = 0;               ///< block in which we first saw the attempt; 0: not yet
        Deadline grace{};                        ///< the bridge's message may take so long
        bool sent = false;
        Deadline next_look{};
    };
    enum class Step { Wait, Drop, Bound };

    [[nodiscard]] Step advance(Watched& watched);
    [[nodiscard]] Step while_taken(Watched& watched, const AttemptOnChain& seen);
    [[nodiscard]] Step when_closed(Watched& watched, const AttemptOnChain& seen);
    [[nodiscard]] bool is_listed(const Watched& watched, const Hash32& root) const;
    void send(Watched& watched);

    OwnEndpoint& endpoint_;
    OwnVoice& voice_;
    const Clock& clock_;
    Address self_;
    std::map<std::pair<SegmentIndex, AttemptIndex>, Watched> watched_;
};

}  // namespace cone::node
