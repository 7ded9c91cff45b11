// Random moves of everybody in the market, honest and hostile, for the invariants. Never reverts: what is not possible is skipped,
// and what must be refused is checked to be.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState} from "../../src/Types.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {HostileMoves} from "./HostileMoves.sol";
import {TradeMoves} from "./TradeMoves.sol";
import {vm} from "./Vm.sol";

/// Of twelve executors five are dishonest: they lie together, lie alone, stay silent, invent a witness, copy a commitment, or sign
/// two votes. One honest challenger disputes what they get accepted.
contract MarketHandler is TradeMoves, HostileMoves {
    function wait(uint8 blocks) public watched {
        vm.roll(block.number + blocks % 30);
    }

    /// I5: whatever was left undone, past its deadline and a stall every job can be closed, and every wei withdrawn.
    function windUp() public {
        for (uint64 i = 1; i <= jobCount(); ++i) {
            JobId jobId = JobId.wrap(i);
            if (house.auction(jobId).status == IAuctionHouse.Status.Bidding) {
                reach(house.auction(jobId).endBlock + 1);
                house.close(jobId, lists());
            }
        }
        vm.roll(block.number + unstakeDelay() + rulesForTests().stallBlocks + 2);
        for (uint64 i = 1; i <= jobCount(); ++i) {
            JobId jobId = JobId.wrap(i);
            JobState state = board.job(jobId).state;
            bool live = state == JobState.Open || state == JobState.Running || state == JobState.Settling;
            if (live) board.voidStale(jobId);
            reclaimAll(jobId);
            rule(till.escrowOf(jobId) == 0, "I5: escrow left");
            rule(till.bondsOf(jobId) == 0, "I5: bonds left");
        }
        for (uint256 i = 0; i < accountCount(); ++i) {
            address payee = accountAt(i);
            uint256 owed = till.creditOf(payee);
            if (owed == 0) continue;
            vm.prank(payee);
            till.withdrawTo(payable(address(0xCA5E)));
        }
        rule(address(till).balance == till.burnedWei() + forcedOnTill, "I5: a wei that nobody can withdraw");
    }

    /// Bonds of challenges that can no longer be decided: every attempt of every epoch.
    function reclaimAll(JobId jobId) private {
        IJobBoard.Job memory job = board.job(jobId);
        for (uint32 segment = 0; segment < job.segments; ++segment) {
            for (uint32 epoch = 0; epoch <= job.epoch; ++epoch) {
                for (uint32 index = 1; index < 12; ++index) {
                    try board.reclaimBond(jobId, segment, epoch << 16 | index) {} catch {}
                }
            }
        }
    }
}
