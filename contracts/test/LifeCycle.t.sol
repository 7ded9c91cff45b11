// A whole job: two buyers bid, executors disagree once, the set doubles, they agree, everybody is paid.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState, SegmentState} from "../src/Types.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

contract LifeCycleTest is Market {
    function test_aPaidJob_fromBidToPayout() public {
        addSellers(4);
        addExecutors(6);
        JobId jobId = auctionWonByBob();
        checkJob(jobId, JobState.Open);
        fixSeed(jobId);
        checkJob(jobId, JobState.Running);

        // Segment 0: all agree. Segment 1: one of three lies, the set doubles, the other five agree.
        address[] memory first = agree(jobId, 0, keccak256("segment 0"));
        checkSegment(jobId, 0, SegmentState.Accepted);
        ISettlement.OpenedDigest memory opened = opening(9500, 4);
        bytes32 digest = lastDigest(jobId, opened);
        Move[] memory plan = moves(3, digest);
        plan[1] = move(keccak256("lie"));
        address[] memory second = play(jobId, 1, plan);
        checkSegment(jobId, 1, SegmentState.Undecided);
        address[] memory third = agree(jobId, 1, digest);
        checkSegment(jobId, 1, SegmentState.Accepted);

        finalize(jobId, 0);
        finalize(jobId, 1);
        checkJob(jobId, JobState.Settling);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
        checkJob(jobId, JobState.Settled);

        checkPayouts(jobId, first, second, third);
    }

    function auctionWonByBob() private returns (JobId jobId) {
        vm.prank(ALICE);
        jobId = house.open{value: 2 ether}(tagsOf(DIGITS, VISION), requestForTests());
        vm.prank(BOB);
        house.bid{value: 3 ether}(jobId, requestForTests());
        vm.roll(house.auction(jobId).endBlock + 1);
        house.close(jobId, lists());

        eq(till.creditOf(ALICE), 2 ether, "the outbid amount is owed to Alice");
        eq(till.escrowOf(jobId), 3 ether, "Bob's bid is the escrow");
    }

    /// Sellers share 2.1 ether by accesses 1 : 2 : 3 : 4, executors 0.9 ether by 3 + 5 accepted votes.
    function checkPayouts(JobId jobId, address[] memory first, address[] memory second, address[] memory third)
        private
    {
        for (uint256 i = 0; i < 4; ++i) {
            eq(till.creditOf(seller(i)), 0.21 ether * (i + 1), "seller");
        }
        uint256 executorsWei = 0;
        for (uint256 i = 0; i < registry.executorCount(); ++i) {
            address executor = registry.executorAt(i);
            uint256 workWei = till.creditOf(executor);
            eq(workWei, 0.1125 ether * earnedVotes(jobId, executor), "executor");
            executorsWei += workWei;
        }
        eq(executorsWei, 0.9 ether, "all executors");
        eq(first.length + second.length + third.length, 9, "executions asked for");
        eq(registry.executor(second[1]).stakeWei, 100 ether, "the liar lost half its stake");
        eq(till.burnedWei(), 100 ether, "which was burned");
        eq(till.escrowOf(jobId), 0, "escrow is empty");

        uint256 before = ALICE.balance;
        vm.prank(ALICE);
        eq(till.withdraw(), 2 ether, "withdrawn");
        eq(ALICE.balance, before + 2 ether, "Alice's balance");
        eq(address(till).balance, 103 ether, "till: Bob's bid as credits, and the burned stake");
    }
}
