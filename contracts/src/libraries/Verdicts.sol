// From a tally to a verdict: acceptance, and the end of a challenge (docs/protocol.md 2.3 and 3).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, SegmentState} from "../Types.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Lifecycle, SegmentEvent} from "./Lifecycle.sol";
import {Record} from "./Record.sol";
import {Tally} from "./Tally.sol";

library Verdicts {
    using Lifecycle for SegmentState;
    using Record for Record.Job;
    using Tally for Tally.State;

    enum Outcome {
        Waiting, // for the votes still outstanding
        Accepted,
        Flipped, // accepted, with another digest than before: the challenger is owed its bond
        Undecided
    }

    /// @notice Accepts once the lead cannot fall below L even if all `outstanding` votes go to the second.
    function decide(Record.Job storage j, JobId jobId, uint32 segment, uint256 outstanding, uint32 challengeBlocks)
        internal
        returns (Outcome)
    {
        Record.Segment storage s = j.current(segment);
        if (s.tally.lead() >= j.lead + outstanding) return _accept(j, s, jobId, segment, challengeBlocks);
        if (outstanding > 0) return Outcome.Waiting;

        s.state = s.state.step(SegmentEvent.LeadMissed);
        j.progressed();
        uint32 number = j.number(segment, s.attempts - 1);
        emit IJobBoard.SegmentUndecided(jobId, segment, number, s.tally.best, s.tally.second);
        return Outcome.Undecided;
    }

    function _accept(
        Record.Job storage j,
        Record.Segment storage s,
        JobId jobId,
        uint32 segment,
        uint32 challengeBlocks
    ) private returns (Outcome) {
        s.state = s.state.step(SegmentEvent.LeadReached);
        uint64 windowOver = uint64(block.number) + challengeBlocks + 1;
        uint64 votesOver = s.attempt[s.attempts - 1].revealUntil + 1;
        s.finalFromBlock = windowOver > votesOver ? windowOver : votesOver;
        j.progressed();
        Digest winner = s.tally.leader;
        emit IJobBoard.SegmentAccepted(jobId, segment, winner, s.tally.best, s.tally.second, s.finalFromBlock);

        if (segment < j.accepted) return _endChallenge(j, jobId, segment, winner);
        j.setVerdict(segment, winner);
        return Outcome.Accepted;
    }

    /// The same verdict leaves the bond to `finalize`. Another one drops all later segments.
    function _endChallenge(Record.Job storage j, JobId jobId, uint32 segment, Digest winner) private returns (Outcome) {
        Digest from = j.verdicts[segment];
        if (winner == from) return Outcome.Accepted;

        ++j.epoch;
        j.setVerdict(segment, winner);
        emit IJobBoard.VerdictFlipped(jobId, segment, from, winner, j.epoch);
        return Outcome.Flipped;
    }
}
