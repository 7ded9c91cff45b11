// Moves with money: auctions and orders, pauses, settlements and withdrawals.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState, Request} from "../../src/Types.sol";
import {Hostile} from "./Hostile.sol";
import {MarketLedger} from "./MarketLedger.sol";
import {vm} from "./Vm.sol";

abstract contract TradeMoves is MarketLedger {
    uint256 private constant MAX_JOBS = 40;

    function bid(uint96 amount, uint8 who) public watched {
        JobId running = house.runningAuction(tagsOf(DIGITS, VISION));
        uint256 value = bound(amount, 0.2 ether, 2 ether);
        if (JobId.unwrap(running) == 0) {
            if (house.paused() || house.auctionCount() >= MAX_JOBS) return;
            place(who, value, abi.encodeCall(house.open, (tagsOf(DIGITS, VISION), request(amount))));
        } else {
            value += house.leastBid(running);
            Request memory r = request(amount);
            bool tooHigh = value > house.mostBid(r.segments, r.executorShareBp);
            if (block.number > house.auction(running).endBlock || tooHigh) return;
            place(who, value, abi.encodeCall(house.bid, (running, r)));
        }
        ++played["bid"];
    }

    function order(uint96 amount, uint8 who) public watched {
        if (house.paused() || house.auctionCount() >= MAX_JOBS) return;
        Request memory r = request(amount);
        r.minSellers = 1;
        place(who, bound(amount, 0.2 ether, 2 ether), abi.encodeCall(house.order, (tagsOf(DIGITS, VISION), r, lists())));
        ++played["order"];
    }

    function closeAuction() public watched {
        JobId running = house.runningAuction(tagsOf(DIGITS, VISION));
        if (JobId.unwrap(running) == 0) return;
        reach(house.auction(running).endBlock + 1);
        house.close(running, lists());
        ++played["close"];
    }

    /// I8: a pause changes nothing that anybody is owed.
    function pause(uint8 dice) public watched {
        uint256 owed = owedByTill();
        bool now_ = dice % 2 == 0 && house.auctionCount() % 4 == 3;
        vm.prank(ADMIN);
        house.setPaused(now_);
        rule(owedByTill() == owed, "I8: a pause moved money");
        ++played["pause"];
    }

    /// I6: what is paid out is the price.
    function settle(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Settling, which);
        if (!found) return;
        (uint256 escrow, uint256 owed) = (till.escrowOf(jobId), creditsOfAll() + paidOut);
        till.settle(jobId, openingOf(jobId), SPEC, shards(board.job(jobId).sellers));
        countCallbackWithdrawals();
        rule(creditsOfAll() + paidOut == owed + escrow, "I6: shares do not add up to the price");
        ++played["settle"];
    }

    /// One in eight: else hardly any job would reach its end.
    function voidStale(uint8 which, uint8 dice) public watched {
        if (dice % 8 != 0) return;
        (bool found, JobId jobId) = jobIn(JobState(1 + dice / 8 % 3), which);
        if (!found) return;
        reach(board.job(jobId).lastProgressBlock + 301);
        board.voidStale(jobId);
        ++played["void"];
    }

    function withdraw(uint8 who) public watched {
        address payee = accountAt(who % accountCount());
        uint256 owed = till.creditOf(payee);
        if (owed == 0) return;
        withdrawing = payee;
        uint256 before = payee.balance;
        if (payee == address(hostile[0])) {
            try Hostile(payable(payee)).withdraw() {
                rule(false, "who takes no ether was paid");
            } catch {}
            return;
        }
        vm.prank(payee);
        till.withdraw();
        paidOut += owed;
        rule(payee.balance == before + owed, "I7: paid something else than what was owed");
        ++played["withdraw"];
    }

    // -------------------------------------------------------------------------------------------------------- private

    /// A call of the house with ether, by one of three people or three contracts.
    function place(uint8 who, uint256 value, bytes memory call_) private {
        address bidder = who % 2 == 0 ? buyer(who) : address(hostile[who / 2 % 3]);
        vm.deal(bidder, value);
        vm.prank(bidder);
        (bool done,) = address(house).call{value: value}(call_);
        rule(done, "a legal bid was refused");
        paidIn += value;
    }

    function request(uint256 dice) private pure returns (Request memory r) {
        r = requestForTests();
        r.segments = uint16(1 + dice % 3);
        r.policy = uint8(dice % 7 % 3);
        r.lead = uint16(1 + dice / 3 % 3);
        r.minSize = uint16(1 + dice % 3);
        r.minSellers = uint16(1 + dice % 5); // 5 voids the auction: there are four sellers
    }
}
