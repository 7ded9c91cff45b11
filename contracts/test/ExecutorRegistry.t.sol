// The executors' register: stakes, the pool by block, exits, slashes.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, JobId} from "../src/Types.sol";
import {IExecutorRegistry} from "../src/interfaces/IExecutorRegistry.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

contract ExecutorRegistryTest is Market {
    JobId private constant JOB = JobId.wrap(7);

    function test_register_noUnits_reverts() public {
        refuses(abi.encodeWithSelector(IExecutorRegistry.UnitsOutOfRange.selector, 0, 64));
        registry.register(0);
    }

    function test_register_tooManyUnits_reverts() public {
        refuses(abi.encodeWithSelector(IExecutorRegistry.UnitsOutOfRange.selector, 65, 64));
        vm.deal(ALICE, 65 * UNIT_WEI);
        vm.prank(ALICE);
        registry.register{value: 65 * UNIT_WEI}(65);
    }

    function test_register_wrongStake_reverts() public {
        refuses(abi.encodeWithSelector(IExecutorRegistry.WrongStake.selector, UNIT_WEI, 2 * UNIT_WEI));
        vm.prank(ALICE);
        registry.register{value: UNIT_WEI}(2);
    }

    function test_register_twice_reverts() public {
        address id = addExecutor(0, 1);

        refuses(abi.encodeWithSelector(IExecutorRegistry.AlreadyRegistered.selector, id));
        vm.prank(id);
        registry.register{value: UNIT_WEI}(1);
    }

    function test_register_joinsThePoolOfThisBlock() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit IExecutorRegistry.ExecutorRegistered(vm.addr(0xE0000), 3, 3 * UNIT_WEI);
        address id = addExecutor(0, 3);
        vm.roll(101);

        eq(registry.unitsAt(id, 99), 0, "not before");
        eq(registry.unitsAt(id, 100), 3, "from this block on");
        eq(registry.poolSizeBefore(), 1, "pool");
        eq(registry.executorCount(), 1, "count");
        eq(registry.executorAt(0), id, "id");
        eq(registry.executor(id).stakeWei, 3 * UNIT_WEI, "stake");
        eq(address(registry).balance, 3 * UNIT_WEI, "balance");
    }

    function test_unitsAt_blockNotOver_reverts() public {
        refuses(abi.encodeWithSelector(IExecutorRegistry.BlockNotOver.selector, 100, 100));
        registry.unitsAt(ALICE, 100);
        refuses(abi.encodeWithSelector(IExecutorRegistry.BlockNotOver.selector, 101, 100));
        registry.unitsAtOf(new address[](1), 101);
        refuses(abi.encodeWithSelector(IExecutorRegistry.BlockNotOver.selector, 100, 100));
        registry.unitsAtOf(new address[](1), 100);
    }

    function test_requireAscending_blockNotOver_reverts() public {
        refuses(abi.encodeWithSelector(IExecutorRegistry.BlockNotOver.selector, 100, 100));
        registry.requireAscending(IExecutorRegistry.Draw(bytes32(0), JOB, 0, 100), new address[](0), address(0));
    }

    function test_addUnits_notRegistered_reverts() public {
        refuses(abi.encodeWithSelector(IExecutorRegistry.NotActive.selector, ALICE, IExecutorRegistry.Status.None));
        vm.prank(ALICE);
        registry.addUnits{value: UNIT_WEI}(1);
    }

    function test_addUnits_aboveTheMost_reverts() public {
        address id = addExecutor(0, 60);

        refuses(abi.encodeWithSelector(IExecutorRegistry.UnitsOutOfRange.selector, 5, 64));
        vm.prank(id);
        registry.addUnits{value: 5 * UNIT_WEI}(5);
    }

    function test_addUnits_countFromThisBlockOn() public {
        address id = addExecutor(0, 1);
        vm.roll(110);

        vm.expectEmit(true, true, true, true, address(registry));
        emit IExecutorRegistry.UnitsAdded(id, 2, 3 * UNIT_WEI);
        vm.prank(id);
        registry.addUnits{value: 2 * UNIT_WEI}(2);
        vm.roll(111);

        eq(registry.unitsAt(id, 109), 1, "an earlier pool keeps the old units");
        eq(registry.unitsAt(id, 110), 3, "from this block on");
        eq(registry.poolSizeBefore(), 1, "still one executor");
    }

    function test_announceExit_notActive_reverts() public {
        refuses(abi.encodeWithSelector(IExecutorRegistry.NotActive.selector, ALICE, IExecutorRegistry.Status.None));
        vm.prank(ALICE);
        registry.announceExit();
    }

    function test_announceExit_leavesThePoolButNotEarlierOnes() public {
        address id = addExecutor(0, 2);
        vm.roll(110);

        vm.expectEmit(true, true, true, true, address(registry));
        emit IExecutorRegistry.ExitAnnounced(id, 110 + UNSTAKE_DELAY, false);
        vm.prank(id);
        registry.announceExit();
        vm.roll(111);

        eq(registry.unitsAt(id, 109), 2, "before");
        eq(registry.unitsAt(id, 110), 0, "from this block on");
        eq(registry.poolSizeBefore(), 0, "pool");
    }

    function test_withdrawStake_notLeaving_reverts() public {
        address id = addExecutor(0, 1);

        refuses(abi.encodeWithSelector(IExecutorRegistry.NotLeaving.selector, id, IExecutorRegistry.Status.Active));
        vm.prank(id);
        registry.withdrawStake();
    }

    function test_withdrawStake_beforeTheDelay_reverts() public {
        address id = addExecutor(0, 1);
        vm.startPrank(id);
        registry.announceExit();
        vm.roll(100 + UNSTAKE_DELAY - 1);

        refuses(abi.encodeWithSelector(IExecutorRegistry.StakeLocked.selector, id, 100 + UNSTAKE_DELAY));
        registry.withdrawStake();
    }

    function test_withdrawStake_refusedByReceiver_reverts() public {
        vm.deal(address(this), UNIT_WEI);
        registry.register{value: UNIT_WEI}(1);
        registry.announceExit();
        vm.roll(100 + UNSTAKE_DELAY);

        // This contract takes no ether.
        refuses(abi.encodeWithSelector(IExecutorRegistry.TransferFailed.selector, address(this), UNIT_WEI));
        registry.withdrawStake();
    }

    function test_withdrawStake_paysOnceAndAllowsANewStart() public {
        address id = addExecutor(0, 2);
        vm.startPrank(id);
        registry.announceExit();
        vm.roll(100 + UNSTAKE_DELAY);

        vm.expectEmit(true, true, true, true, address(registry));
        emit IExecutorRegistry.StakeWithdrawn(id, 2 * UNIT_WEI);
        registry.withdrawStake();
        eq(id.balance, 100 * UNIT_WEI, "balance");

        refuses(abi.encodeWithSelector(IExecutorRegistry.NotLeaving.selector, id, IExecutorRegistry.Status.None));
        registry.withdrawStake();
        registry.register{value: UNIT_WEI}(1);
        eq(registry.executorCount(), 1, "listed once");
    }

    function test_slash_notTheBoard_reverts() public {
        refuses(abi.encodeWithSelector(IExecutorRegistry.OnlyJobBoard.selector, address(this)));
        registry.slash(JOB, ALICE, Fault.NoReveal, 100);
    }

    function test_slash_soft_keepsInThePool() public {
        address id = addExecutor(0, 1);

        vm.expectEmit(true, true, true, true, address(registry));
        emit IExecutorRegistry.Slashed(JOB, id, Fault.NoReveal, UNIT_WEI / 100, 99 * UNIT_WEI / 100);
        slash(id, Fault.NoReveal, 100);

        eq(uint256(registry.executor(id).status), uint256(IExecutorRegistry.Status.Active), "still active");
        eq(till.bondsOf(JOB), UNIT_WEI / 100, "seized");
        eq(address(registry).balance, 99 * UNIT_WEI / 100, "stake left");
    }

    function test_slash_hard_ejects() public {
        address id = addExecutor(0, 4);

        vm.expectEmit(true, true, true, true, address(registry));
        emit IExecutorRegistry.ExitAnnounced(id, 100 + UNSTAKE_DELAY, true);
        slash(id, Fault.MinorityDigest, 1000);
        vm.roll(101);

        eq(registry.unitsAt(id, 100), 0, "out of the pool");
        eq(registry.executor(id).stakeWei, 18 * UNIT_WEI / 5, "stake left");
    }

    function test_slash_softBelowHalf_ejects() public {
        address id = addExecutor(0, 1);

        slash(id, Fault.NoReveal, 5000);
        eq(uint256(registry.executor(id).status), uint256(IExecutorRegistry.Status.Active), "exactly half stays");
        slash(id, Fault.NoReveal, 1);
        eq(uint256(registry.executor(id).status), uint256(IExecutorRegistry.Status.Leaving), "below half goes");
    }

    function test_slash_movesTheStakeToTheJobsBonds() public {
        address id = addExecutor(0, 1);

        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.StakeSeized(JOB, UNIT_WEI / 2);
        uint256 slashed = slash(id, Fault.MinorityDigest, 5000);

        eq(slashed, UNIT_WEI / 2, "slashed");
        eq(till.bondsOf(JOB), UNIT_WEI / 2, "held for the job");
        eq(address(till).balance, UNIT_WEI / 2, "moved");
    }

    function test_slash_whileLeaving_stillTakes() public {
        address id = addExecutor(0, 1);
        vm.prank(id);
        registry.announceExit();

        eq(slash(id, Fault.MinorityDigest, 5000), UNIT_WEI / 2, "slashed");
        vm.roll(100 + UNSTAKE_DELAY);
        vm.prank(id);
        registry.withdrawStake();
        eq(id.balance, 199 * UNIT_WEI / 2, "half comes back");
    }

    function test_slash_nothingLeft_takesNothing() public {
        eq(slash(ALICE, Fault.Equivocation, 10_000), 0, "never registered");
    }

    function test_unitsAtOf_inTheOrderAsked() public {
        address[] memory ids = new address[](3);
        (ids[0], ids[1], ids[2]) = (addExecutor(0, 3), ALICE, addExecutor(1, 7));
        vm.roll(101);

        uint32[] memory units = registry.unitsAtOf(ids, 100);
        eq(units.length, 3, "one each");
        eq(units[0], 3, "first");
        eq(units[1], 0, "never registered");
        eq(units[2], 7, "last");
    }

    /// In the block of a change the pool is still that of the block before.
    function test_poolSizeBefore_countsTheBlockBefore() public {
        addExecutors(3);
        eq(registry.poolSizeBefore(), 0, "none at the end of the last block");
        vm.roll(101);
        eq(registry.poolSizeBefore(), 3, "now over");
        addExecutor(3, 1);
        vm.prank(registry.executorAt(0));
        registry.announceExit();
        vm.prank(registry.executorAt(1));
        registry.announceExit();
        eq(registry.poolSizeBefore(), 3, "changes of this block do not count");
        vm.roll(102);
        eq(registry.poolSizeBefore(), 2, "then they do");
    }

    /// Who withdrew and came back is in each pool as it was.
    function test_unitsAt_afterComingBack() public {
        address id = addExecutor(0, 2);
        vm.roll(110);
        vm.prank(id);
        registry.announceExit();
        vm.roll(110 + UNSTAKE_DELAY);
        vm.startPrank(id);
        registry.withdrawStake();
        eq(registry.unitsAt(id, 109), 2, "before it left");
        eq(registry.unitsAt(id, 110), 0, "after it left");
        registry.register{value: 3 * UNIT_WEI}(3);
        vm.roll(block.number + 1);
        eq(registry.unitsAt(id, 109), 2, "before it left");
        eq(registry.unitsAt(id, 110), 0, "while it was away");
        eq(registry.unitsAt(id, 109 + UNSTAKE_DELAY), 0, "until it came back");
        eq(registry.unitsAt(id, 110 + UNSTAKE_DELAY), 3, "since it came back");
    }

    /// The pool of a block never changes once the block is over, whatever happens later.
    function testFuzz_unitsAt_pastIsFixed(uint8[10] memory what) public {
        address id = addExecutor(0, 1);
        uint32[] memory seen = new uint32[](10);
        for (uint64 i = 0; i < 10; ++i) {
            act(id, what[i] % 4);
            vm.roll(101 + i);
            seen[i] = registry.unitsAt(id, 100 + i);
            eq(registry.poolSizeBefore(), seen[i] > 0 ? 1 : 0, "pool size");
        }
        for (uint64 i = 0; i < 10; ++i) {
            eq(registry.unitsAt(id, 100 + i), seen[i], "as seen then");
        }
    }

    function act(address id, uint8 what) private {
        if (registry.executor(id).status != IExecutorRegistry.Status.Active) return;
        if (what == 1) {
            vm.prank(id);
            registry.addUnits{value: UNIT_WEI}(1);
        } else if (what == 2) {
            slash(id, Fault.NoReveal, 100);
        } else if (what == 3) {
            vm.prank(id);
            registry.announceExit();
        }
    }

    function slash(address id, Fault fault, uint16 bp) private returns (uint256) {
        vm.prank(address(board));
        return registry.slash(JOB, id, fault, bp);
    }
}
