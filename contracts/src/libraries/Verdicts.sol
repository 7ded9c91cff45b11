// From a tally to a verdict: acceptance, and the end of a challenge (docs/protocol.md 2.3 and 3).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, SegmentState} from "../Types.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Attempts} from "./Attempts.sol";
import {Lifecycle, SegmentEvent} from "./Lifecycle.sol";
import {Record} from "./Record.sol";
import {Tally} from "./Tally.sol";

library Verdicts {
    using Attempts for Record.Attempt;
    using Lifecycle for SegmentState;
    using Record for Record.Job;
    using Tally for Tally.State;

    /// @notice Accepts once the lead cannot fall below L even if all `outstanding` votes go to the second.
    /// @return exhausted there is no verdict, and nobody is left to ask.
    function decide(
        Record.Job storage j,
        JobId jobId,
        uint32 segment,
        uint256 outstanding,
        IJobBoard.Rules storage rules
    ) internal returns (bool exhausted) {
        Record.Segment storage s = j.current(segment);
        if (s.tally.lead() >= j.lead + outstanding) {
            _accept(j, s, jobId, segment, rules);
            return false;
        }
        if (outstanding > 0) return false;

        s.state = s.state.step(SegmentEvent.LeadMissed);
        j.progressed();
        uint32 number = j.number(segment, s.attempts - 1);
        emit IJobBoard.SegmentUndecided(jobId, segment, number, s.tally.best, s.tally.second);
        return s.size == j.setCap;
    }

    function _accept(
        Record.Job storage j,
        Record.Segment storage s,
        JobId jobId,
        uint32 segment,
        IJobBoard.Rules storage rules
    ) private {
        s.state = s.state.step(SegmentEvent.LeadReached);
        uint64 windowOver = uint64(block.number) + rules.challengeBlocks + 1;
        uint64 votesOver = s.attempt[s.attempts - 1].revealUntil(rules.revealBlocks) + 1;
        s.finalFromBlock = uint48(windowOver > votesOver ? windowOver : votesOver);
        j.progressed();
        Digest winner = s.tally.leader;
        emit IJobBoard.SegmentAccepted(jobId, segment, winner, s.tally.best, s.tally.second, s.finalFromBlock);

        if (segment < j.accepted) {
            _endChallenge(j, jobId, segment, winner);
        } else {
            j.setVerdict(segment, winner);
        }
    }

    /// Who challenged is judged when the segment is Final. Another verdict drops all later segments.
    function _endChallenge(Record.Job storage j, JobId jobId, uint32 segment, Digest winner) private {
        Digest from = j.verdicts[segment];
        if (winner == from) return;

        ++j.epoch;
        j.setVerdict(segment, winner);
        emit IJobBoard.VerdictFlipped(jobId, segment, from, winner, j.epoch);
    }
}
