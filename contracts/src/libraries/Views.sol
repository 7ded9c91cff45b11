// Turns JobBoard's records into the structs of its interface. Reads only.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, SegmentState} from "../Types.sol";
import {IExecutorRegistry} from "../interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Attempts} from "./Attempts.sol";
import {Bits} from "./Bits.sol";
import {Record} from "./Record.sol";
import {Records} from "./Records.sol";

library Views {
    using Attempts for Record.Attempt;
    using Bits for uint256;
    using Record for Record.Job;

    function job(Record.Job storage j, uint64 deadlineBlock) internal view returns (IJobBoard.Job memory) {
        return IJobBoard.Job({
            state: j.state,
            buyer: j.buyer,
            bridge: j.bridge,
            segments: j.segments,
            accepted: j.accepted,
            finalized: j.finalized,
            epoch: j.epoch,
            setCap: j.setCap,
            poolBlock: j.poolBlock,
            seedBlock: j.seedBlock,
            lastProgressBlock: j.lastProgressBlock,
            deadlineBlock: deadlineBlock,
            jobHash: j.jobHash,
            jobSeed: j.jobSeed,
            sellers: j.sellers
        });
    }

    /// Empty, hence Pending, beyond the frontier: whatever lies there was dropped by a flip.
    function segment(Record.Job storage j, uint32 index) internal view returns (IJobBoard.Segment memory view_) {
        if (index > j.accepted) return view_;
        Record.Segment storage s = j.current(index);
        view_.state = s.state;
        view_.epoch = j.epochOf(index);
        view_.attempts = s.attempts;
        view_.setSize = s.size;
        view_.bestVotes = s.tally.best;
        view_.secondVotes = s.tally.second;
        view_.best = s.tally.leader;
        if (index < j.accepted) view_.verdict = j.verdicts[index];
        view_.previous = j.previousOf(index);
        if (s.state == SegmentState.Accepted) view_.finalFromBlock = s.finalFromBlock;
    }

    function attempt(Record.Job storage j, JobId jobId, uint32 index, uint32 number, uint32 revealBlocks)
        internal
        view
        returns (IJobBoard.Attempt memory)
    {
        Record.Segment storage s = j.record[index][uint16(number >> 16)];
        Record.Attempt storage a = s.attempt[uint16(number)];
        if (uint16(number) >= s.attempts) revert IJobBoard.NoAttempt(jobId, index);
        return IJobBoard.Attempt({
            root: a.root,
            revealFromBlock: a.revealFrom,
            revealUntilBlock: a.revealUntil(revealBlocks),
            size: a.size,
            voted: a.voted.count(),
            challenger: a.challenger
        });
    }

    function nextAttempt(Record.Job storage j, JobId jobId, uint32 index, IExecutorRegistry registry)
        internal
        view
        returns (IJobBoard.NextAttempt memory next)
    {
        Record.Segment storage s = j.current(index);
        next.attempt = j.number(index, s.attempts);
        next.newMembers = j.growth(s);
        next.previous = j.previousOf(index);
        next.segmentSeed = Records.segmentSeed(j.jobSeed, next.previous);
        next.attemptSeed = Records.attemptSeed(next.segmentSeed, next.attempt);
        next.afterTicket = registry.ticketOf(j.draw(jobId, index), s.lastMember);
    }

    function terms(Record.Job storage j) internal view returns (IJobBoard.Terms memory t) {
        t.state = j.state;
        t.buyer = j.buyer;
        t.tauBp = j.tauBp;
        t.executorShareBp = j.executorShareBp;
        t.lastSegment = j.segments - 1;
        t.jobHash = j.jobHash;
        t.previous = j.previousOf(t.lastSegment);
        t.digest = j.verdicts[t.lastSegment];
        t.earners = uint32(j.earners.length);
        t.votes = j.votes;
    }

    function earners(Record.Job storage j, uint256 from, uint256 count)
        internal
        view
        returns (address[] memory executors, uint32[] memory votes)
    {
        (executors, votes) = (new address[](count), new uint32[](count));
        for (uint256 i = 0; i < count; ++i) {
            executors[i] = j.earners[from + i];
            votes[i] = j.earned[executors[i]];
        }
    }
}
