// Everybody walks away: from every state of auction, job and segment a stranger's calls lead to an end, and every wei out.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState, SegmentState} from "../src/Types.sol";
import {IAuctionHouse} from "../src/interfaces/IAuctionHouse.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

contract VanishTest is Market {
    bytes32 private constant TRUTH = keccak256("truth");
    bytes32 private constant LIE = keccak256("lie");

    JobId private jobId;
    uint256 private startBlock;

    function setUp() public override {
        super.setUp();
        addSellers(2);
        addExecutors(12);
        startBlock = block.number;
    }

    function test_theBuyerAfterItsBid() public {
        bid();
        house.close(close(), lists());
        endsVoid();
    }

    function test_theSellersBeforeTheClose() public {
        bid();
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(seller(i));
            catalog.pause(shardRoot(i));
        }
        house.close(close(), lists());
        eq(uint256(house.auction(jobId).status), uint256(IAuctionHouse.Status.Void), "void");
        eq(till.creditOf(ALICE), 3 ether, "refunded");
        everyWeiLeaves();
    }

    function test_whoeverWouldFixTheSeed() public {
        open();
        endsVoid();
    }

    function test_theBridgeBeforeItPosts() public {
        running();
        endsVoid();
    }

    function test_theExecutorsAfterTheyCommitted() public {
        running();
        post(jobId, 0, moves(3, TRUTH));
        reach(block.number + 11);
        board.closeAttempt(jobId, 0);
        checkSegment(jobId, 0, SegmentState.Undecided);
        endsVoid();
    }

    function test_everybodyAfterTheRoot() public {
        running();
        post(jobId, 0, moves(3, TRUTH));
        endsVoid();
    }

    function test_theBridgeAfterTheVerdict() public {
        running();
        agree(jobId, 0, TRUTH);
        endsVoid();
    }

    /// Nobody runs the attempt that a challenge asked for: its bond can be had back.
    function test_everybodyAfterAChallenge() public {
        challenged();
        endsVoid();
        eq(till.bondsOf(jobId), BOND_WEI, "held");
        board.reclaimBond(jobId, 0, 1);
        everyWeiLeaves();
    }

    function test_everybodyAfterTheChallengesRoot() public {
        challenged();
        post(jobId, 0, moves(3, TRUTH));
        endsVoid();
        board.reclaimBond(jobId, 0, 1);
        everyWeiLeaves();
    }

    /// The flip dropped segment 1 with a challenge open on it.
    function test_everybodyAfterAFlip() public {
        running();
        agree(jobId, 0, LIE);
        agree(jobId, 1, LIE);
        bond(0);
        bond(1);
        agree(jobId, 0, TRUTH);
        agree(jobId, 0, TRUTH);
        board.reclaimBond(jobId, 1, 1);
        endsVoid();
        board.reclaimBond(jobId, 0, 1);
        everyWeiLeaves();
    }

    /// A bridge and a challenger that always do something, at the last moment: the deadline comes all the same.
    function test_delayersUntilTheDeadline() public {
        running();
        uint64 deadline = board.job(jobId).deadlineBlock;
        Move[] memory silent = moves(3, TRUTH);
        while (block.number + 300 < deadline && board.job(jobId).state == JobState.Running) {
            vm.roll(block.number + 280);
            silent = moves(board.nextAttempt(jobId, 0).newMembers, TRUTH);
            for (uint256 i = 0; i < silent.length; ++i) {
                silent[i].silent = true;
            }
            play(jobId, 0, silent);
        }
        if (board.job(jobId).state == JobState.Running) {
            vm.roll(deadline + 1);
            board.voidStale(jobId);
        }
        check(block.number <= startBlock + 40 + UNSTAKE_DELAY + 300, "bounded by constants of the creation");
        checkJob(jobId, JobState.Void);
        everyWeiLeaves();
    }

    function test_whoKnowsTheOpeningAfterTheLastVerdict() public {
        settling(9500);
        endsVoid();
    }

    /// Anyone who kept the opening ends the job, met or not.
    function test_allButOneStrangerWithTheOpening() public {
        for (uint32 metric = 8000; metric < 10_000; metric += 1500) {
            uint256 snapshot = vm.snapshotState();
            ISettlement.OpenedDigest memory opened = settling(metric);
            vm.prank(address(0x57A46E));
            till.settle(jobId, opened, SPEC, shards(2));
            checkJob(jobId, metric >= 9000 ? JobState.Settled : JobState.Unmet);
            everyWeiLeaves();
            vm.revertToState(snapshot);
        }
    }

    function bid() private {
        vm.prank(ALICE);
        jobId = house.open{value: 3 ether}(tagsOf(DIGITS, VISION), requestForTests());
    }

    function close() private returns (JobId) {
        reach(house.auction(jobId).endBlock + 1);
        return jobId;
    }

    function open() private {
        jobId = openJob(requestForTests(), 3 ether);
    }

    function running() private {
        open();
        fixSeed(jobId);
    }

    function bond(uint32 segment) private {
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, segment);
    }

    function challenged() private {
        running();
        agree(jobId, 0, TRUTH);
        bond(0);
        checkSegment(jobId, 0, SegmentState.Challenged);
    }

    function settling(uint32 metricBp) private returns (ISettlement.OpenedDigest memory opened) {
        running();
        opened = opening(metricBp, 2);
        agree(jobId, 0, TRUTH);
        agree(jobId, 1, lastDigest(jobId, opened));
        finalize(jobId, 0);
        finalize(jobId, 1);
        checkJob(jobId, JobState.Settling);
    }

    /// A stranger voids the job once it may; the buyer is owed its escrow, and within the bound.
    function endsVoid() private {
        vm.roll(board.job(jobId).lastProgressBlock + rulesForTests().stallBlocks + 1);
        vm.prank(address(0x57A46E));
        board.voidStale(jobId);
        checkJob(jobId, JobState.Void);
        eq(till.escrowOf(jobId), 0, "no escrow left");
        eq(till.creditOf(ALICE), 3 ether, "the buyer's");
        check(block.number <= startBlock + 40 + UNSTAKE_DELAY + 300, "in time");
        if (till.bondsOf(jobId) == 0) everyWeiLeaves();
    }

    function everyWeiLeaves() private {
        eq(till.escrowOf(jobId) + till.bondsOf(jobId), 0, "nothing held");
        take(ALICE);
        take(CAROL);
        for (uint256 i = 0; i < 2; ++i) {
            take(seller(i));
        }
        for (uint256 i = 0; i < 12; ++i) {
            take(registry.executorAt(i));
        }
        eq(address(till).balance, till.burnedWei(), "the rest is burned");
    }

    function take(address payee) private {
        if (till.creditOf(payee) == 0) return;
        vm.prank(payee);
        till.withdraw();
    }
}
