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
        emit IJobBoard.FaultFound(jobId, 0, first[0], 0, Fault.MinorityDigest, 0.5 ether);
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, first[1], 0, Fault.NoReveal, 0.01 ether);
        finalizeNow(jobId, 0);

        eq(registry.executor(first[0]).stakeWei, 0.5 ether, "hard");
        eq(registry.executor(first[1]).stakeWei, 0.99 ether, "soft");
        // Of the 0.51 ether seized, half to the three who re-executed.
        eq(till.creditOf(second[0]), 0.085 ether, "a checker");
        eq(till.creditOf(first[2]), 0, "the first set re-executed nothing");
        eq(till.burnedWei(), 0.255 ether, "burned");
        eq(till.bondsOf(jobId), 0, "nothing left over");
        eq(earnedVotes(jobId, first[0]) + earnedVotes(jobId, first[1]), 0, "nothing earned");
        eq(earnedVotes(jobId, first[2]) + earnedVotes(jobId, second[0]), 2, "the others earn");
    }

    function test_finalize_uncommonWitness_isASoftFault() public {
        Move[] memory plan = moves(3, D0);
        plan[2].witness = keccak256("copied digest, invented witness");
        address[] memory first = play(jobId, 0, plan); // 2 : 0
        agree(jobId, 0, D0);
        vm.roll(board.segment(jobId, 0).finalFromBlock);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, first[2], 0, Fault.UncommonWitness, 0.01 ether);
        finalizeNow(jobId, 0);
        eq(earnedVotes(jobId, first[2]), 0, "earns nothing");
    }

    // ---------------------------------------------------------------------------------------------------- equivocation

    function test_proveEquivocation_sameVoteTwice_reverts() public {
        address executor = registry.executorAt(0);
        IJobBoard.SignedVote memory a = signed(executor, D0);

        refuses(abi.encodeWithSelector(IJobBoard.NotEquivocation.selector));
        board.proveEquivocation(jobId, 0, 0, executor, a, a);
    }

    /// One witness under two digests, or one digest with two witnesses: either is two votes.
    function test_proveEquivocation_oneFieldDiffers_slashes() public {
        address executor = registry.executorAt(0);
        Move memory a = move(D0);
        Move memory b = move(D0);
        b.witness = keccak256("another");
        proveBoth(executor, 0, a, b);
        b = move(D1);
        b.witness = a.witness;
        proveBoth(executor, 1, a, b);
        eq(registry.executor(executor).stakeWei, 0.25 ether, "slashed for each attempt");
        eq(till.burnedWei(), 0.75 ether, "and burned");
        eq(till.bondsOf(jobId), 0, "nothing held back");
    }

    function test_proveEquivocation_ofNothingLeft_burnsNothing() public {
        (Move memory a, Move memory b) = (move(D0), move(D1));
        keyOf[vm.addr(0xABCDE)] = 0xABCDE;
        proveBoth(vm.addr(0xABCDE), 0, a, b);
        eq(till.burnedWei(), 0, "never registered");
    }

    function proveBoth(address executor, uint32 attempt, Move memory a, Move memory b) private {
        (bytes32 r0, bytes32 vs0) = signVote(jobId, 0, attempt, executor, a);
        (bytes32 r1, bytes32 vs1) = signVote(jobId, 0, attempt, executor, b);
        board.proveEquivocation(
            jobId,
            0,
            attempt,
            executor,
            IJobBoard.SignedVote(a.digest, a.witness, r0, vs0),
            IJobBoard.SignedVote(b.digest, b.witness, r1, vs1)
        );
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

    /// Nobody fits between two neighbours of an honest draw, in any attempt, at any place.
    function test_proveOmission_honestDraw_reverts() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        address[] memory first = play(jobId, 0, plan);
        (, address[] memory second) = post(jobId, 0, moves(3, D0));

        for (uint256 i = 0; i < 7; ++i) {
            address executor = registry.executorAt(i);
            for (uint16 position = 0; position < 3; ++position) {
                refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, executor));
                board.proveOmission(jobId, 0, 0, new address[](0), first, position, executor);
                refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, executor));
                board.proveOmission(jobId, 0, 1, first, second, position, executor);
            }
        }
    }

    function test_proveOmission_badReferences_revert() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        address[] memory first = play(jobId, 0, plan);
        (, address[] memory second) = post(jobId, 0, moves(3, D0));
        address someone = registry.executorAt(0);
        address[] memory none = new address[](0);

        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.proveOmission(jobId, 0, 0, none, second, 0, someone);
        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.proveOmission(jobId, 0, 1, none, second, 0, someone);
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchMember.selector, 3, 3));
        board.proveOmission(jobId, 0, 0, none, first, 3, someone);
        refuses(abi.encodeWithSelector(IJobBoard.NoAttempt.selector, jobId, 0));
        board.proveOmission(jobId, 0, 2, none, first, 0, someone);
        refuses(abi.encodeWithSelector(IJobBoard.NoAttempt.selector, jobId, 0));
        board.proveOmission(jobId, 0, 1 << 16, none, first, 0, someone);
        refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, address(0)));
        board.proveOmission(jobId, 0, 0, none, first, 0, address(0));
    }

    function test_proveOmission_notInPool_reverts() public {
        address[] memory members = agree(jobId, 0, D0);

        refuses(abi.encodeWithSelector(IExecutorRegistry.NotInPool.selector, ALICE, board.job(jobId).poolBlock));
        board.proveOmission(jobId, 0, 0, new address[](0), members, 0, ALICE);
    }

    /// The bridge skips one of the first four in ticket order and asks the next ones: whichever, it is proven.
    function testFuzz_proveOmission_voidsTheJob(uint8 skipped) public {
        Request memory request = requestForTests();
        request.minSize = 4;
        JobId probe = openJob(request, 1 ether);
        fixSeed(probe);
        uint16 gap = skipped % 4;
        (address left, address[] memory chosen) = drawWithout(probe, gap);

        vm.prank(BRIDGE);
        board.postCommitments(probe, 0, 0, chosen, keccak256("root"));
        for (uint16 position = 0; position < 4; ++position) {
            if (position == gap) continue;
            refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, left));
            board.proveOmission(probe, 0, 0, new address[](0), chosen, position, left);
        }
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobVoided(probe, VoidReason.WrongDraw);
        board.proveOmission(probe, 0, 0, new address[](0), chosen, gap, left);
        checkJob(probe, JobState.Void);
        eq(till.creditOf(ALICE), 1 ether, "refunded");
    }

    /// The first of a later attempt was left out: the members of the attempt before bound it from below.
    function test_proveOmission_firstOfTheSecondAttempt() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        address[] memory first = play(jobId, 0, plan);
        address left = draw(jobId, 0)[0];
        address[] memory chosen = drawWithoutFirst();

        vm.prank(BRIDGE);
        board.postCommitments(jobId, 0, 1, chosen, keccak256("root"));
        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.proveOmission(jobId, 0, 1, chosen, chosen, 0, left);
        board.proveOmission(jobId, 0, 1, first, chosen, 0, left);
        checkJob(jobId, JobState.Void);
    }

    // ----------------------------------------------------------------------------------------------------------- stall

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

    /// The first five in ticket order but for number `skipped`, and that one.
    function drawWithout(JobId id, uint256 skipped) private returns (address left, address[] memory chosen) {
        uint256 snapshot = vm.snapshotState();
        address[] memory four = draw(id, 0);
        // Let the honest four disagree: the next attempt shows who comes fifth.
        Move[] memory plan = moves(4, D0);
        (plan[0], plan[1]) = (move(D1), move(D1));
        play(id, 0, plan);
        address fifth = draw(id, 0)[0];
        vm.revertToState(snapshot);
        left = four[skipped];
        chosen = new address[](4);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 from = i < skipped ? i : i + 1;
            chosen[i] = from < 4 ? four[from] : fifth;
        }
    }

    /// The three that follow the first of the next three: the pool of seven ends with them.
    function drawWithoutFirst() private returns (address[] memory chosen) {
        uint256 snapshot = vm.snapshotState();
        Move[] memory plan = moves(3, D1);
        plan[0] = move(D0);
        address[] memory three = play(jobId, 0, plan);
        address seventh = draw(jobId, 0)[0];
        vm.revertToState(snapshot);
        chosen = new address[](3);
        (chosen[0], chosen[1], chosen[2]) = (three[1], three[2], seventh);
    }

    function signed(address executor, bytes32 digest) private view returns (IJobBoard.SignedVote memory) {
        Move memory m = move(digest);
        (bytes32 r, bytes32 vs) = signVote(jobId, 0, 0, executor, m);
        return IJobBoard.SignedVote(m.digest, m.witness, r, vs);
    }
}
