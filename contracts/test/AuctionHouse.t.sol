// The auction: who may bid what until when, and what becomes of the highest bid.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState, Request, Role} from "../src/Types.sol";
import {IAuctionHouse} from "../src/interfaces/IAuctionHouse.sol";
import {IJobBoard} from "../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Records} from "../src/libraries/Records.sol";
import {Tags} from "../src/libraries/Tags.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

contract AuctionHouseTest is Market {
    JobId private constant FIRST = JobId.wrap(1);

    // --------------------------------------------------------------------------------------------------------- opening

    function test_open_paused_reverts() public {
        vm.prank(ADMIN);
        house.setPaused(true);

        refuses(abi.encodeWithSelector(IAuctionHouse.NewAuctionsPaused.selector));
        open(1 ether);
    }

    function test_open_badTags_reverts() public {
        refuses(abi.encodeWithSelector(Tags.TagsNotAscending.selector, 1));
        house.open{value: 1}(tagsOf(VISION, DIGITS), requestForTests());
    }

    function test_open_nothingBid_reverts() public {
        refuses(abi.encodeWithSelector(IAuctionHouse.ZeroBid.selector));
        open(0);
    }

    function test_open_whileOneRuns_reverts() public {
        open(1 ether);

        refuses(abi.encodeWithSelector(IAuctionHouse.AuctionRunning.selector, FIRST));
        open(2 ether);
    }

    function test_open_eachBadField_reverts() public {
        Request memory r = requestForTests();
        r.specHash = bytes32(0);
        refusesRequest(r, IAuctionHouse.RequestField.SpecHash);
        (r = requestForTests()).tauBp = 10_001;
        refusesRequest(r, IAuctionHouse.RequestField.TauBp);
        (r = requestForTests()).minSellers = 0;
        refusesRequest(r, IAuctionHouse.RequestField.MinSellers);
        (r = requestForTests()).segments = 0;
        refusesRequest(r, IAuctionHouse.RequestField.Segments);
        (r = requestForTests()).lead = 0;
        refusesRequest(r, IAuctionHouse.RequestField.Lead);
        (r = requestForTests()).policy = 3;
        refusesRequest(r, IAuctionHouse.RequestField.Policy);
        (r = requestForTests()).minSize = 0;
        refusesRequest(r, IAuctionHouse.RequestField.MinSize);
        (r = requestForTests()).executorShareBp = 10_001;
        refusesRequest(r, IAuctionHouse.RequestField.ExecutorShareBp);
        (r = requestForTests()).bridge = address(0);
        refusesRequest(r, IAuctionHouse.RequestField.Bridge);
    }

    function test_open_leadPolicyThatShrinks_reverts() public {
        Request memory r = requestForTests();
        (r.policy, r.cNum, r.cDen) = (2, 1, 2);
        refusesRequest(r, IAuctionHouse.RequestField.Growth);
        (r.cNum, r.cDen) = (1, 0);
        refusesRequest(r, IAuctionHouse.RequestField.Growth);
    }

    function test_open_theLargestValues_areAllowed() public {
        Request memory r = requestForTests();
        (r.tauBp, r.executorShareBp) = (10_000, 10_000);
        (r.policy, r.cNum, r.cDen) = (2, 7, 7);
        vm.prank(ALICE);
        eq(JobId.unwrap(house.open{value: 1 ether}(tagsOf(DIGITS), r)), 1, "opened");
    }

    function test_open_holdsTheBid() public {
        bytes32[] memory tags = tagsOf(DIGITS, VISION);
        vm.expectEmit(true, true, true, true, address(house));
        emit IAuctionHouse.AuctionOpened(FIRST, keccak256(abi.encodePacked(tags)), tags, 120);
        vm.expectEmit(true, true, true, true, address(house));
        emit IAuctionHouse.BidPlaced(FIRST, ALICE, 1 ether, 120, requestForTests());
        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.EscrowHeld(FIRST, 1 ether);
        open(1 ether);

        eq(till.escrowOf(FIRST), 1 ether, "escrow");
        eq(address(house).balance, 0, "the house holds nothing");
        eq(JobId.unwrap(house.runningAuction(tags)), 1, "running");
        eq(JobId.unwrap(house.runningAuction(tagsOf(DIGITS))), 0, "not under other tags");
        eq(house.leastBid(FIRST), 1.05 ether, "least next bid");
    }

    function test_open_otherTags_runBesideOneAnother() public {
        open(1 ether);
        vm.prank(BOB);
        JobId second = house.open{value: 1}(tagsOf(DIGITS), requestForTests());

        eq(JobId.unwrap(second), 2, "second auction");
    }

    // --------------------------------------------------------------------------------------------------------- bidding

    function test_bid_unknownAuction_reverts() public {
        refuses(abi.encodeWithSelector(IAuctionHouse.NoSuchAuction.selector, FIRST));
        outbid(1 ether);
    }

    function test_bid_tooLow_reverts() public {
        open(1 ether);

        refuses(abi.encodeWithSelector(IAuctionHouse.BidTooLow.selector, 1.05 ether - 1, 1.05 ether));
        outbid(1.05 ether - 1);
    }

    /// 30 % of it for two segments: no segment pays more than the 1 ether that a missed reveal costs at least.
    function test_mostBid_isWhereASegmentPaysASoftSlash() public view {
        eq(house.mostBid(2, 3000), uint256(20_000 ether) / 3000, "rounded down");
        eq(house.mostBid(1, 10_000), 1 ether, "all for one");
        eq(house.mostBid(type(uint16).max, 1), 655_350_000 ether, "no overflow");
        eq(house.mostBid(0, 3000), 0, "no segments");
        eq(house.mostBid(1, 0), type(uint256).max, "nothing for executors");
    }

    function test_open_aboveTheMost_reverts() public {
        uint256 mostWei = house.mostBid(2, 3000);
        refuses(abi.encodeWithSelector(IAuctionHouse.BidTooHigh.selector, mostWei + 1, mostWei));
        vm.prank(ALICE);
        house.open{value: mostWei + 1}(tagsOf(DIGITS, VISION), requestForTests());

        vm.prank(ALICE);
        house.open{value: mostWei}(tagsOf(DIGITS, VISION), requestForTests());
    }

    /// The bound is on the bidder's own request, not on the top bidder's.
    function test_bid_aboveTheMost_reverts() public {
        uint256 mostWei = house.mostBid(2, 3000);
        vm.prank(ALICE);
        JobId jobId = house.open{value: 1 ether}(tagsOf(DIGITS, VISION), requestForTests());
        refuses(abi.encodeWithSelector(IAuctionHouse.BidTooHigh.selector, mostWei + 1, mostWei));
        vm.prank(BOB);
        house.bid{value: mostWei + 1}(jobId, requestForTests());

        Request memory generous = requestForTests();
        generous.executorShareBp = 0;
        vm.prank(BOB);
        house.bid{value: 500 ether}(jobId, generous);
        eq(till.escrowOf(jobId), 500 ether, "executors get nothing");
    }

    function test_bid_tinyTop_wantsAtLeastOneWeiMore() public {
        open(1);

        refuses(abi.encodeWithSelector(IAuctionHouse.BidTooLow.selector, 1, 2));
        outbid(1);
        vm.expectEmit(true, true, true, true, address(house));
        emit IAuctionHouse.BidPlaced(FIRST, BOB, 2, house.auction(FIRST).endBlock, requestForTests());
        outbid(2);
    }

    function test_bid_badRequest_reverts() public {
        open(1 ether);
        Request memory r = requestForTests();
        r.bridge = address(0);

        refuses(abi.encodeWithSelector(IAuctionHouse.InvalidRequest.selector, IAuctionHouse.RequestField.Bridge));
        vm.prank(BOB);
        house.bid{value: 2 ether}(FIRST, r);
    }

    function test_bid_afterTheEnd_reverts() public {
        open(1 ether);
        vm.roll(121);

        refuses(abi.encodeWithSelector(IAuctionHouse.AuctionOver.selector, FIRST, 120));
        outbid(2 ether);
    }

    function test_bid_afterClose_reverts() public {
        addSellers(2);
        openJob(requestForTests(), 1 ether);

        refuses(abi.encodeWithSelector(IAuctionHouse.AuctionClosed.selector, FIRST, IAuctionHouse.Status.Won));
        outbid(2 ether);
    }

    function test_bid_creditsTheOutbid() public {
        open(1 ether);

        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.Credited(FIRST, ALICE, Role.Bidder, 1 ether);
        outbid(1.05 ether);

        eq(till.escrowOf(FIRST), 1.05 ether, "escrow");
        eq(till.creditOf(ALICE), 1 ether, "credit");
        eq(house.auction(FIRST).topBidder, BOB, "top bidder");
        eq(house.auction(FIRST).endBlock, 120, "an early bid does not move the end");
    }

    function test_bid_late_extendsUpToTheHardEnd() public {
        open(1 ether);
        vm.roll(118);
        outbid(2 ether);
        eq(house.auction(FIRST).endBlock, 123, "five blocks ahead");

        uint256 value = 0;
        while (block.number < house.auction(FIRST).endBlock) {
            vm.roll(house.auction(FIRST).endBlock);
            outbid(value = house.leastBid(FIRST));
        }
        eq(house.auction(FIRST).endBlock, 140, "never beyond the hard end");
    }

    // --------------------------------------------------------------------------------------------------------- closing

    function test_close_beforeTheEnd_reverts() public {
        open(1 ether);
        vm.roll(120);

        refuses(abi.encodeWithSelector(IAuctionHouse.AuctionNotOver.selector, FIRST, 120));
        house.close(FIRST, lists());
    }

    function test_close_twice_reverts() public {
        addSellers(2);
        openJob(requestForTests(), 1 ether);

        refuses(abi.encodeWithSelector(IAuctionHouse.AuctionClosed.selector, FIRST, IAuctionHouse.Status.Won));
        house.close(FIRST, lists());
    }

    function test_close_tooFewSellers_voidsAndRefunds() public {
        addSellers(1);
        open(1 ether);
        vm.roll(121);

        vm.expectEmit(true, true, true, true, address(house));
        emit IAuctionHouse.AuctionVoid(FIRST, ALICE, 1, 2);
        eq(JobId.unwrap(house.close(FIRST, lists())), 0, "no job");

        eq(till.creditOf(ALICE), 1 ether, "refunded");
        checkJob(FIRST, JobState.None);
        eq(JobId.unwrap(open(1 ether)), 2, "the tags are free again");
    }

    // ------------------------------------------------------------------------------------------- what nobody can close

    /// Lists that no transaction can show any more: the bid comes back, and the tags are free.
    function test_voidStale_refunds() public {
        addSellers(2);
        open(1 ether);
        uint64 from = house.auction(FIRST).endBlock + rulesForTests().stallBlocks + 1;
        vm.roll(from - 1);
        refuses(abi.encodeWithSelector(IAuctionHouse.AuctionNotStale.selector, FIRST, from));
        house.voidStale(FIRST);

        vm.roll(from);
        vm.expectEmit(true, true, true, true, address(house));
        emit IAuctionHouse.AuctionVoid(FIRST, ALICE, 0, 2);
        vm.prank(CAROL);
        house.voidStale(FIRST);
        eq(till.creditOf(ALICE), 1 ether, "refunded");
        eq(till.escrowOf(FIRST), 0, "escrow");
        eq(JobId.unwrap(open(1 ether)), 2, "the tags are free again");
        refuses(abi.encodeWithSelector(IAuctionHouse.AuctionClosed.selector, FIRST, IAuctionHouse.Status.Void));
        house.voidStale(FIRST);
    }

    function test_voidStale_closedOrUnknown_reverts() public {
        addSellers(2);
        openJob(requestForTests(), 1 ether);
        vm.roll(block.number + 1000);

        refuses(abi.encodeWithSelector(IAuctionHouse.AuctionClosed.selector, FIRST, IAuctionHouse.Status.Won));
        house.voidStale(FIRST);
        refuses(abi.encodeWithSelector(IAuctionHouse.NoSuchAuction.selector, 7));
        house.voidStale(JobId.wrap(7));
    }

    /// More segments than blocks to vote in: all would be trained, none paid.
    function test_open_moreSegmentsThanTheDeadlineAllows_reverts() public {
        Request memory r = requestForTests();
        uint256 most = (unstakeDelay() - rulesForTests().seedLagBlocks - rulesForTests().challengeBlocks)
            / (rulesForTests().commitBlocks + 1);
        r.segments = uint16(most + 1);
        refusesRequest(r, IAuctionHouse.RequestField.Segments);
        r.segments = uint16(most);
        vm.prank(ALICE);
        house.open{value: 1 ether}(tagsOf(DIGITS, VISION), r);
    }

    function test_close_reserveAboveTheEvenShare_leavesTheSellerOut() public {
        addSellers(2);
        // 1 ether: sellers' pot 0.7, even share of 2 sellers 0.35.
        addShard(CAROL, 0.35 ether + 1);

        openJob(requestForTests(), 1 ether);
        eq(board.job(FIRST).sellers, 2, "two sellers");
    }

    function test_close_createsTheJobOfTheHighestBid() public {
        addSellers(3);
        open(1 ether);
        Request memory request = requestForTests();
        request.tauBp = 9500;
        vm.prank(BOB);
        house.bid{value: 2 ether}(FIRST, request);
        vm.roll(121);
        bytes32[] memory roots = shards(3);
        bytes32 dataHash = Records.dataHash(roots);
        bytes32 jobHash = Records.jobHash(SPEC, dataHash);

        vm.expectEmit(true, true, true, true, address(house));
        emit IAuctionHouse.AuctionWon(FIRST, BOB, 2 ether, 3);
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobOpened(FIRST, BOB, BRIDGE, request, dataHash, jobHash, roots, 120, 123, 120 + UNSTAKE_DELAY);
        eq(JobId.unwrap(house.close(FIRST, lists())), 1, "the auction's number is the job's");

        IJobBoard.Job memory job = board.job(FIRST);
        eq(job.buyer, BOB, "buyer");
        eq(job.deadlineBlock, 120 + UNSTAKE_DELAY, "deadline");
        eq(job.jobHash, jobHash, "job hash");
        eq(job.poolBlock, 120, "pool block");
        eq(till.escrowOf(FIRST), 2 ether, "first price");
    }

    // ----------------------------------------------------------------------------------------------------------- pause

    function test_setPaused_notAdmin_reverts() public {
        refuses(abi.encodeWithSelector(IAuctionHouse.OnlyAdmin.selector, ALICE));
        vm.prank(ALICE);
        house.setPaused(true);
    }

    function test_setPaused_touchesNewAuctionsOnly() public {
        addSellers(2);
        open(1 ether);
        vm.prank(ADMIN);
        vm.expectEmit(true, true, true, true, address(house));
        emit IAuctionHouse.PauseSet(true);
        house.setPaused(true);

        outbid(2 ether);
        vm.roll(121);
        house.close(FIRST, lists());
        checkJob(FIRST, JobState.Open);
        vm.prank(ALICE);
        eq(till.withdraw(), 1 ether, "credits can be withdrawn");
    }

    // ------------------------------------------------------------------------------------------------------------ fuzz

    function testFuzz_bids_everyWeiIsOwed(uint96[6] memory amounts) public {
        open(1 ether);
        uint256 paidIn = 1 ether;
        for (uint256 i = 0; i < amounts.length; ++i) {
            address bidder = address(uint160(0xB000 + i));
            vm.deal(bidder, amounts[i]);
            bool enough = amounts[i] >= house.leastBid(FIRST);
            if (!enough) vm.expectPartialRevert(IAuctionHouse.BidTooLow.selector);
            Request memory boundless = requestForTests();
            boundless.executorShareBp = 0;
            vm.prank(bidder);
            house.bid{value: amounts[i]}(FIRST, boundless);
            if (enough) paidIn += amounts[i];
        }

        uint256 owed = till.escrowOf(FIRST) + till.creditOf(ALICE);
        for (uint256 i = 0; i < amounts.length; ++i) {
            owed += till.creditOf(address(uint160(0xB000 + i)));
        }
        eq(owed, paidIn, "owed");
        eq(address(till).balance, paidIn, "balance");
    }

    function open(uint256 bidWei) private returns (JobId) {
        vm.prank(ALICE);
        return house.open{value: bidWei}(tagsOf(DIGITS, VISION), requestForTests());
    }

    function outbid(uint256 bidWei) private {
        vm.prank(BOB);
        house.bid{value: bidWei}(FIRST, requestForTests());
    }

    function refusesRequest(Request memory r, IAuctionHouse.RequestField field) private {
        refuses(abi.encodeWithSelector(IAuctionHouse.InvalidRequest.selector, field));
        vm.prank(ALICE);
        house.open{value: 1 ether}(tagsOf(DIGITS, VISION), r);
    }
}
