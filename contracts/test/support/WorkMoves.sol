// Moves that carry a job on: its seed, attempts by honest and dishonest members, disputes by an honest challenger, finality.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, SegmentState} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {MarketLedger} from "./MarketLedger.sol";
import {vm} from "./Vm.sol";

abstract contract WorkMoves is MarketLedger {
    bytes32 private constant LIE = keccak256("the lie they agreed on");

    function seed(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Open, which);
        // Gone: such a job can only become stale.
        if (!found || block.number > uint256(board.job(jobId).seedBlock) + 256) return;
        fixSeed(jobId);
        ++played["seed"];
    }

    /// One attempt at the frontier, or for a challenged segment.
    function attempt(uint8 which, uint256 dice) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found || isLate(jobId, 40)) return;
        uint32 segment;
        (found, segment) = segmentToRun(jobId);
        if (!found) return;
        waitForLastVotes(jobId, segment);
        address[] memory members = draw(jobId, segment);
        playAll(jobId, segment, planFor(jobId, segment, members, dice), dice);
        ++played["attempt"];
        // I4: an honest challenger re-executes, and disputes what is wrong while it can.
        if (isWrong(jobId, segment) && tryChallenge(jobId, segment)) ++played["honest challenge"];
    }

    function finalizeNext(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found) return;
        uint32 segment = board.job(jobId).finalized;
        IJobBoard.Segment memory s = board.segment(jobId, segment);
        if (s.state != SegmentState.Accepted || s.finalFromBlock > board.job(jobId).deadlineBlock) return;
        reach(s.finalFromBlock);
        finalizeNow(jobId, segment);
        rule(!isWrong(jobId, segment), "I4: a lie is final");
        ++played["finalize"];
        if (!isExhausted(jobId, segment + 1)) return;
        board.voidExhausted(jobId, segment + 1);
        ++played["exhausted"];
    }

    function tryChallenge(JobId jobId, uint32 segment) internal returns (bool) {
        IJobBoard.Segment memory s = board.segment(jobId, segment);
        bool open = s.state == SegmentState.Accepted && block.number < s.finalFromBlock
            && s.setSize < board.job(jobId).setCap && !isLate(jobId, 0);
        if (!open) return false;
        vm.deal(CAROL, BOND_WEI);
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, segment);
        paidIn += BOND_WEI;
        return true;
    }

    function isWrong(JobId jobId, uint32 segment) internal view returns (bool) {
        Digest verdict = board.segment(jobId, segment).verdict;
        return !verdict.isZero() && verdict != Digest.wrap(truthOf(jobId, segment));
    }

    // -------------------------------------------------------------------------------------------------------- private

    function segmentToRun(JobId jobId) private view returns (bool found, uint32 segment) {
        IJobBoard.Job memory job = board.job(jobId);
        for (segment = job.finalized; segment <= job.accepted && segment < job.segments; ++segment) {
            SegmentState state = board.segment(jobId, segment).state;
            if (state == SegmentState.Challenged || state == SegmentState.Undecided || state == SegmentState.Pending) {
                return (!isExhausted(jobId, segment), segment);
            }
        }
        return (false, 0);
    }

    /// Undecided, and nobody is left to ask: it waits for the segment before.
    function isExhausted(JobId jobId, uint32 segment) private view returns (bool) {
        IJobBoard.Segment memory s = board.segment(jobId, segment);
        return s.state == SegmentState.Undecided && s.setSize == board.job(jobId).setCap;
    }

    /// A segment accepted early and challenged at once may still take votes.
    function waitForLastVotes(JobId jobId, uint32 segment) private {
        uint32 next = board.nextAttempt(jobId, segment).attempt;
        if (uint16(next) == 0) return;
        IJobBoard.Attempt memory last = board.attempt(jobId, segment, next - 1);
        if (last.voted < last.size) reach(last.revealUntilBlock + 1);
    }

    function planFor(JobId jobId, uint32 segment, address[] memory members, uint256 dice)
        private
        view
        returns (Move[] memory plan)
    {
        plan = moves(members.length, truthOf(jobId, segment));
        bool together = dice % 2 == 0;
        dice >>= 1;
        for (uint256 i = 0; i < members.length; ++i) {
            plan[i].salt = keccak256(abi.encode("salt of", members[i]));
            if (!isDishonest(members[i])) continue;
            uint256 manner = together ? 0 : dice % 8;
            if (manner < 3) plan[i] = move(LIE);
            if (manner == 3) plan[i] = move(keccak256(abi.encode("a lie of its own", members[i])));
            if (manner == 4) plan[i].silent = true;
            if (manner == 5) plan[i].witness = keccak256(abi.encode("invented", members[i]));
            dice >>= 3;
        }
    }

    function truthOf(JobId jobId, uint32 segment) private view returns (bytes32) {
        bool last = segment + 1 == board.job(jobId).segments;
        return last ? lastDigest(jobId, openingOf(jobId)) : keccak256(abi.encode(jobId, segment));
    }

    /// As `play`, but a dishonest member may have copied its neighbour's commitment, which then opens for neither of its votes.
    function playAll(JobId jobId, uint32 segment, Move[] memory plan, uint256 dice) private {
        uint32 number = board.nextAttempt(jobId, segment).attempt;
        address[] memory members = draw(jobId, segment);
        bytes32[] memory commitments = commitmentsFor(jobId, segment, number, members, plan);
        for (uint256 i = 1; i < members.length; ++i) {
            if (dice % 3 != 0 || !isDishonest(members[i])) continue;
            commitments[i] = commitments[i - 1];
            plan[i].silent = true;
            ++played["copy"];
        }
        postAs(jobId, segment, number, members, commitments);
        reach(board.attempt(jobId, segment, number).revealFromBlock);
        Vote[] memory votes = votesOf(jobId, segment, number, members, plan);
        if (votes.length > 0) castVotes(jobId, segment, number, votes);
        if (board.segment(jobId, segment).state == SegmentState.Committed) {
            reach(board.attempt(jobId, segment, number).revealUntilBlock + 1);
            board.closeAttempt(jobId, segment);
        }
    }
}
