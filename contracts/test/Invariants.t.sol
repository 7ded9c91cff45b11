// What holds after any sequence of moves: money is covered and conserved, jobs only move forward, the honest keep their stake.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Assert} from "./support/Assert.sol";
import {MarketHandler} from "./support/MarketHandler.sol";

contract InvariantsTest is Assert {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    MarketHandler private market;

    function setUp() public {
        market = new MarketHandler();
        market.setUp();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(market);
    }

    /// Moves that carry a job on appear more than once, so that jobs reach their end.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[] memory s = new bytes4[](14);
        (s[0], s[1], s[2], s[3]) =
        (
            MarketHandler.bid.selector,
            MarketHandler.closeAuction.selector,
            MarketHandler.seed.selector,
            MarketHandler.attempt.selector
        );
        (s[4], s[5], s[6], s[7]) =
        (s[3], s[3], MarketHandler.finalizeNext.selector, MarketHandler.finalizeNext.selector);
        (s[8], s[9], s[10]) =
        (MarketHandler.settle.selector, MarketHandler.challenge.selector, MarketHandler.challenge.selector);
        (s[11], s[12], s[13]) =
        (MarketHandler.withdraw.selector, MarketHandler.voidStale.selector, MarketHandler.wait.selector);
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(market), s);
    }

    function invariant_moneyIsCoveredAndConserved() public view {
        (uint256 ofTill, uint256 ofRegister) = market.balances();
        eq(ofTill, market.owedByTill(), "till: balance = escrows + bonds + credits + burned");
        eq(ofRegister, market.stakes(), "register: balance = stakes");
        eq(ofTill + ofRegister + market.paidOut(), market.paidIn(), "paid in = held + paid out");
        eq(market.holdsElsewhere(), 0, "no other contract holds ether");
        check(!market.closedJobHoldsEscrow(), "a closed job holds no escrow");
    }

    function invariant_jobsMoveForwardAndTheHonestKeepTheirStake() public view {
        check(!market.wentBack(), "no job went back");
        check(!market.honestStakeLost(), "honest stake");
    }

    /// The handler skips what is impossible: this shows that it does not skip everything.
    function test_handler_playsEveryMove() public {
        bytes4[] memory selectors = targetSelectors()[0].selectors;
        for (uint256 i = 0; i < 600; ++i) {
            uint256 dice = uint256(keccak256(abi.encode("move", i)));
            bytes4 selector = selectors[dice % selectors.length];
            (bool done,) =
                address(market).call(abi.encodeWithSelector(selector, dice >> 160 & 0xff, dice >> 168 & 0xff));
            check(done, "moves never revert");
        }

        string[9] memory moves =
            ["bid", "close", "seed", "attempt", "challenge", "finalize", "settle", "void", "withdraw"];
        for (uint256 i = 0; i < moves.length; ++i) {
            check(market.played(moves[i]) > 0, moves[i]);
        }
        invariant_moneyIsCoveredAndConserved();
        invariant_jobsMoveForwardAndTheHonestKeepTheirStake();
    }
}
