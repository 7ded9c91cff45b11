// Jobs that contracts order: the fixed price, the callback, and callees that fail, burn gas, return too much or call back.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request} from "../src/Types.sol";
import {IAuctionHouse} from "../src/interfaces/IAuctionHouse.sol";
import {IJobConsumer} from "../src/interfaces/IJobConsumer.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Tags} from "../src/libraries/Tags.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

/// A buyer that does in its callback what it was made for.
contract Callee is IJobConsumer {
    enum Manner {
        Listens,
        Reverts,
        BurnsGas,
        ReturnsMuch,
        Reenters
    }

    Manner private immutable manner;
    ISettlement private immutable till;
    JobState public outcome;
    Digest public digest;
    uint32 public metricBp;
    uint256 public gasGiven;
    uint256 public withdrawn;

    constructor(Manner manner_, ISettlement till_) {
        (manner, till) = (manner_, till_);
    }

    receive() external payable {}

    function order(IAuctionHouse house, bytes32[] calldata tags, Request calldata request, bytes32[][] calldata lists)
        external
        payable
        returns (JobId)
    {
        return house.order{value: msg.value}(tags, request, lists);
    }

    function open(IAuctionHouse house, bytes32[] calldata tags, Request calldata request)
        external
        payable
        returns (JobId)
    {
        return house.open{value: msg.value}(tags, request);
    }

    function onJobClosed(JobId, JobState outcome_, Digest digest_, uint32 metricBp_) external {
        gasGiven = gasleft();
        if (manner == Manner.Reverts) revert("no");
        if (manner == Manner.BurnsGas) while (true) gasGiven = gasleft();
        if (manner == Manner.ReturnsMuch) {
            assembly {
                return(0, 90000)
            }
        }
        if (manner == Manner.Reenters) {
            withdrawn = till.withdraw();
            return;
        }
        (outcome, digest, metricBp) = (outcome_, digest_, metricBp_);
    }
}

contract CallbacksTest is Market {
    function setUp() public override {
        super.setUp();
        addSellers(2);
        addExecutors(6);
        vm.roll(101);
    }

    // ----------------------------------------------------------------------------------------------------------- order

    function test_order_paused_reverts() public {
        vm.prank(ADMIN);
        house.setPaused(true);

        refuses(abi.encodeWithSelector(IAuctionHouse.NewAuctionsPaused.selector));
        order(1 ether, requestForTests());
    }

    function test_order_nothingPaid_reverts() public {
        refuses(abi.encodeWithSelector(IAuctionHouse.ZeroBid.selector));
        order(0, requestForTests());
    }

    function test_order_badTagsOrRequest_reverts() public {
        Request memory request = requestForTests();
        refuses(abi.encodeWithSelector(Tags.TagsNotAscending.selector, 1));
        house.order{value: 1}(tagsOf(VISION, DIGITS), request, lists());
        request.lead = 0;
        refuses(abi.encodeWithSelector(IAuctionHouse.InvalidRequest.selector, IAuctionHouse.RequestField.Lead));
        order(1 ether, request);
    }

    /// Reserves of 0.05 ether each: 0.14 ether leave 0.049 for each of two sellers.
    function test_order_tooFewSellers_revertsWithTheMoney() public {
        refuses(abi.encodeWithSelector(IAuctionHouse.TooFewSellers.selector, 0, 2));
        order(0.14 ether, requestForTests());
        eq(address(till).balance, 0, "nothing was taken");
    }

    function test_order_aboveTheMost_reverts() public {
        uint256 mostWei = house.mostBid(2, 3000);
        refuses(abi.encodeWithSelector(IAuctionHouse.BidTooHigh.selector, mostWei + 1, mostWei));
        order(mostWei + 1, requestForTests());
        order(mostWei, requestForTests());
    }

    function test_order_opensTheJobAtOnce() public {
        vm.expectEmit(true, true, true, true, address(house));
        emit IAuctionHouse.AuctionWon(JobId.wrap(1), ALICE, 1 ether, 2);
        JobId jobId = order(1 ether, requestForTests());

        checkJob(jobId, JobState.Open);
        eq(till.escrowOf(jobId), 1 ether, "escrow");
        eq(board.job(jobId).buyer, ALICE, "buyer");
        eq(board.job(jobId).poolBlock, 100, "the pool of the block before");
    }

    /// An auction for the same tags runs beside it; both have numbers of their own.
    function test_order_besideAnAuction() public {
        vm.prank(BOB);
        JobId auction = house.open{value: 1 ether}(tagsOf(DIGITS, VISION), requestForTests());
        JobId ordered = order(1 ether, requestForTests());

        eq(JobId.unwrap(ordered), JobId.unwrap(auction) + 1, "the next number");
        vm.roll(house.auction(auction).endBlock + 1);
        house.close(auction, lists());
        checkJob(auction, JobState.Open);
        eq(till.escrowOf(auction), 1 ether, "its own escrow");
    }

    // -------------------------------------------------------------------------------------------------------- callback

    function test_settle_tellsTheBuyersContract() public {
        Callee callee = new Callee(Callee.Manner.Listens, till);
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(callee, 9500);

        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.BuyerTold(jobId, address(callee), true);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));

        eq(uint256(callee.outcome()), uint256(JobState.Settled), "outcome");
        eq(callee.digest(), board.segment(jobId, 0).verdict, "digest");
        eq(callee.metricBp(), 9500, "metric");
        check(callee.gasGiven() > 95_000 && callee.gasGiven() <= 100_000, "its own gas");
    }

    function test_settle_belowTau_tellsUnmet() public {
        Callee callee = new Callee(Callee.Manner.Listens, till);
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(callee, 10);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));

        eq(uint256(callee.outcome()), uint256(JobState.Unmet), "outcome");
    }

    function test_aVoidAuction_isToldToo() public {
        Callee callee = new Callee(Callee.Manner.Listens, till);
        Request memory request = requestForTests();
        request.minSellers = 3;
        JobId auction = callee.open{value: 1 ether}(house, tagsOf(DIGITS, VISION), request);
        vm.roll(house.auction(auction).endBlock + 1);
        house.close(auction, lists());

        eq(uint256(callee.outcome()), uint256(JobState.Void), "outcome");
        eq(till.creditOf(address(callee)), 1 ether, "refunded");
    }

    /// Whatever the callee does, the job settles, everybody is paid, and the transaction costs at most the callee's gas more.
    function test_settle_badCallees_costOnlyThemselves() public {
        Callee.Manner[3] memory bad = [Callee.Manner.Reverts, Callee.Manner.BurnsGas, Callee.Manner.ReturnsMuch];
        for (uint256 i = 0; i < bad.length; ++i) {
            Callee callee = new Callee(bad[i], till);
            (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(callee, 9500);

            bool done = bad[i] == Callee.Manner.ReturnsMuch;
            vm.expectEmit(true, true, true, true, address(till));
            emit ISettlement.BuyerTold(jobId, address(callee), done);
            uint256 before = gasleft();
            till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
            check(before - gasleft() < 600_000, "bounded gas");
            checkJob(jobId, JobState.Settled);
            eq(till.escrowOf(jobId), 0, "paid out");
            eq(uint256(callee.outcome()), 0, "it heard nothing");
        }
    }

    /// It is called when all books are closed: withdrawing from the callback pays exactly what is owed.
    function test_settle_reenteringCallee_findsFinishedBooks() public {
        Callee callee = new Callee(Callee.Manner.Reenters, till);
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(callee, 10);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));

        eq(callee.withdrawn(), 0.7 ether, "the sellers' part came back");
        eq(address(callee).balance, 0.7 ether, "once");
        eq(till.creditOf(address(callee)), 0, "nothing left");
    }

    /// Nobody can starve the callee by sending the transaction with too little gas: it reverts and can be sent again.
    function testFuzz_settle_neverStarvesTheCallee(uint256 gas_) public {
        Callee callee = new Callee(Callee.Manner.Listens, till);
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(callee, 9500);

        try till.settle{gas: bound(gas_, 50_000, 900_000)}(jobId, opened, SPEC, shards(opened.accesses.length)) {
            check(callee.gasGiven() > 95_000, "its own gas");
        } catch {
            checkJob(jobId, JobState.Settling);
            till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
        }
        eq(uint256(callee.outcome()), uint256(JobState.Settled), "told in the end");
    }

    /// Nor does it ask for more gas than a settlement and a callback take.
    function test_settle_needsNoMoreGasThanItSays() public {
        Callee callee = new Callee(Callee.Manner.Listens, till);
        (JobId jobId, ISettlement.OpenedDigest memory opened) = settling(callee, 9500);
        till.settle{gas: 700_000}(jobId, opened, SPEC, shards(opened.accesses.length));
        check(callee.gasGiven() > 95_000, "its own gas");
    }

    function order(uint256 priceWei, Request memory request) private returns (JobId) {
        vm.prank(ALICE);
        return house.order{value: priceWei}(tagsOf(DIGITS, VISION), request, lists());
    }

    function settling(Callee callee, uint32 metricBp)
        private
        returns (JobId jobId, ISettlement.OpenedDigest memory opened)
    {
        Request memory request = requestForTests();
        request.segments = 1;
        jobId = callee.order{value: 1 ether}(house, tagsOf(DIGITS, VISION), request, lists());
        fixSeed(jobId);
        opened = opening(metricBp, 2);
        agree(jobId, 0, lastDigest(jobId, opened));
        finalize(jobId, 0);
    }
}
