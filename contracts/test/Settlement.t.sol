// The till: who may move what, and how a job's escrow is split.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, Role} from "../src/Types.sol";
import {IJobBoard} from "../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {JobEvent, JobRefuses} from "../src/libraries/Lifecycle.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

/// Withdraws again while it is being paid.
contract Reenterer {
    ISettlement private immutable till;
    bool public refused;

    constructor(ISettlement till_) {
        till = till_;
    }

    function withdraw() external {
        till.withdraw();
    }

    receive() external payable {
        try till.withdraw() {}
        catch {
            refused = true;
        }
    }
}

contract SettlementTest is Market {
    JobId private constant JOB = JobId.wrap(1);

    // ---------------------------------------------------------------------------------------------------- permissions

    function test_escrowAndBonds_strangers_revert() public {
        bytes memory onlyHouse = abi.encodeWithSelector(ISettlement.OnlyAuctionHouse.selector, address(this));
        bytes memory onlyBoard = abi.encodeWithSelector(ISettlement.OnlyJobBoard.selector, address(this));

        refuses(onlyHouse);
        till.hold(JOB);
        refuses(onlyHouse);
        till.replace(JOB, ALICE);
        refuses(abi.encodeWithSelector(ISettlement.OnlyArbiter.selector, address(this)));
        till.refund(JOB, ALICE, Role.Buyer);
        refuses(onlyBoard);
        till.lockBond(JOB);
        refuses(onlyBoard);
        till.payBond(JOB, ALICE, Role.Challenger, 1);
        refuses(onlyBoard);
        till.burnBond(JOB, 1);
    }

    function test_hold_twice_reverts() public {
        vm.deal(address(house), 2);
        vm.startPrank(address(house));
        till.hold{value: 1}(JOB);

        refuses(abi.encodeWithSelector(ISettlement.EscrowExists.selector, JOB));
        till.hold{value: 1}(JOB);
    }

    function test_refund_nothingHeld_reverts() public {
        refuses(abi.encodeWithSelector(ISettlement.NoEscrow.selector, JOB));
        vm.prank(address(board));
        till.refund(JOB, ALICE, Role.Buyer);
    }

    function test_payBond_moreThanHeld_reverts() public {
        vm.deal(address(board), 1);
        vm.startPrank(address(board));
        till.lockBond{value: 1}(JOB);

        refuses(abi.encodeWithSelector(ISettlement.BondTooSmall.selector, JOB, 1, 2));
        till.payBond(JOB, ALICE, Role.Challenger, 2);
        refuses(abi.encodeWithSelector(ISettlement.BondTooSmall.selector, JobId.wrap(2), 0, 1));
        till.burnBond(JobId.wrap(2), 1);
    }

    // ------------------------------------------------------------------------------------------------------ withdrawal

    function test_withdraw_nothing_reverts() public {
        refuses(abi.encodeWithSelector(ISettlement.NothingToWithdraw.selector, ALICE));
        vm.prank(ALICE);
        till.withdraw();
    }

    function test_withdraw_refusedByPayee_keepsTheCredit() public {
        // This contract takes no ether.
        owe(address(this));

        refuses(abi.encodeWithSelector(ISettlement.TransferFailed.selector, address(this), 1 ether));
        till.withdraw();
        eq(till.creditOf(address(this)), 1 ether, "credit");
        eq(till.withdrawTo(payable(CAROL)), 1 ether, "elsewhere");
        eq(CAROL.balance, 1001 ether, "Carol's balance");
    }

    function test_withdrawTo_nobody_reverts() public {
        refuses(abi.encodeWithSelector(ISettlement.ZeroPayee.selector));
        till.withdrawTo(payable(address(0)));
    }

    function test_withdraw_reentered_paysOnce() public {
        Reenterer reenterer = new Reenterer(till);
        owe(address(reenterer));
        owe(ALICE);

        reenterer.withdraw();
        check(reenterer.refused(), "second withdrawal refused");
        eq(address(reenterer).balance, 1 ether, "paid once");
        eq(address(till).balance, 1 ether, "Alice's is untouched");
    }

    function test_withdraw_paysTheCredit() public {
        owe(ALICE);

        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.Withdrawn(ALICE, ALICE, 1 ether);
        vm.prank(ALICE);
        eq(till.withdraw(), 1 ether, "amount");
        eq(till.creditOf(ALICE), 0, "credit");
        eq(ALICE.balance, 1001 ether, "balance");
    }

    // ------------------------------------------------------------------------------------------------------ settlement

    function test_settle_notSettling_reverts() public {
        JobId jobId = startJob(2, 3, requestForTests());

        refuses(abi.encodeWithSelector(JobRefuses.selector, JobState.Running, JobEvent.MetricMet));
        till.settle(jobId, opening(9500, 2), SPEC, shards(2));
    }

    function test_settle_wrongCountOfAccesses_reverts() public {
        (JobId jobId,) = settling(9500);

        refuses(abi.encodeWithSelector(ISettlement.AccessesCount.selector, 3, 2));
        till.settle(jobId, opening(9500, 3), SPEC, shards(2));
        vm.expectPartialRevert(ISettlement.JobHashMismatch.selector);
        till.settle(jobId, opening(9500, 3), SPEC, shards(3));
        vm.expectPartialRevert(ISettlement.JobHashMismatch.selector);
        till.settle(jobId, opening(9500, 2), keccak256("another spec"), shards(2));
    }

    function test_settle_anyFieldChanged_reverts() public {
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(9500);

        opened.metricBp = 9999;
        refusesOpening(jobId, opened);
        opened.metricBp = 9500;
        opened.stateRoot = keccak256("other");
        refusesOpening(jobId, opened);
        opened.stateRoot = keccak256("state");
        opened.osmdRoot = keccak256("other");
        refusesOpening(jobId, opened);
        opened.osmdRoot = keccak256("osmd");
        opened.traceRoot = keccak256("other");
        refusesOpening(jobId, opened);
        opened.traceRoot = keccak256("trace");
        (opened.accesses[0], opened.accesses[1]) = (opened.accesses[1], opened.accesses[0]);
        refusesOpening(jobId, opened);
    }

    function test_settle_twice_reverts() public {
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(9500);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));

        refuses(abi.encodeWithSelector(JobRefuses.selector, JobState.Settled, JobEvent.MetricMet));
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
    }

    function test_settle_met_paysSellersAndExecutors() public {
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(9000);

        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.JobSettled(jobId, true, 9000, 2.1 ether, 0.9 ether, 0);
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobClosed(jobId, JobState.Settled);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));

        checkJob(jobId, JobState.Settled);
        eq(till.creditOf(seller(0)), 0.7 ether, "1 access of 3");
        eq(till.creditOf(seller(1)), 1.4 ether, "2 accesses of 3");
        eq(till.creditOf(ALICE), 0, "nothing back");
    }

    function test_settle_belowTau_returnsTheSellersPart() public {
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(8999);

        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.JobSettled(jobId, false, 8999, 0, 0.9 ether, 2.1 ether);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));

        checkJob(jobId, JobState.Unmet);
        eq(till.creditOf(ALICE), 2.1 ether, "the buyer's");
        eq(till.creditOf(seller(1)), 0, "sellers get nothing");
    }

    function test_settle_noAccesses_returnsTheSellersPart() public {
        ISettlement.OpenedDigest memory opened = opening(9500, 2);
        (opened.accesses[0], opened.accesses[1]) = (0, 0);
        JobId jobId = settling(opened);

        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
        eq(till.creditOf(ALICE), 2.1 ether, "the buyer's");
    }

    function testFuzz_settle_paysEveryWei(uint96 bidWei, uint16 shareBp, uint32[3] memory accesses, bool met) public {
        Request memory request = requestForTests();
        request.segments = 1;
        request.executorShareBp = uint16(bound(shareBp, 0, 10_000));
        addSellers(3);
        addExecutors(5);
        uint256 mostWei = house.mostBid(1, request.executorShareBp);
        uint256 price = bound(bidWei, 1 ether, mostWei < 100 ether ? mostWei : 100 ether);
        request.minSellers = 1;
        // Reserves of 0.05 ether must be met by the sellers' pot.
        vm.assume(price * (10_000 - request.executorShareBp) / 10_000 >= 0.05 ether);
        JobId jobId = openJob(request, price);
        fixSeed(jobId);
        ISettlement.OpenedDigest memory opened = opening(met ? 9000 : 100, 3);
        for (uint256 i = 0; i < 3; ++i) {
            opened.accesses[i] = accesses[i];
        }
        agree(jobId, 0, lastDigest(jobId, opened));
        finalize(jobId, 0);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));

        uint256 owed = till.creditOf(ALICE);
        for (uint256 i = 0; i < 3; ++i) {
            owed += till.creditOf(seller(i));
        }
        for (uint256 i = 0; i < 5; ++i) {
            owed += till.creditOf(registry.executorAt(i));
        }
        eq(owed, price, "sum paid = escrow");
        eq(till.escrowOf(jobId), 0, "escrow");
    }

    // ------------------------------------------------------------------------------------------------- many executors

    function test_payExecutors_nobody_reverts() public {
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(9500);
        refuses(abi.encodeWithSelector(ISettlement.NobodyToPay.selector, jobId));
        till.payExecutors(jobId, 1);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
        refuses(abi.encodeWithSelector(ISettlement.NobodyToPay.selector, jobId));
        till.payExecutors(jobId, 1);
    }

    /// The last number that is paid at once, and the first that is not.
    function test_settle_atTheLimitOfPayees() public {
        addSellers(2);
        addExecutors(65);
        for (uint16 size = 64; size < 66; ++size) {
            Request memory request = requestForTests();
            (request.segments, request.minSize) = (1, size);
            JobId jobId = openJob(request, 3 ether);
            fixSeed(jobId);
            ISettlement.OpenedDigest memory opened = opening(9500, 2);
            agree(jobId, 0, lastDigest(jobId, opened));
            finalize(jobId, 0);
            till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
            (,,,, uint32 earners) = till.payrollOf(jobId);
            eq(earners, size == 64 ? 0 : 65, "on the payroll");
        }
    }

    /// 70 earners, 140 votes: more than are paid at once. Any portions pay the same, to the wei, and each vote as much as others.
    function test_payExecutors_inAnyPortions() public {
        addSellers(2);
        addExecutors(70);
        Request memory request = requestForTests();
        (request.segments, request.minSize) = (2, 70);
        JobId jobId = openJob(request, 3 ether + 7);
        fixSeed(jobId);
        ISettlement.OpenedDigest memory opened = opening(9500, 2);
        agree(jobId, 0, keccak256("segment 0"));
        agree(jobId, 1, lastDigest(jobId, opened));
        finalize(jobId, 0);
        finalize(jobId, 1);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
        checkJob(jobId, JobState.Settled);
        (uint128 potWei, uint32 votes,,, uint32 earners) = till.payrollOf(jobId);
        eq(votes, 140, "votes");
        eq(earners, 70, "earners");

        uint8[4] memory portions = [1, 9, 69, 200];
        for (uint256 i = 0; i < portions.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            payAll(jobId, portions[i], potWei, votes);
            vm.revertToState(snapshot);
        }
    }

    function payAll(JobId jobId, uint256 count, uint256 potWei, uint256 votes) private {
        for (uint256 paid = 0; paid < 70; paid += count) {
            till.payExecutors(jobId, count);
        }
        refuses(abi.encodeWithSelector(ISettlement.NobodyToPay.selector, jobId));
        till.payExecutors(jobId, count);
        uint256 owed = 0;
        for (uint256 i = 0; i < 70; ++i) {
            uint256 own = till.creditOf(registry.executorAt(i));
            check(own >= 2 * (potWei / votes) && own <= 2 * (potWei / votes + 1), "two votes' worth");
            owed += own;
        }
        eq(owed, potWei, "every wei");
        eq(potWei, 3 ether + 7 - (3 ether + 7) * 7000 / uint256(10_000), "their part of the escrow");
    }

    /// A job in Settling whose last digest has this metric.
    function settling(uint32 metricBp) private returns (JobId jobId, ISettlement.OpenedDigest memory opened) {
        opened = opening(metricBp, 2);
        jobId = settling(opened);
    }

    function settling(ISettlement.OpenedDigest memory opened) private returns (JobId jobId) {
        Request memory request = requestForTests();
        request.segments = 1;
        jobId = startJob(2, 3, request);
        agree(jobId, 0, lastDigest(jobId, opened));
        finalize(jobId, 0);
        checkJob(jobId, JobState.Settling);
    }

    function refusesOpening(JobId jobId, ISettlement.OpenedDigest memory opened) private {
        bytes32 accepted = Digest.unwrap(board.segment(jobId, 0).verdict);
        refuses(abi.encodeWithSelector(ISettlement.DigestMismatch.selector, lastDigest(jobId, opened), accepted));
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
    }

    /// A credit of one ether, as a bond that is paid out.
    function owe(address payee) private {
        vm.deal(address(board), 1 ether);
        vm.startPrank(address(board));
        till.lockBond{value: 1 ether}(JOB);
        till.payBond(JOB, payee, Role.Challenger, 1 ether);
        vm.stopPrank();
    }
}
