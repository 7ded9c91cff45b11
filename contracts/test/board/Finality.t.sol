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

    function test_finalize_notAccepted_reverts() public {
        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Pending, SegmentEvent.WindowOver));
        finalizeNow(jobId, 0);
    }

    function test_finalize_insideTheWindow_reverts() public {
        agree(jobId, 0, D0);
        uint64 finalFrom = board.segment(jobId, 0).finalFromBlock;
        vm.roll(finalFrom - 1);

        refuses(abi.encodeWithSelector(IJobBoard.ChallengeWindowOpen.selector, finalFrom));
        finalizeNow(jobId, 0);
    }

    function test_finalize_outOfOrder_reverts() public {
        agree(jobId, 0, D0);
        agree(jobId, 1, D1);
        vm.roll(block.number + 100);

        refuses(abi.encodeWithSelector(IJobBoard.NotInOrder.selector, 1, 0));
        finalizeNow(jobId, 1);
        finalizeNow(jobId, 0);
        refuses(abi.encodeWithSelector(IJobBoard.NotInOrder.selector, 0, 1));
        finalizeNow(jobId, 0);
    }

    /// Acceptance can come before the end of the reveal window: finality waits for the votes still to come.
    function test_finalize_waitsForTheRevealWindow() public {
        IJobBoard.Rules memory rules = rulesForTests();
        rules.challengeBlocks = 1;
        deploy(rules, timingForTests());
        jobId = startJobAnew(8);
        Move[] memory plan = moves(8, D0);
        (uint32 attempt, address[] memory members) = post(jobId, 0, plan);
        Vote[] memory votes = votesOf(jobId, 0, attempt, members, plan);
        assembly ("memory-safe") {
            mstore(votes, 6)
        }
        castVotes(jobId, 0, attempt, votes);

        checkSegment(jobId, 0, SegmentState.Accepted);
        uint64 revealUntil = board.attempt(jobId, 0, attempt).revealUntilBlock;
        eq(board.segment(jobId, 0).finalFromBlock, revealUntil + 1, "after the last vote");
    }

    function test_finalize_booksTheVotes() public {
        address[] memory members = agree(jobId, 0, D0);
        vm.roll(board.segment(jobId, 0).finalFromBlock);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.SegmentFinal(jobId, 0, Digest.wrap(D0));
        finalizeNow(jobId, 0);

        checkSegment(jobId, 0, SegmentState.Final);
        eq(board.job(jobId).finalized, 1, "finalized");
        for (uint256 i = 0; i < 3; ++i) {
            eq(earnedVotes(jobId, members[i]), 1, "earned");
            eq(registry.executor(members[i]).stakeWei, UNIT_WEI, "stake untouched");
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
        finalizeNow(jobId, 1);
        checkJob(jobId, JobState.Settling);
        IJobBoard.Terms memory terms = board.terms(jobId);
        eq(terms.digest, Digest.wrap(D1), "last verdict");
        eq(terms.previous, Digest.wrap(D0), "the one before");
        eq(terms.votes, 6, "accepted votes");
        uint256 votes = 0;
        for (uint256 i = 0; i < 7; ++i) {
            votes += earnedVotes(jobId, registry.executorAt(i));
        }
        eq(votes, 6, "each is somebody's");
    }

    /// Members come from the caller: others, fewer or more attempts are refused.
    function test_finalize_otherMembers_reverts() public {
        agree(jobId, 0, D0);
        vm.roll(board.segment(jobId, 0).finalFromBlock);
        address[][] memory members = allMembers(jobId, 0);

        refuses(abi.encodeWithSelector(IJobBoard.WrongAttempt.selector, 0, 1));
        board.finalize(jobId, 0, new address[][](0));
        refuses(abi.encodeWithSelector(IJobBoard.WrongAttempt.selector, 2, 1));
        board.finalize(jobId, 0, new address[][](2));
        members[0][2] = ALICE;
        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.finalize(jobId, 0, members);
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
        emit IJobBoard.FaultFound(jobId, 0, first[0], 0, Fault.MinorityDigest, 100 ether);
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, first[1], 0, Fault.NoReveal, 2 ether);
        finalizeNow(jobId, 0);

        eq(registry.executor(first[0]).stakeWei, 100 ether, "hard");
        eq(registry.executor(first[1]).stakeWei, 198 ether, "soft");
        // Nobody gets anything of it: else it would pay to be silent where one's own are asked next.
        eq(till.creditOf(second[0]), 0, "asked later");
        eq(till.burnedWei(), 102 ether, "burned");
        eq(till.bondsOf(jobId), 0, "nothing left over");
        eq(earnedVotes(jobId, first[0]) + earnedVotes(jobId, first[1]), 0, "nothing earned");
        eq(earnedVotes(jobId, first[2]) + earnedVotes(jobId, second[0]), 2, "the others earn");
    }

    function test_closeJob_stranger_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.OnlySettlement.selector, address(this)));
        board.closeJob(jobId, true);
    }

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
            if (!misbehaved[executor]) eq(registry.executor(executor).stakeWei, UNIT_WEI, "honest stake");
        }
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
}
