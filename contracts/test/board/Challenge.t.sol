// Challenges: the bond, the larger set, the flip and what it drops, the bond that is lost.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, Fault, JobId, JobState, Request, Role, SegmentState} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {SegmentEvent, SegmentRefuses} from "../../src/libraries/Lifecycle.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract ChallengeTest is Market {
    bytes32 private constant LIE = keccak256("lie");
    bytes32 private constant TRUTH = keccak256("truth");
    uint32 private constant EPOCH_1 = 1 << 16;

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 24, requestForTests());
    }

    // -------------------------------------------------------------------------------------------------------- refusals

    function test_challenge_notAccepted_reverts() public {
        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Pending, SegmentEvent.Challenged));
        challenge(0);
    }

    function test_challenge_twice_reverts() public {
        agree(jobId, 0, TRUTH);
        challenge(0);

        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Challenged, SegmentEvent.Challenged));
        challenge(0);
    }

    function test_challenge_wrongBond_reverts() public {
        agree(jobId, 0, TRUTH);

        refuses(abi.encodeWithSelector(IJobBoard.WrongBond.selector, BOND_WEI - 1, BOND_WEI));
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI - 1}(jobId, 0);
    }

    function test_challenge_afterTheWindow_reverts() public {
        agree(jobId, 0, TRUTH);
        uint64 finalFrom = board.segment(jobId, 0).finalFromBlock;
        vm.roll(finalFrom);

        refuses(abi.encodeWithSelector(IJobBoard.ChallengeWindowClosed.selector, finalFrom));
        challenge(0);
    }

    function test_challenge_final_reverts() public {
        agree(jobId, 0, TRUTH);
        finalize(jobId, 0);

        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Final, SegmentEvent.Challenged));
        challenge(0);
    }

    function test_challenge_wholePoolAskedAlready_reverts() public {
        Request memory request = requestForTests();
        request.minSize = 24;
        JobId wide = openJob(request, 1 ether);
        fixSeed(wide);
        agree(wide, 0, TRUTH);

        refuses(abi.encodeWithSelector(IJobBoard.PoolExhausted.selector, 24));
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(wide, 0);
    }

    function test_finalize_whileChallenged_reverts() public {
        agree(jobId, 0, TRUTH);
        challenge(0);
        vm.roll(block.number + 100);

        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Challenged, SegmentEvent.WindowOver));
        finalizeNow(jobId, 0);
    }

    // --------------------------------------------------------------------------------------------------- the bond lost

    function test_challenge_inTheLastBlock_holdsTheBond() public {
        agree(jobId, 0, TRUTH);
        vm.roll(board.segment(jobId, 0).finalFromBlock - 1);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.SegmentChallenged(jobId, 0, CAROL, BOND_WEI);
        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.BondLocked(jobId, BOND_WEI);
        challenge(0);

        checkSegment(jobId, 0, SegmentState.Challenged);
        eq(till.bondsOf(jobId), BOND_WEI, "bond");
        eq(board.nextAttempt(jobId, 0).newMembers, 3, "the set doubles");
    }

    function test_challenge_lost_halfToTheCheckersRestBurned() public {
        agree(jobId, 0, TRUTH);
        challenge(0);
        address[] memory checkers = agree(jobId, 0, TRUTH);

        checkSegment(jobId, 0, SegmentState.Accepted);
        eq(till.bondsOf(jobId), BOND_WEI, "held until final");
        vm.roll(board.segment(jobId, 0).finalFromBlock);
        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.Burned(jobId, BOND_WEI - 3 * (BOND_WEI / 2 / 3));
        finalizeNow(jobId, 0);

        // Half a bond / 3 each, rounded down; the rest is burned.
        uint256 eachWei = BOND_WEI / 2 / 3;
        for (uint256 i = 0; i < 3; ++i) {
            eq(till.creditOf(checkers[i]), eachWei, "checker");
        }
        eq(till.burnedWei(), BOND_WEI - 3 * eachWei, "burned");
        eq(till.bondsOf(jobId), 0, "no bond left");
        eq(till.creditOf(CAROL), 0, "nothing for the challenger");
    }

    function test_challenge_lost_keepsLaterSegments() public {
        agree(jobId, 0, TRUTH);
        agree(jobId, 1, TRUTH);
        challenge(0);
        agree(jobId, 0, TRUTH);

        checkSegment(jobId, 1, SegmentState.Accepted);
        eq(board.job(jobId).epoch, 0, "no flip");
    }

    function test_challenge_twoOneAfterAnother_bothAreLost() public {
        agree(jobId, 0, TRUTH);
        challenge(0);
        agree(jobId, 0, TRUTH);
        vm.prank(BOB);
        board.challenge{value: BOND_WEI}(jobId, 0);
        eq(till.bondsOf(jobId), 2 * BOND_WEI, "two bonds");
        agree(jobId, 0, TRUTH);
        finalize(jobId, 0);

        eq(till.bondsOf(jobId), 0, "both paid out");
        uint256 paid = 9 * (BOND_WEI / 9);
        eq(till.burnedWei(), 2 * BOND_WEI - paid, "rest burned");
    }

    // ---------------------------------------------------------------------------------------------------------- a flip

    /// Three liars first; the challenge brings three honest members, then six more: 3 : 9.
    function test_challenge_won_flipsTheVerdict() public {
        address[] memory liars = agree(jobId, 0, LIE);
        agree(jobId, 1, keccak256("built on the lie"));
        eq(board.job(jobId).accepted, 2, "two verdicts");
        challenge(0);
        agree(jobId, 0, TRUTH);
        checkSegment(jobId, 0, SegmentState.Undecided);
        (uint32 attempt, address[] memory members) = post(jobId, 0, moves(6, TRUTH));
        Vote[] memory votes = votesOf(jobId, 0, attempt, members, moves(6, TRUTH));

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.VerdictFlipped(jobId, 0, Digest.wrap(LIE), Digest.wrap(TRUTH), 1);
        castVotes(jobId, 0, attempt, votes);

        eq(till.creditOf(CAROL), 0, "challenges are judged when the segment is final");
        eq(board.segment(jobId, 0).verdict, Digest.wrap(TRUTH), "verdict");
        eq(board.job(jobId).accepted, 1, "later verdicts are gone");
        vm.roll(board.segment(jobId, 0).finalFromBlock);
        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.Credited(jobId, CAROL, Role.Challenger, BOND_WEI + 90 ether);
        finalizeNow(jobId, 0);
        for (uint256 i = 0; i < 3; ++i) {
            eq(registry.executor(liars[i]).stakeWei, 100 ether, "liar slashed");
            eq(earnedVotes(jobId, liars[i]), 0, "liar earns nothing");
        }
        eq(till.creditOf(CAROL), BOND_WEI + 3 * 30 ether, "30 % of what was seized");
        // Of the other 210 ether half to the nine who re-executed, the rest burned.
        uint256 eachWei = uint256(105 ether) / 9;
        for (uint256 i = 0; i < 6; ++i) {
            eq(till.creditOf(members[i]), eachWei, "a checker");
        }
        eq(till.burnedWei(), 210 ether - 9 * eachWei, "rest burned");
        eq(till.creditOf(ALICE), 0, "nothing for the buyer");
        eq(till.bondsOf(jobId), 0, "nothing left over");
    }

    function test_flip_laterSegmentsReadAsPendingAndStartAnew() public {
        flipSegment0();

        checkSegment(jobId, 1, SegmentState.Pending);
        IJobBoard.Segment memory segment = board.segment(jobId, 1);
        eq(segment.epoch, 1, "epoch");
        eq(segment.setSize, 0, "empty set");
        eq(segment.previous, Digest.wrap(TRUTH), "starts from the new verdict");
        IJobBoard.NextAttempt memory next = board.nextAttempt(jobId, 1);
        eq(next.attempt, EPOCH_1, "attempts have new numbers");
        eq(next.newMembers, 3, "first size");

        agree(jobId, 1, keccak256("built on the truth"));
        finalize(jobId, 0);
        finalize(jobId, 1);
        checkJob(jobId, JobState.Settling);
    }

    /// A bridge cannot frame an executor with its vote from before the flip: the number of the attempt is part of what it signed.
    function test_flip_oldVotesCannotBeReplayed() public {
        agree(jobId, 0, LIE);
        (, address[] memory before) = post(jobId, 1, moves(3, TRUTH));
        flipBy(0);
        (uint32 attempt, address[] memory members) = post(jobId, 1, moves(3, TRUTH));
        Vote[] memory old = votesOf(jobId, 1, 0, members, moves(3, TRUTH));

        refuses(abi.encodeWithSelector(IJobBoard.WrongAttempt.selector, 0, attempt));
        castVotes(jobId, 1, 0, old);
        vm.expectPartialRevert(IJobBoard.BadSignature.selector);
        castVotes(jobId, 1, attempt, old);
        check(before.length == 3, "was drawn before");
    }

    /// Nor is it equivocation to vote for a segment again after a flip.
    function test_flip_votingAgainIsNoEquivocation() public {
        address executor = registry.executorAt(0);
        Move memory a = move(keccak256("on the lie"));
        Move memory b = move(keccak256("on the truth"));
        (bytes32 r0, bytes32 vs0) = signVote(jobId, 1, 0, executor, a);
        (bytes32 r1, bytes32 vs1) = signVote(jobId, 1, EPOCH_1, executor, b);

        vm.expectPartialRevert(IJobBoard.BadSignature.selector);
        board.proveEquivocation(
            jobId,
            1,
            0,
            executor,
            IJobBoard.SignedVote(a.digest, a.witness, r0, vs0),
            IJobBoard.SignedVote(b.digest, b.witness, r1, vs1)
        );
    }

    function test_flip_backAndForth_keepsTheMoney() public {
        agree(jobId, 0, LIE); // 3 : 0
        flipBy(0); // 3 : 9
        eq(board.segment(jobId, 0).setSize, 12, "half of the pool");
        vm.prank(BOB);
        board.challenge{value: BOND_WEI}(jobId, 0);
        agree(jobId, 0, LIE); // 15 : 9, the whole pool

        eq(board.segment(jobId, 0).verdict, Digest.wrap(LIE), "flipped back");
        eq(board.job(jobId).epoch, 2, "two flips");
        finalize(jobId, 0);
        eq(till.bondsOf(jobId), 0, "no bond left");
        // Nine honest members were outvoted and lost 900 ether. Bob disputed what fell, Carol what stands: her bond is lost.
        eq(till.creditOf(BOB), BOND_WEI + 9 * 30 ether, "Bob's bond and reward");
        eq(till.creditOf(CAROL), 0, "Carol's is lost");
        uint256 eachWei = uint256(9 * 70 ether) / 2 / 12;
        eq(till.burnedWei(), 9 * 70 ether + BOND_WEI - 12 * eachWei, "burned");
    }

    /// What the liars lost is for those whom the right challenge had asked; a lost challenge after it buys nothing of that.
    function test_challenge_lostAfterAFlip_sharesItsBondOnly() public {
        address[] memory liars = agree(jobId, 0, LIE); // 3 : 0
        flipBy(0); // 3 : 9
        uint256 shareWei = uint256(3 * 70 ether) / 2 / 9;
        vm.prank(BOB);
        board.challenge{value: BOND_WEI}(jobId, 0);
        address[] memory late = agree(jobId, 0, TRUTH); // 3 : 21, the whole pool
        finalize(jobId, 0);

        for (uint256 i = 0; i < late.length; ++i) {
            eq(till.creditOf(late[i]), BOND_WEI / 2 / 12, "of the bond");
        }
        address[][] memory all = allMembers(jobId, 0);
        eq(till.creditOf(all[1][0]), shareWei, "asked by the right challenge");
        eq(till.creditOf(all[2][5]), shareWei, "and by the growth after it");
        eq(registry.executor(liars[0]).stakeWei, UNIT_WEI / 2, "slashed");
        eq(till.bondsOf(jobId), 0, "no bond left");
    }

    /// Silence in the first set pays nobody, whoever challenges afterwards.
    function test_challenge_lost_seizedStakeIsBurned() public {
        Move[] memory plan = moves(3, TRUTH);
        plan[0].silent = true;
        play(jobId, 0, plan);
        agree(jobId, 0, TRUTH); // 5 of 6
        challenge(0);
        address[] memory checkers = agree(jobId, 0, TRUTH);
        finalize(jobId, 0);

        eq(till.creditOf(checkers[0]), BOND_WEI / 2 / 6, "half of the bond for the six");
        eq(till.burnedWei(), 2 ether + BOND_WEI - 6 * (BOND_WEI / 2 / 6), "the rest");
    }

    /// Carol's challenge came too early to turn the verdict, Bob's turned it: both were right, the first is rewarded.
    function test_challenge_lostThenVindicated_getsTheBondBack() public {
        agree(jobId, 0, LIE); // 3 : 0
        challenge(0);
        Move[] memory split = moves(3, LIE);
        agreeOn(split); // 6 : 0
        eq(board.segment(jobId, 0).verdict, Digest.wrap(LIE), "the lie stands");
        vm.prank(BOB);
        board.challenge{value: BOND_WEI}(jobId, 0);
        agree(jobId, 0, TRUTH); // 6 : 6
        agree(jobId, 0, TRUTH); // 6 : 18, the whole pool

        eq(board.segment(jobId, 0).verdict, Digest.wrap(TRUTH), "flipped");
        finalize(jobId, 0);
        eq(till.creditOf(CAROL), BOND_WEI + 6 * 30 ether, "Carol's bond, and the reward of who was right first");
        eq(till.creditOf(BOB), BOND_WEI, "Bob's bond");
        eq(till.bondsOf(jobId), 0, "no bond left");
    }

    function agreeOn(Move[] memory plan) private {
        play(jobId, 0, plan);
    }

    // ------------------------------------------------------------------------------------------------------- reclaiming

    function test_reclaimBond_none_reverts() public {
        agree(jobId, 0, TRUTH);

        refuses(abi.encodeWithSelector(IJobBoard.NoBondHeld.selector));
        board.reclaimBond(jobId, 0, 0);
    }

    function test_reclaimBond_stillToBeDecided_reverts() public {
        agree(jobId, 0, TRUTH);
        challenge(0);

        refuses(abi.encodeWithSelector(IJobBoard.ChallengePending.selector));
        board.reclaimBond(jobId, 0, 1);
        agree(jobId, 0, TRUTH);
        refuses(abi.encodeWithSelector(IJobBoard.ChallengePending.selector));
        board.reclaimBond(jobId, 0, 1);
    }

    function test_reclaimBond_ofADroppedSegment() public {
        agree(jobId, 0, LIE);
        agree(jobId, 1, keccak256("built on the lie"));
        vm.prank(BOB);
        board.challenge{value: BOND_WEI}(jobId, 1);
        flipBy(0);

        board.reclaimBond(jobId, 1, 1);
        eq(till.creditOf(BOB), BOND_WEI, "bond back");
        refuses(abi.encodeWithSelector(IJobBoard.NoBondHeld.selector));
        board.reclaimBond(jobId, 1, 1);
    }

    /// The number of the attempt carries the epoch: a bond of a segment that was begun anew after a flip.
    function test_reclaimBond_ofALaterEpoch() public {
        flipSegment0();
        agree(jobId, 1, TRUTH);
        vm.prank(BOB);
        board.challenge{value: BOND_WEI}(jobId, 1);
        vm.roll(block.number + 301);
        board.voidStale(jobId);

        refuses(abi.encodeWithSelector(IJobBoard.NoBondHeld.selector));
        board.reclaimBond(jobId, 1, 1);
        board.reclaimBond(jobId, 1, EPOCH_1 | 1);
        eq(till.creditOf(BOB), BOND_WEI, "Bob's bond");
    }

    function test_reclaimBond_ofAVoidJob() public {
        agree(jobId, 0, TRUTH);
        challenge(0);
        vm.roll(block.number + 301);
        board.voidStale(jobId);

        board.reclaimBond(jobId, 0, 1);
        eq(till.creditOf(CAROL), BOND_WEI, "bond back");
        eq(till.bondsOf(jobId), 0, "no bond left");
    }

    function challenge(uint32 segment) private {
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, segment);
    }

    function flipSegment0() private {
        agree(jobId, 0, LIE);
        agree(jobId, 1, keccak256("built on the lie"));
        flipBy(0);
    }

    /// Carol challenges a segment accepted 3 : 0 for the lie; nine honest members turn it.
    function flipBy(uint32 segment) private {
        challenge(segment);
        agree(jobId, segment, TRUTH);
        agree(jobId, segment, TRUTH);
        eq(board.segment(jobId, segment).verdict, Digest.wrap(TRUTH), "flipped");
    }
}
