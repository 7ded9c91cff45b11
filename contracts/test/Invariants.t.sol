// The ten invariants, under random moves of honest and hostile parties (docs/security.md has the list).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Assert} from "./support/Assert.sol";
import {HostileMoves} from "./support/HostileMoves.sol";
import {MarketHandler} from "./support/MarketHandler.sol";
import {TradeMoves} from "./support/TradeMoves.sol";
import {WorkMoves} from "./support/WorkMoves.sol";

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
        bytes4[22] memory all = [
            TradeMoves.bid.selector,
            TradeMoves.order.selector,
            TradeMoves.closeAuction.selector,
            TradeMoves.pause.selector,
            WorkMoves.seed.selector,
            WorkMoves.seed.selector,
            WorkMoves.attempt.selector,
            WorkMoves.attempt.selector,
            WorkMoves.attempt.selector,
            WorkMoves.attempt.selector,
            HostileMoves.equivocate.selector,
            HostileMoves.comeBack.selector,
            HostileMoves.challenge.selector,
            WorkMoves.finalizeNext.selector,
            WorkMoves.finalizeNext.selector,
            WorkMoves.finalizeNext.selector,
            HostileMoves.grief.selector,
            TradeMoves.settle.selector,
            TradeMoves.voidStale.selector,
            TradeMoves.withdraw.selector,
            HostileMoves.forceEther.selector,
            MarketHandler.wait.selector
        ];
        bytes4[] memory selectors = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; ++i) {
            selectors[i] = all[i];
        }
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(market), selectors);
    }

    /// I1 money is conserved, I3 the honest keep their stake, I6 a closed job holds nothing back; I2, I4, I7, I8, I9 and I10 are
    /// watched at every move, I5 when all is wound up.
    function invariant_theTenHold() public view {
        eq(
            market.tillBalance(),
            market.owedByTill() + market.forcedOnTill(),
            "I1: till = escrows, bonds, credits, burned"
        );
        uint256 forced = market.forcedOnTill() + market.forcedElsewhere();
        eq(market.heldByAll() + market.paidOut(), market.paidIn() + forced, "I1: in = held + out");
        check(!market.honestStakeLost(), "I3: honest stake");
        check(!market.closedJobHoldsEscrow(), "I6: a closed job holds escrow");
        check(bytes(market.broken()).length == 0, market.broken());
    }

    function afterInvariant() public {
        market.windUp();
        check(bytes(market.broken()).length == 0, market.broken());
    }

    /// The handler skips what is impossible: this shows that it does not skip everything.
    function test_handler_playsEveryMove() public {
        bytes4[] memory selectors = targetSelectors()[0].selectors;
        for (uint256 i = 0; i < 2500; ++i) {
            uint256 dice = uint256(keccak256(abi.encode("move", i)));
            bytes4 selector = selectors[dice % selectors.length];
            (bool done,) =
                address(market).call(abi.encodeWithSelector(selector, dice >> 160 & 0xff, dice >> 168 & 0xff));
            check(done, "moves never revert");
            if (i % 50 == 0) invariant_theTenHold();
        }

        string[17] memory moves = [
            "bid",
            "order",
            "close",
            "pause",
            "seed",
            "attempt",
            "copy",
            "equivocation",
            "challenge",
            "honest challenge",
            "finalize",
            "grief",
            "settle",
            "void",
            "withdraw",
            "force",
            "come back"
        ];
        for (uint256 i = 0; i < moves.length; ++i) {
            check(market.played(moves[i]) > 0, moves[i]);
        }
        invariant_theTenHold();
        afterInvariant();
    }
}
