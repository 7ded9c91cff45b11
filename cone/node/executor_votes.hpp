// What a leader has committed to, across crashes, and how planted faults bend it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/node/executor.hpp"
#include "cone/node/notebook.hpp"
#include "cone/node/vote.hpp"

namespace cone::node {

/// Makes the commitment to a result, keeps the reveal back, and gives it out once the chain binds it. One vote an attempt: who has
/// committed says the same again, whoever asks and however often the process died in between.
class VoteKeeper {
public:
    VoteKeeper(const VoteSigner& signer, const Clock& clock, Millis reveal_timeout)
        : signer_(signer), clock_(clock), reveal_timeout_(reveal_timeout) {}

    /// Votes of `domain` from here on. `notebook` holds those of earlier lives and takes the new ones; null: they end with the
    /// process. Throws what reading it throws.
    void open(const VoteDomain& domain, std::unique_ptr<Notebook> notebook);

    /// What was committed in earlier lives, and shown: a bridge that was restarted as well may not have it.
    [[nodiscard]] std::vector<ToBridge> remembered() const;

    /// The commitment to an order that was answered before; nothing when it has to be run.
    /// INVARIANT: a vote that was shown is the only one ever signed for its attempt. Throws DataError when the order names another
    /// state to start from than that vote did.
    [[nodiscard]] std::optional<Commitment> committed(const RunSegment& order) const;

    /// The commitment to send; nothing when a fault keeps it back. Salt and digest are on disk before: throws EnvironmentError.
    [[nodiscard]] std::optional<Commitment> commit(const RunSegment& order, Reveal reveal, std::optional<FaultKind> fault);

    /// The chain shows a root: queues the reveal it binds. False when our own commitment is not under it. Throws EnvironmentError.
    [[nodiscard]] bool on_chain(const CommitmentsOnChain& posted);
    /// The chain has our commitment from ourselves: queues the reveal. Throws EnvironmentError.
    void bound_by_ourselves(SegmentIndex segment, AttemptIndex attempt);
    /// Commitments whose votes were never shown.
    [[nodiscard]] std::vector<Commitment> unshown() const;

    /// Reveals whose time has come.
    [[nodiscard]] std::vector<Reveal> take_due();

private:
    struct Held {
        Reveal reveal;  ///< signed once it was shown
        Hash32 commitment;
        std::optional<FaultKind> fault;
        [[nodiscard]] bool shown() const { return !reveal.signature.empty(); }
    };
    struct Due {
        Deadline from;
        Reveal reveal;
    };
    using Key = std::pair<SegmentIndex, AttemptIndex>;

    void keep(const Reveal& reveal);
    void show(Held& held);
    void hold(Reveal reveal, std::optional<FaultKind> fault);
    void sign(Reveal& reveal) const;

    const VoteSigner& signer_;
    const Clock& clock_;
    Millis reveal_timeout_;
    VoteDomain domain_;
    std::unique_ptr<Notebook> notebook_;
    std::map<Key, Held> held_;
    std::vector<Due> due_;
};

/// The reveal of an honest result.
[[nodiscard]] Reveal reveal_of(const RunSegment& order, const training::SegmentResult& result);
/// The reveal of a member that did no work: the digest everybody can see, and a made-up witness, on which all such members agree.
[[nodiscard]] Reveal copied_reveal(const RunSegment& order);
/// Flips one bit of the state root: the same lie from everybody who tells it.
void falsify(Reveal& reveal);

}  // namespace cone::node
