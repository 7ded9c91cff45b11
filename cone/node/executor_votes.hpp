// What a leader has committed to and not yet shown, and how planted faults bend it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/node/executor.hpp"
#include "cone/node/vote.hpp"

namespace cone::node {

/// Makes the commitment to a result, keeps the reveal back, and gives it out once the chain binds it.
class VoteKeeper {
public:
    VoteKeeper(const VoteSigner& signer, const Clock& clock, Millis reveal_timeout)
        : signer_(signer), clock_(clock), reveal_timeout_(reveal_timeout) {}

    /// The commitment to send; nothing when a fault keeps it back.
    [[nodiscard]] std::optional<Commitment> commit(const VoteDomain& domain, const RunSegment& order, Reveal reveal,
                                                   std::optional<FaultKind> fault);

    /// The chain shows a root: queues the reveal it binds. False when our own commitment is not under it.
    [[nodiscard]] bool on_chain(const VoteDomain& domain, const CommitmentsOnChain& posted);

    /// Reveals whose time has come.
    [[nodiscard]] std::vector<Reveal> take_due();

private:
    struct Secret {
        Reveal reveal;
        Hash32 commitment;
        std::optional<FaultKind> fault;
    };
    struct Due {
        Deadline from;
        Reveal reveal;
    };
    using Key = std::pair<SegmentIndex, AttemptIndex>;

    void sign(const VoteDomain& domain, Reveal& reveal) const;

    const VoteSigner& signer_;
    const Clock& clock_;
    Millis reveal_timeout_;
    std::map<Key, Secret> secrets_;
    std::vector<Due> due_;
};

/// The reveal of an honest result.
[[nodiscard]] Reveal reveal_of(const RunSegment& order, const training::SegmentResult& result);
/// The reveal of a member that did no work: the digest everybody can see, and a witness from thin air.
[[nodiscard]] Reveal copied_reveal(const RunSegment& order);
/// Flips one bit of the state root: the same lie from everybody who tells it.
void falsify(Reveal& reveal);

}  // namespace cone::node
