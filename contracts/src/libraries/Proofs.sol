// What signatures prove against an executor: two votes for one attempt, or a witness that the opened digest contradicts.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Ballot} from "./Ballot.sol";
import {Record} from "./Record.sol";
import {Records} from "./Records.sol";

/// Each needs nothing but what the executor signed, so neither is ever too late for the tally.
library Proofs {
    using Ballot for Ballot.Place;

    function requireEquivocation(
        Ballot.Place memory place,
        address executor,
        IJobBoard.SignedVote calldata a,
        IJobBoard.SignedVote calldata b
    ) internal pure {
        if (a.digest == b.digest && a.witness == b.witness) {
            revert IJobBoard.NotEquivocation();
        }
        _requireVote(place, executor, a);
        _requireVote(place, executor, b);
    }

    /// INVARIANT: digest and attempt seed leave one witness, which everybody who executed the segment shows.
    function requireFalseWitness(
        Record.Job storage j,
        Ballot.Place memory place,
        address executor,
        IJobBoard.SignedVote calldata vote,
        Records.DigestOpening calldata opening
    ) internal view {
        if (place.segment >= j.finalized) revert IJobBoard.NotFinal(place.jobId, place.segment);
        bool ours = opening.jobHash == j.jobHash && opening.segment == place.segment;
        if (!ours || Records.digest(opening) != vote.digest) revert IJobBoard.NotOpened(vote.digest);
        bytes32 seed = Records.attemptSeed(Records.segmentSeed(j.jobSeed, opening.previous), place.attempt);
        if (vote.witness == Records.witness(seed, opening.traceRoot)) revert IJobBoard.WitnessIsTrue();
        _requireVote(place, executor, vote);
    }

    function _requireVote(Ballot.Place memory place, address executor, IJobBoard.SignedVote calldata vote)
        private
        pure
    {
        Ballot.requireSigner(place.signingHash(vote.digest, vote.witness), executor, vote.r, vote.vs);
    }
}
