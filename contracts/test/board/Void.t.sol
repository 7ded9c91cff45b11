// The ways out of a job that stopped, and of one that nobody is left to decide.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState, Request, SegmentState, VoidReason} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {JobEvent, JobRefuses} from "../../src/libraries/Lifecycle.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract VoidTest is Market {
    bytes32 private constant D0 = keccak256("digest 0");
    bytes32 private constant D1 = keccak256("digest 1");

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 7, requestForTests());
    }

    /// A job that was just created has made progress: it cannot be voided before anybody could seed it.
    function test_voidStale_newJob_reverts() public {
        JobId fresh = openJob(requestForTests(), 1 ether);
        refuses(abi.encodeWithSelector(IJobBoard.NotStalled.selector, uint64(block.number) + 301));
        board.voidStale(fresh);
    }

    function test_voidStale_progressing_reverts() public {
        uint64 last = board.job(jobId).lastProgressBlock;
        vm.roll(last + 300);

        refuses(abi.encodeWithSelector(IJobBoard.NotStalled.selector, last + 301));
        board.voidStale(jobId);
    }

    /// Acceptance, a miss and a challenge are progress, each in its own block.
    function test_voidStale_countsFromTheLastProgress() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        play(jobId, 0, plan);
        eq(board.job(jobId).lastProgressBlock, block.number, "undecided");
        vm.roll(block.number + 7);
        post(jobId, 0, moves(3, D0));
        uint64 posted = board.job(jobId).lastProgressBlock;
        Vote[] memory votes = votesOf(jobId, 0, 1, membersOf[place(jobId, 0, 1)], moves(3, D0));
        castVotes(jobId, 0, 1, votes);
        eq(board.job(jobId).lastProgressBlock, block.number, "accepted");
        check(posted < block.number, "posting was progress too");
        vm.roll(block.number + 3);
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, 0);
        eq(board.job(jobId).lastProgressBlock, block.number, "challenged");
    }

    function test_voidStale_fromEveryLiveState() public {
        JobId open = openJob(requestForTests(), 1 ether);
        JobId settling = settlingJob();
        vm.roll(block.number + 301);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobVoided(open, VoidReason.Stalled);
        board.voidStale(open);
        board.voidStale(jobId);
        board.voidStale(settling);
        checkJob(open, JobState.Void);
        checkJob(jobId, JobState.Void);
        checkJob(settling, JobState.Void);
        eq(till.creditOf(ALICE), 3 ether + 1 ether + 1 ether, "all refunded");
    }

    function test_voidStale_closedJob_reverts() public {
        vm.roll(block.number + 301);
        board.voidStale(jobId);

        refuses(abi.encodeWithSelector(JobRefuses.selector, JobState.Void, JobEvent.Stalled));
        board.voidStale(jobId);
        refuses(abi.encodeWithSelector(IJobBoard.JobNotRunning.selector, jobId, JobState.Void));
        finalizeNow(jobId, 0);
    }

    /// Progress puts off the stall, never the deadline: with it ends the time in which stakes of the pool are locked.
    function test_voidStale_afterTheDeadline_thoughProgressing() public {
        uint64 deadline = board.job(jobId).deadlineBlock;
        eq(deadline, board.job(jobId).poolBlock + UNSTAKE_DELAY, "deadline");
        vm.roll(deadline - 5);
        agree(jobId, 0, D0);

        vm.roll(deadline);
        refuses(abi.encodeWithSelector(IJobBoard.NotStalled.selector, deadline + 1));
        board.voidStale(jobId);
        vm.roll(deadline + 1);
        refuses(abi.encodeWithSelector(IJobBoard.JobExpired.selector, deadline));
        finalizeNow(jobId, 0);
        board.voidStale(jobId);
        checkJob(jobId, JobState.Void);
        eq(till.creditOf(ALICE), 3 ether, "refunded");
    }

    /// What is Settling is done: the deadline does not take it away, only a stall does.
    function test_voidStale_settling_hasItsOwnTime() public {
        vm.roll(board.job(jobId).deadlineBlock - 60);
        agree(jobId, 0, D0);
        agree(jobId, 1, D1);
        finalize(jobId, 0);
        finalize(jobId, 1);
        checkJob(jobId, JobState.Settling);
        uint64 last = board.job(jobId).lastProgressBlock;
        vm.roll(board.job(jobId).deadlineBlock + 1);

        refuses(abi.encodeWithSelector(IJobBoard.NotStalled.selector, last + 301));
        board.voidStale(jobId);
        vm.roll(last + 301);
        board.voidStale(jobId);
        checkJob(jobId, JobState.Void);
    }

    /// Nothing before segment 0 can change: the job ends with the vote that leaves nobody to ask.
    function test_exhausted_firstSegment_voidsAndRefunds() public {
        (uint32 attempt, Vote[] memory votes) = lastVotesOf(0);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobVoided(jobId, VoidReason.PoolExhausted);
        castVotes(jobId, 0, attempt, votes);
        checkJob(jobId, JobState.Void);
        eq(till.creditOf(ALICE), 3 ether, "refunded");
        eq(till.burnedWei(), 0, "who disagreed is not slashed");
    }

    /// Who captured a set cannot end the job before the set is judged: what stands on it waits for it.
    function test_voidExhausted_waitsForTheSegmentBefore() public {
        address[] memory first = agree(jobId, 0, D0);
        exhaust(1);
        checkJob(jobId, JobState.Running);
        checkSegment(jobId, 1, SegmentState.Undecided);
        eq(board.nextAttempt(jobId, 1).newMembers, 0, "nobody left");
        refuses(abi.encodeWithSelector(IJobBoard.PreviousNotFinal.selector, jobId, 1));
        board.voidExhausted(jobId, 1);

        finalize(jobId, 0);
        eq(earnedVotes(jobId, first[0]), 1, "judged");
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobVoided(jobId, VoidReason.PoolExhausted);
        vm.prank(address(0x57A46E));
        board.voidExhausted(jobId, 1);
        checkJob(jobId, JobState.Void);
        eq(till.creditOf(ALICE), 3 ether, "refunded");
    }

    /// The captors of segment 0 lose their stake, and the job goes on.
    function test_voidExhausted_aFlipStartsItAgain() public {
        for (uint256 i = 7; i < 24; ++i) {
            addExecutor(i, 1);
        }
        jobId = openJob(requestForTests(), 3 ether);
        fixSeed(jobId);
        address[] memory captors = agree(jobId, 0, D1);
        exhaust(1);
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, 0);
        refuses(abi.encodeWithSelector(IJobBoard.PreviousNotFinal.selector, jobId, 1));
        board.voidExhausted(jobId, 1);
        while (board.segment(jobId, 0).state != SegmentState.Accepted) {
            agree(jobId, 0, D0);
        }
        checkSegment(jobId, 1, SegmentState.Pending);
        finalize(jobId, 0);
        refuses(abi.encodeWithSelector(IJobBoard.NotExhausted.selector, SegmentState.Pending, 0, 24));
        board.voidExhausted(jobId, 1);

        agree(jobId, 1, D0);
        checkSegment(jobId, 1, SegmentState.Accepted);
        for (uint256 i = 0; i < captors.length; ++i) {
            eq(registry.executor(captors[i]).stakeWei, UNIT_WEI / 2, "slashed");
        }
    }

    /// Once the segment before is Final nothing is waited for.
    function test_exhausted_afterTheSegmentBefore_voidsAtOnce() public {
        agree(jobId, 0, D0);
        finalize(jobId, 0);
        exhaust(1);
        checkJob(jobId, JobState.Void);
        refuses(abi.encodeWithSelector(IJobBoard.JobNotRunning.selector, jobId, JobState.Void));
        board.voidExhausted(jobId, 1);
    }

    function test_voidExhausted_somebodyLeftToAsk_reverts() public {
        agree(jobId, 0, D0);
        refuses(abi.encodeWithSelector(IJobBoard.NotExhausted.selector, SegmentState.Pending, 0, 7));
        board.voidExhausted(jobId, 1);
        refuses(abi.encodeWithSelector(IJobBoard.NotExhausted.selector, SegmentState.Accepted, 3, 7));
        board.voidExhausted(jobId, 0);
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        play(jobId, 1, plan);
        refuses(abi.encodeWithSelector(IJobBoard.NotExhausted.selector, SegmentState.Undecided, 3, 7));
        board.voidExhausted(jobId, 1);
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchSegment.selector, jobId, 2));
        board.voidExhausted(jobId, 2);
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchJob.selector, JobId.wrap(9)));
        board.voidExhausted(JobId.wrap(9), 0);
    }

    /// Everybody was asked: not even an attempt of nobody is taken.
    function test_postCommitments_exhausted_reverts() public {
        agree(jobId, 0, D0);
        exhaust(1);
        vm.prank(BRIDGE);
        refuses(abi.encodeWithSelector(IJobBoard.PoolExhausted.selector, 7));
        board.postCommitments(jobId, 1, 3, new address[](0), D0);
    }

    function test_voidExhausted_nobodyFinalizes_isStaleInTheEnd() public {
        agree(jobId, 0, D0);
        exhaust(1);
        vm.roll(board.job(jobId).lastProgressBlock + 301);
        board.voidStale(jobId);
        checkJob(jobId, JobState.Void);
    }

    /// Everybody but the last attempt's members has voted, for two digests in turn; `votes` are theirs.
    function lastVotesOf(uint32 segment) private returns (uint32 attempt, Vote[] memory votes) {
        while (true) {
            Move[] memory plan = moves(board.nextAttempt(jobId, segment).newMembers, D0);
            attempt = uint16(board.nextAttempt(jobId, segment).attempt);
            for (uint256 i = 0; i < (plan.length + 1 - attempt % 2) / 2; ++i) {
                plan[i] = move(D1);
            }
            bool last = board.segment(jobId, segment).setSize + plan.length == board.job(jobId).setCap;
            address[] memory members;
            (attempt, members) = post(jobId, segment, plan);
            votes = votesOf(jobId, segment, attempt, members, plan);
            if (last) return (attempt, votes);
            castVotes(jobId, segment, attempt, votes);
        }
    }

    function exhaust(uint32 segment) private {
        (uint32 attempt, Vote[] memory votes) = lastVotesOf(segment);
        castVotes(jobId, segment, attempt, votes);
    }

    function settlingJob() private returns (JobId id) {
        Request memory request = requestForTests();
        request.segments = 1;
        id = openJob(request, 1 ether);
        fixSeed(id);
        agree(id, 0, D0);
        finalize(id, 0);
    }
}
