// Turns JobBoard's records into the structs of its interface. Reads only.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, Request, SegmentState} from "../Types.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Record} from "./Record.sol";
import {Records} from "./Records.sol";

library Views {
    using Record for Record.Job;

    function job(Record.Job storage j) internal view returns (IJobBoard.Job memory) {
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
            jobHash: j.jobHash,
            jobSeed: j.jobSeed,
            request: _request(j),
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
        view_.setSize = uint16(s.set.length);
        view_.bestVotes = s.tally.best;
        view_.secondVotes = s.tally.second;
        view_.best = s.tally.leader;
        if (index < j.accepted) view_.verdict = j.verdicts[index];
        view_.previous = j.previousOf(index);
        if (s.state == SegmentState.Accepted) view_.finalFromBlock = s.finalFromBlock;
    }

    function attempt(Record.Job storage j, JobId jobId, uint32 index, uint32 number)
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
            revealUntilBlock: a.revealUntil,
            firstPosition: a.first,
            size: a.size,
            voted: a.voted,
            challenger: a.challenger
        });
    }

    function members(Record.Job storage j, uint32 index) internal view returns (address[] memory executors) {
        if (index > j.accepted) return executors;
        Record.Member[] storage set = j.current(index).set;
        executors = new address[](set.length);
        for (uint256 i = 0; i < executors.length; ++i) {
            executors[i] = set[i].executor;
        }
    }

    function nextAttempt(Record.Job storage j, uint32 index) internal view returns (IJobBoard.NextAttempt memory next) {
        Record.Segment storage s = j.current(index);
        next.attempt = j.number(index, s.attempts);
        next.newMembers = j.growth(s);
        next.previous = j.previousOf(index);
        next.segmentSeed = Records.segmentSeed(j.jobSeed, next.previous);
        next.attemptSeed = Records.attemptSeed(next.segmentSeed, next.attempt);
        next.afterTicket = s.lastTicket;
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
        t.sellers = j.sellers;
        t.executors = j.earners;
        t.votes = new uint32[](t.executors.length);
        for (uint256 i = 0; i < t.votes.length; ++i) {
            t.votes[i] = j.earned[t.executors[i]];
        }
    }

    /// The request as kept; its spec hash is not.
    function _request(Record.Job storage j) private view returns (Request memory kept) {
        kept.tauBp = j.tauBp;
        kept.minSellers = j.minSellers;
        kept.segments = j.segments;
        kept.lead = j.lead;
        kept.policy = j.policy;
        kept.minSize = j.minSize;
        kept.cNum = j.cNum;
        kept.cDen = j.cDen;
        kept.executorShareBp = j.executorShareBp;
        kept.bridge = j.bridge;
    }
}
