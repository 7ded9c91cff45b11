// A deployed market with sellers, buyers and executors, and the few moves a test strings together.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, SegmentState} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Records} from "../../src/libraries/Records.sol";
import {Trees} from "./Trees.sol";
import {Voting} from "./Voting.sol";
import {vm} from "./Vm.sol";

abstract contract Market is Voting {
    /// What a bridge keeps of the attempts it posted; by (job, segment, attempt).
    mapping(bytes32 place => address[]) internal membersOf;
    mapping(bytes32 place => bytes32[]) internal commitmentsOf;
    /// Numbers of the attempts in a segment's present record; by (job, segment, 0).
    mapping(bytes32 place => uint32[]) internal attemptsOf;

    /// Posts the next attempt's commitments and goes to the first block of its reveal window.
    function post(JobId jobId, uint32 segment, Move[] memory plan)
        internal
        returns (uint32 attempt, address[] memory members)
    {
        attempt = board.nextAttempt(jobId, segment).attempt;
        members = draw(jobId, segment);
        bytes32[] memory commitments = commitmentsFor(jobId, segment, attempt, members, plan);
        postAs(jobId, segment, attempt, members, commitments);
        reach(board.attempt(jobId, segment, attempt).revealFromBlock);
    }

    /// Posts exactly this, and keeps it for the calls that need it back.
    function postAs(JobId jobId, uint32 segment, uint32 attempt, address[] memory members, bytes32[] memory commitments)
        internal
    {
        bytes32[] memory leaves = new bytes32[](members.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = Records.commitmentLeaf(members[i], commitments[i]);
        }
        membersOf[place(jobId, segment, attempt)] = members;
        commitmentsOf[place(jobId, segment, attempt)] = commitments;
        if (uint16(attempt) == 0) delete attemptsOf[place(jobId, segment, 0)];
        attemptsOf[place(jobId, segment, 0)].push(attempt);
        vm.prank(BRIDGE);
        board.postCommitments(jobId, segment, attempt, members, Trees.root(leaves));
    }

    function place(JobId jobId, uint32 segment, uint32 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encode(jobId, segment, attempt));
    }

    function castVotes(JobId jobId, uint32 segment, uint32 attempt, Vote[] memory votes) internal {
        bytes32 key = place(jobId, segment, attempt);
        board.castVotes(jobId, segment, attempt, membersOf[key], commitmentsOf[key], groupsOf(votes));
    }

    /// The members of all attempts in the segment's present record. Asks no contract: usable right after `refuses`.
    function allMembers(JobId jobId, uint32 segment) internal view returns (address[][] memory all) {
        uint32[] storage numbers = attemptsOf[place(jobId, segment, 0)];
        all = new address[][](numbers.length);
        for (uint16 i = 0; i < all.length; ++i) {
            all[i] = membersOf[place(jobId, segment, numbers[i])];
        }
    }

    function finalizeNow(JobId jobId, uint32 segment) internal {
        board.finalize(jobId, segment, allMembers(jobId, segment));
    }

    function earnedVotes(JobId jobId, address executor) internal view returns (uint32) {
        (address[] memory executors, uint32[] memory votes) = board.earners(jobId, 0, board.terms(jobId).earners);
        for (uint256 i = 0; i < executors.length; ++i) {
            if (executors[i] == executor) return votes[i];
        }
        return 0;
    }

    /// Plays a whole attempt: commitments, votes, and the end of the reveal window where somebody was silent.
    function play(JobId jobId, uint32 segment, Move[] memory plan) internal returns (address[] memory members) {
        uint32 attempt;
        (attempt, members) = post(jobId, segment, plan);
        Vote[] memory votes = votesOf(jobId, segment, attempt, members, plan);
        if (votes.length > 0) castVotes(jobId, segment, attempt, votes);
        if (board.segment(jobId, segment).state == SegmentState.Committed) {
            reach(board.attempt(jobId, segment, attempt).revealUntilBlock + 1);
            board.closeAttempt(jobId, segment);
        }
    }

    /// Plays the next attempt with everybody voting for `digest`.
    function agree(JobId jobId, uint32 segment, bytes32 digest) internal returns (address[] memory members) {
        return play(jobId, segment, moves(board.nextAttempt(jobId, segment).newMembers, digest));
    }

    function finalize(JobId jobId, uint32 segment) internal {
        reach(board.segment(jobId, segment).finalFromBlock);
        finalizeNow(jobId, segment);
    }

    /// Opening, and the digest it belongs to, of the job's last segment.
    function lastDigest(JobId jobId, ISettlement.OpenedDigest memory opened) internal view returns (bytes32) {
        IJobBoard.Job memory job = board.job(jobId);
        uint32 last = job.segments - 1;
        Digest previous = last == 0 ? Digest.wrap(job.jobHash) : board.segment(jobId, last - 1).verdict;
        return Digest.unwrap(
            Records.digest(
                Records.DigestOpening({
                    jobHash: job.jobHash,
                    segment: last,
                    previous: previous,
                    stateRoot: opened.stateRoot,
                    osmdRoot: opened.osmdRoot,
                    metricBp: opened.metricBp,
                    accessesRoot: Records.accessesRoot(opened.accesses),
                    traceRoot: opened.traceRoot
                })
            )
        );
    }

    function opening(uint32 metricBp, uint256 sellers) internal pure returns (ISettlement.OpenedDigest memory opened) {
        opened = ISettlement.OpenedDigest({
            stateRoot: keccak256("state"),
            osmdRoot: keccak256("osmd"),
            metricBp: metricBp,
            accesses: new uint32[](sellers),
            traceRoot: keccak256("trace")
        });
        for (uint32 i = 0; i < sellers; ++i) {
            opened.accesses[i] = i + 1;
        }
    }

    // --------------------------------------------------------------------------------------------------------- checks

    function checkJob(JobId jobId, JobState expected) internal view {
        eq(uint256(board.job(jobId).state), uint256(expected), "job state");
    }

    function checkSegment(JobId jobId, uint32 segment, SegmentState expected) internal view {
        eq(uint256(board.segment(jobId, segment).state), uint256(expected), "segment state");
    }
}
