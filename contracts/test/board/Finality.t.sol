// Finality, faults, and the ways out of a job that stopped.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, Fault, JobId, JobState, Request, SegmentState, VoidReason} from "../../src/Types.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {JobEvent, JobRefuses, SegmentEvent, SegmentRefuses} from "../../src/libraries/Lifecycle.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract FinalityTest is Market {
    bytes32 private constant D0 = keccak256("digest 0");
    bytes32 private constant D1 = keccak256("digest 1");

    JobId private jobId;
    mapping(address executor => bool) private misbehaved;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 7, requestForTests());
    }

    // -------------------------------------------------------------------------------------------------------- finalize

    function test_finalize_notAccepted_reverts() public {
        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Pending, SegmentEvent.WindowOver));
        board.finalize(jobId, 0);
    }

    function test_finalize_insideTheWindow_reverts() public {
        agree(jobId, 0, D0);
        uint64 finalFrom = board.segment(jobId, 0).finalFromBlock;
        vm.roll(finalFrom - 1);

        refuses(abi.encodeWithSelector(IJobBoard.ChallengeWindowOpen.selector, finalFrom));
        board.finalize(jobId, 0);
    }

    function test_finalize_outOfOrder_reverts() public {
        agree(jobId, 0, D0);
        agree(jobId, 1, D1);
        vm.roll(block.number + 100);

        refuses(abi.encodeWithSelector(IJobBoard.NotInOrder.selector, 1, 0));
        board.finalize(jobId, 1);
        board.finalize(jobId, 0);
        refuses(abi.encodeWithSelector(IJobBoard.NotInOrder.selector, 0, 1));
        board.finalize(jobId, 0);
    }

    /// Acceptance can come before the end of the reveal window: finality waits for the votes still to come.
    function test_finalize_waitsForTheRevealWindow() public {
        IJobBoard.Rules memory rules = rulesForTests();
        rules.challengeBlocks = 1;
        deploy(rules, timingForTests());
        jobId = startJobAnew(8);
        Move[] memory plan = moves(8, D0);
        (uint32 attempt, address[] memory members) = post(jobId, 0, plan);
        IJobBoard.VoteInput[] memory votes = votesOf(jobId, 0, attempt, members, plan);
        assembly ("memory-safe") {
            mstore(votes, 6)
        }
        board.castVotes(jobId, 0, attempt, votes);

        checkSegment(jobId, 0, SegmentState.Accepted);
        uint64 revealUntil = board.attempt(jobId, 0, attempt).revealUntilBlock;
        eq(board.segment(jobId, 0).finalFromBlock, revealUntil + 1, "after the last vote");
    }

    function test_finalize_booksTheVotes() public {
        address[] memory members = agree(jobId, 0, D0);
        vm.roll(board.segment(jobId, 0).finalFromBlock);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.SegmentFinal(jobId, 0, Digest.wrap(D0));
        board.finalize(jobId, 0);

        checkSegment(jobId, 0, SegmentState.Final);
        eq(board.job(jobId).finalized, 1, "finalized");
        for (uint256 i = 0; i < 3; ++i) {
            eq(board.earnedVotes(jobId, members[i]), 1, "earned");
            eq(registry.executor(members[i]).stakeWei, 1 ether, "stake untouched");
        }
    }

    function test_finalize_lastSegment_startsSettling() public {
        agree(jobId, 0, D0);
        agree(jobId, 1, D1);
        finalize(jobId, 0);
        checkJob(jobId, JobState.Running);
        vm.roll(board.segment(jobId, 1).finalFromBlock);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobSettling(jobId, Digest.wrap(D1));
        board.finalize(jobId, 1);
        checkJob(jobId, JobState.Settling);
        IJobBoard.Terms memory terms = board.terms(jobId);
        eq(terms.digest, Digest.wrap(D1), "last verdict");
        eq(terms.previous, Digest.wrap(D0), "the one before");
        uint256 votes = 0;
        for (uint256 i = 0; i < terms.votes.length; ++i) {
            votes += terms.votes[i];
        }
        eq(votes, 6, "accepted votes");
    }

    function test_finalize_slashesEachFault() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1); // minority
        plan[1].silent = true;
        address[] memory first = play(jobId, 0, plan); // 1 : 1
        plan = moves(3, D0);
        address[] memory second = play(jobId, 0, plan); // 4 : 1
        checkSegment(jobId, 0, SegmentState.Accepted);
        vm.roll(board.segment(jobId, 0).finalFromBlock);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, first[0], 0, Fault.MinorityDigest, 0.5 ether);
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, first[1], 0, Fault.NoReveal, 0.01 ether);
        board.finalize(jobId, 0);

        eq(registry.executor(first[0]).stakeWei, 0.5 ether, "hard");
        eq(registry.executor(first[1]).stakeWei, 0.99 ether, "soft");
        eq(till.burnedWei(), 0.51 ether, "burned");
        eq(board.earnedVotes(jobId, first[0]) + board.earnedVotes(jobId, first[1]), 0, "nothing earned");
        eq(board.earnedVotes(jobId, first[2]) + board.earnedVotes(jobId, second[0]), 2, "the others earn");
    }

    function test_finalize_uncommonWitness_isASoftFault() public {
        Move[] memory plan = moves(3, D0);
        plan[2].witness = keccak256("copied digest, invented witness");
        address[] memory first = play(jobId, 0, plan); // 2 : 0
        agree(jobId, 0, D0);
        vm.roll(board.segment(jobId, 0).finalFromBlock);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, first[2], 0, Fault.UncommonWitness, 0.01 ether);
        board.finalize(jobId, 0);
        eq(board.earnedVotes(jobId, first[2]), 0, "earns nothing");
    }

    // ---------------------------------------------------------------------------------------------------- equivocation

    function test_proveEquivocation_sameVoteTwice_reverts() public {
        address executor = registry.executorAt(0);
        IJobBoard.SignedVote memory a = signed(executor, D0);

        refuses(abi.encodeWithSelector(IJobBoard.NotEquivocation.selector));
        board.proveEquivocation(jobId, 0, 0, executor, a, a);
    }

    function test_proveEquivocation_signedByAnother_reverts() public {
        address executor = registry.executorAt(0);
        address other = registry.executorAt(1);
        IJobBoard.SignedVote memory a = signed(executor, D0);
        IJobBoard.SignedVote memory b = signed(other, D1);

        refuses(abi.encodeWithSelector(IJobBoard.BadSignature.selector, other, executor));
        board.proveEquivocation(jobId, 0, 0, executor, a, b);
        refuses(abi.encodeWithSelector(IJobBoard.BadSignature.selector, other, executor));
        board.proveEquivocation(jobId, 0, 0, executor, b, a);
    }

    function test_proveEquivocation_ofAnotherAttempt_reverts() public {
        address executor = registry.executorAt(0);
        IJobBoard.SignedVote memory a = signed(executor, D0);
        IJobBoard.SignedVote memory b = signed(executor, D1);

        vm.expectPartialRevert(IJobBoard.BadSignature.selector);
        board.proveEquivocation(jobId, 0, 1, executor, a, b);
    }

    function test_proveEquivocation_unknownJob_reverts() public {
        IJobBoard.SignedVote memory none;
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchJob.selector, JobId.wrap(9)));
        board.proveEquivocation(JobId.wrap(9), 0, 0, ALICE, none, none);
    }

    function test_proveEquivocation_slashesOnce() public {
        address executor = registry.executorAt(0);
        IJobBoard.SignedVote memory a = signed(executor, D0);
        IJobBoard.SignedVote memory b = signed(executor, D1);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, executor, 0, Fault.Equivocation, 0.5 ether);
        board.proveEquivocation(jobId, 0, 0, executor, a, b);
        eq(
            uint256(registry.executor(executor).status),
            uint256(IExecutorRegistry.Status.Leaving),
            "ejected from the pool"
        );

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyProven.selector));
        board.proveEquivocation(jobId, 0, 0, executor, b, a);
    }

    // -------------------------------------------------------------------------------------------------------- omission

    function test_proveOmission_honestDraw_reverts() public {
        agree(jobId, 0, D0);

        for (uint256 i = 0; i < 7; ++i) {
            address executor = registry.executorAt(i);
            refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, executor));
            board.proveOmission(jobId, 0, executor);
        }
    }

    function test_proveOmission_notInPool_reverts() public {
        agree(jobId, 0, D0);

        refuses(abi.encodeWithSelector(IJobBoard.NotInPool.selector, ALICE, board.job(jobId).poolBlock));
        board.proveOmission(jobId, 0, ALICE);
    }

    /// The bridge skips the first in ticket order and asks the next three.
    function test_proveOmission_voidsTheJob() public {
        Request memory request = requestForTests();
        request.minSize = 4;
        JobId probe = openJob(request, 1 ether);
        fixSeed(probe);
        address first = draw(probe, 0)[0];
        address[] memory chosen = drawWithoutFirst(probe);

        vm.prank(BRIDGE);
        board.postCommitments(probe, 0, 0, chosen, keccak256("root"));
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobVoided(probe, VoidReason.WrongDraw);
        board.proveOmission(probe, 0, first);
        checkJob(probe, JobState.Void);
        eq(till.creditOf(ALICE), 1 ether, "refunded");
    }

    // ----------------------------------------------------------------------------------------------------------- stall

    function test_voidStale_progressing_reverts() public {
        uint64 last = board.job(jobId).lastProgressBlock;
        vm.roll(last + 300);

        refuses(abi.encodeWithSelector(IJobBoard.NotStalled.selector, last + 301));
        board.voidStale(jobId);
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
        board.finalize(jobId, 0);
    }

    function test_closeJob_stranger_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.OnlySettlement.selector, address(this)));
        board.closeJob(jobId, true);
    }

    // ---------------------------------------------------------------------------------------------------------- honest

    /// Whatever a minority of each set does, whoever commits, reveals and tells the truth keeps its stake.
    function testFuzz_finalize_honestIsNeverSlashed(uint256 seed) public {
        while (board.segment(jobId, 0).state != SegmentState.Accepted && board.job(jobId).state == JobState.Running) {
            Move[] memory plan = moves(board.nextAttempt(jobId, 0).newMembers, D0);
            uint256 fault = uint256(keccak256(abi.encode(seed, plan.length, block.number)));
            uint256 who = fault % plan.length;
            if (fault % 3 == 0) plan[who] = move(D1);
            if (fault % 3 == 1) plan[who].silent = true;
            if (fault % 3 == 2) plan[who].witness = keccak256("invented");
            misbehaved[play(jobId, 0, plan)[who]] = true;
        }
        if (board.job(jobId).state == JobState.Running) finalize(jobId, 0);

        for (uint256 i = 0; i < 7; ++i) {
            address executor = registry.executorAt(i);
            if (!misbehaved[executor]) eq(registry.executor(executor).stakeWei, 1 ether, "honest stake");
        }
    }

    function settlingJob() private returns (JobId id) {
        Request memory request = requestForTests();
        request.segments = 1;
        id = openJob(request, 1 ether);
        fixSeed(id);
        agree(id, 0, D0);
        finalize(id, 0);
    }

    function startJobAnew(uint256 minSize) private returns (JobId id) {
        Request memory request = requestForTests();
        request.minSize = uint16(minSize);
        addSellers(2);
        for (uint256 i = 0; i < 9; ++i) {
            addExecutor(100 + i, 1);
        }
        id = openJob(request, 1 ether);
        fixSeed(id);
    }

    /// Positions 1 to 4 of the draw: what a bridge that hides the first would post for a set of four.
    function drawWithoutFirst(JobId id) private returns (address[] memory chosen) {
        uint256 snapshot = vm.snapshotState();
        address[] memory four = draw(id, 0);
        // Let the honest four disagree: the next attempt shows who comes fifth.
        Move[] memory plan = moves(4, D0);
        (plan[0], plan[1]) = (move(D1), move(D1));
        play(id, 0, plan);
        address fifth = draw(id, 0)[0];
        vm.revertToState(snapshot);
        chosen = new address[](4);
        for (uint256 i = 0; i < 3; ++i) {
            chosen[i] = four[i + 1];
        }
        chosen[3] = fifth;
    }

    function signed(address executor, bytes32 digest) private view returns (IJobBoard.SignedVote memory) {
        Move memory m = move(digest);
        (bytes32 r, bytes32 vs) = signVote(jobId, 0, 0, executor, m);
        return IJobBoard.SignedVote(m.digest, m.witness, r, vs);
    }
}
