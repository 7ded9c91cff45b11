// What JobBoard stores of a job, a segment, an attempt, and the small questions asked of it.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, SegmentState} from "../Types.sol";
import {IExecutorRegistry} from "../interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Growth} from "./Growth.sol";
import {Records} from "./Records.sol";
import {Tally} from "./Tally.sol";

library Record {
    using Tally for Tally.State;

    /// The members themselves are not kept: who needs them passes what CommitmentsPosted said, and the hash is checked.
    struct Attempt {
        bytes32 root;
        // next slot
        uint160 membersHash; // as long as an address, hence as hard to find two preimages for
        uint48 revealFrom; // first block in which votes are taken
        uint16 size;
        // next slots: sets of positions
        uint256 voted;
        uint256 direct; // committed by a transaction of their own
        // next slot
        address challenger; // whose challenge forced this attempt, while its bond is held
        uint16 disputed; // id of the digest that the challenge was against
        mapping(uint256 position => bytes32) commitments; // the direct ones
    }

    struct Segment {
        SegmentState state;
        uint16 attempts;
        uint16 size; // members over all attempts
        uint48 finalFromBlock;
        address lastMember; // with the largest ticket so far
        // next slots
        Tally.State tally;
        mapping(uint16 index => Attempt) attempt;
    }

    struct Job {
        address buyer;
        uint16 segments;
        uint16 lead;
        uint8 policy;
        uint16 minSize;
        uint16 cNum;
        uint16 cDen;
        JobState state;
        // next slot
        address bridge;
        uint32 tauBp;
        uint16 executorShareBp;
        uint16 accepted;
        uint16 finalized;
        uint16 epoch;
        // next slot
        uint64 poolBlock;
        uint64 seedBlock;
        uint64 lastProgressBlock;
        uint16 setCap;
        uint16 sellers;
        uint32 votes; // accepted ones in Final segments
        // one slot each
        bytes32 jobHash;
        bytes32 jobSeed;
        address[] earners;
        mapping(address executor => uint32) earned;
        mapping(uint32 segment => Digest) verdicts;
        mapping(uint32 segment => uint16) epochs; // job epoch when the verdict was given
        mapping(uint32 segment => mapping(uint16 epoch => Segment)) record;
    }

    /// @notice Digest that `segment` starts from.
    function previousOf(Job storage job, uint32 segment) internal view returns (Digest) {
        return segment == 0 ? Digest.wrap(job.jobHash) : job.verdicts[segment - 1];
    }

    /// @notice High half of the numbers of `segment`'s attempts.
    function epochOf(Job storage job, uint32 segment) internal view returns (uint16) {
        return segment == 0 ? 0 : job.epochs[segment - 1];
    }

    /// @notice The segment's record in the present epoch.
    function current(Job storage job, uint32 segment) internal view returns (Segment storage) {
        return job.record[segment][epochOf(job, segment)];
    }

    /// @notice Number of attempt `index` of `segment`.
    function number(Job storage job, uint32 segment, uint16 index) internal view returns (uint32) {
        return (uint32(epochOf(job, segment)) << 16) | index;
    }

    /// @notice Says that something happened, which puts off `voidStale`.
    function progressed(Job storage job) internal {
        job.lastProgressBlock = uint64(block.number);
    }

    /// @notice What tickets of `segment` are made from.
    function draw(Job storage job, JobId jobId, uint32 segment) internal view returns (IExecutorRegistry.Draw memory) {
        bytes32 seed = Records.segmentSeed(job.jobSeed, previousOf(job, segment));
        return IExecutorRegistry.Draw(seed, jobId, segment, job.poolBlock);
    }

    /// @notice Gives `segment` a verdict. It is the last one with a verdict now: the frontier moves right behind it.
    function setVerdict(Job storage job, uint32 segment, Digest verdict) internal {
        job.verdicts[segment] = verdict;
        job.epochs[segment] = job.epoch;
        job.accepted = uint16(segment) + 1;
    }

    /// @notice Books an accepted vote.
    function earn(Job storage job, address executor) internal {
        if (job.earned[executor] == 0) job.earners.push(executor);
        ++job.earned[executor];
        ++job.votes;
    }

    /// @notice The newest attempt; there must be one, and it must be `given`.
    function newest(Job storage job, JobId jobId, uint32 segment, uint32 given)
        internal
        view
        returns (Segment storage found, Attempt storage attempt)
    {
        found = current(job, segment);
        if (found.attempts == 0) revert IJobBoard.NoAttempt(jobId, segment);
        uint32 expected = number(job, segment, found.attempts - 1);
        if (given != expected) revert IJobBoard.WrongAttempt(given, expected);
        attempt = found.attempt[found.attempts - 1];
    }

    /// @notice An attempt of the segment's present record.
    function existing(Job storage job, JobId jobId, uint32 segment, uint32 given)
        internal
        view
        returns (Attempt storage)
    {
        Segment storage found = current(job, segment);
        bool there = given >> 16 == epochOf(job, segment) && uint16(given) < found.attempts;
        if (!there) revert IJobBoard.NoAttempt(jobId, segment);
        return found.attempt[uint16(given)];
    }

    /// @notice Reverts unless the segment before has a verdict that nobody disputes at the moment.
    function requireStandsOn(Job storage job, JobId jobId, uint32 segment) internal view {
        if (segment == 0) return;
        SegmentState before = current(job, segment - 1).state;
        bool stands = before == SegmentState.Accepted || before == SegmentState.Final;
        if (!stands) revert IJobBoard.PreviousNotAccepted(jobId, segment);
    }

    /// @notice How many members the next attempt of `segment` adds; 0 when the pool is exhausted.
    function growth(Job storage job, Segment storage segment) internal view returns (uint16) {
        Growth.Policy memory policy = Growth.Policy(job.policy, job.lead, job.minSize, job.cNum, job.cDen);
        uint256 total = segment.size;
        return uint16(Growth.sizeAfter(policy, segment.attempts, total, segment.tally.lead(), job.setCap) - total);
    }

    /// @notice Keeps what the board needs of a request.
    function fill(Job storage job, address buyer, Request calldata from) internal {
        job.buyer = buyer;
        job.segments = from.segments;
        job.lead = from.lead;
        job.policy = from.policy;
        job.minSize = from.minSize;
        job.cNum = from.cNum;
        job.cDen = from.cDen;
        job.bridge = from.bridge;
        job.tauBp = from.tauBp;
        job.executorShareBp = from.executorShareBp;
    }
}
