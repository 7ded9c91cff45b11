// Creation of a job and the fixing of its seed.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState, Request, VoidReason} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Header} from "../../src/libraries/Header.sol";
import {JobEvent, JobRefuses} from "../../src/libraries/Lifecycle.sol";
import {Records} from "../../src/libraries/Records.sol";
import {Headers} from "../support/Headers.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract SeedTest is Market {
    bytes32 private constant OTHER = keccak256("other header");

    function test_deploy_badRules_reverts() public {
        IJobBoard.Rules memory r = rulesForTests();
        r.seedLagBlocks = 0;
        refusesRules(r);
        (r = rulesForTests()).revealBlocks = 0;
        refusesRules(r);
        (r = rulesForTests()).challengeBlocks = 0;
        refusesRules(r);
        (r = rulesForTests()).stallBlocks = 34; // 2 + 2 + 10 + 20
        refusesRules(r);
        (r = rulesForTests()).hardSlashBp = 10_001;
        refusesRules(r);
        (r = rulesForTests()).softSlashBp = 10_001;
        refusesRules(r);
        (r = rulesForTests()).challengeRewardBp = 10_001;
        refusesRules(r);
        --(r = rulesForTests()).challengeBondWei; // under what a missed reveal costs the poorest executor
        refusesRules(r);
    }

    /// 1 % of half a unit: nobody is in a pool with less than half of its stake.
    function test_deploy_mostPay_isTheLeastSoftSlash() public view {
        eq(registry.leastStakeWei(), UNIT_WEI / 2, "least stake");
        eq(board.mostPayWei(), 1 ether, "a segment's pay");
        eq(board.mostPayWei(), BOND_WEI, "the bond is as large");
    }

    /// Challenge time must be under half of the time for which a stake stays locked: exactly half is too long.
    function test_deploy_challengeTimeOfHalfTheUnstakeDelay_reverts() public {
        IJobBoard.Rules memory r = rulesForTests();
        r.stallBlocks = 2000;
        r.challengeBlocks = uint32(UNSTAKE_DELAY / 2) - r.commitBlocks - r.revealBlocks;
        refusesRules(r);

        --r.challengeBlocks;
        this.deployBoard(r);
    }

    /// A later block's hash cannot take the place of one that is gone: the job can only become stale.
    function test_fixSeed_blockGone_isVoidedAsStale() public {
        JobId jobId = opened();
        vm.roll(block.number + 301);
        refuses(abi.encodeWithSelector(IJobBoard.SeedBlockGone.selector, board.job(jobId).seedBlock));
        board.fixSeed(jobId, Headers.ANVIL);

        board.voidStale(jobId);
        checkJob(jobId, JobState.Void);
        eq(till.creditOf(ALICE), 1 ether, "refunded");
    }

    function test_deploy_wholeStakesAndRewards_areAllowed() public {
        IJobBoard.Rules memory r = rulesForTests();
        (r.hardSlashBp, r.softSlashBp, r.challengeRewardBp) = (10_000, 10_000, 10_000);
        r.stallBlocks = 35;
        r.challengeBondWei = uint128(UNIT_WEI / 2);
        this.deployBoard(r);
    }

    function test_rules_areThoseOfDeployment() public view {
        eq(keccak256(abi.encode(board.rules())), keccak256(abi.encode(rulesForTests())), "rules");
    }

    function test_create_stranger_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.OnlyAuctionHouse.selector, address(this)));
        board.create(JobId.wrap(1), ALICE, requestForTests(), new bytes32[](0));
    }

    function test_create_twice_reverts() public {
        addSellers(2);
        JobId jobId = openJob(requestForTests(), 1 ether);

        refuses(abi.encodeWithSelector(JobRefuses.selector, JobState.Open, JobEvent.AuctionWon));
        vm.prank(address(house));
        board.create(jobId, ALICE, requestForTests(), new bytes32[](0));
    }

    function test_fixSeed_unknownJob_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchJob.selector, JobId.wrap(9)));
        board.fixSeed(JobId.wrap(9), Headers.ANVIL);
    }

    function test_fixSeed_inTheSeedBlock_reverts() public {
        JobId jobId = opened();
        uint64 seedBlock = board.job(jobId).seedBlock;
        vm.roll(seedBlock);

        refuses(abi.encodeWithSelector(IJobBoard.SeedBlockNotOver.selector, seedBlock));
        board.fixSeed(jobId, Headers.ANVIL);
    }

    function test_fixSeed_otherHeader_reverts() public {
        JobId jobId = opened();
        uint64 seedBlock = board.job(jobId).seedBlock;
        vm.roll(seedBlock + 1);
        vm.setBlockhash(seedBlock, OTHER);

        refuses(abi.encodeWithSelector(IJobBoard.HeaderMismatch.selector, Headers.ANVIL_HASH, OTHER));
        board.fixSeed(jobId, Headers.ANVIL);
    }

    function test_fixSeed_malformedHeader_reverts() public {
        JobId jobId = opened();
        uint64 seedBlock = board.job(jobId).seedBlock;
        bytes memory cut = hex"f90261";
        vm.roll(seedBlock + 1);
        vm.setBlockhash(seedBlock, keccak256(cut));

        refuses(abi.encodeWithSelector(Header.HeaderMalformed.selector, 0));
        board.fixSeed(jobId, cut);
    }

    function test_fixSeed_afterTheHashIsGone_reverts() public {
        JobId jobId = opened();
        uint64 seedBlock = board.job(jobId).seedBlock;
        vm.roll(seedBlock + 257);

        refuses(abi.encodeWithSelector(IJobBoard.SeedBlockGone.selector, seedBlock));
        board.fixSeed(jobId, Headers.ANVIL);
    }

    function test_fixSeed_twice_reverts() public {
        JobId jobId = startJob(2, 3, requestForTests());

        refuses(abi.encodeWithSelector(JobRefuses.selector, JobState.Running, JobEvent.SeedFixed));
        board.fixSeed(jobId, Headers.ANVIL);
    }

    function test_fixSeed_ofARealHeader() public {
        addExecutors(4);
        JobId jobId = opened();
        uint64 seedBlock = board.job(jobId).seedBlock;
        vm.roll(seedBlock + 1);
        vm.setBlockhash(seedBlock, Headers.ANVIL_HASH);
        bytes32 seed = Records.jobSeed(Headers.ANVIL_RANDAO, jobId);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.SeedFixed(jobId, Headers.ANVIL_RANDAO, seed, 4);
        vm.prank(CAROL);
        board.fixSeed(jobId, Headers.ANVIL);

        checkJob(jobId, JobState.Running);
        eq(board.job(jobId).jobSeed, seed, "seed");
        eq(board.job(jobId).setCap, 4, "cap");
    }

    /// The pool is the register at the pool block: who comes later cannot be drawn.
    function test_fixSeed_countsThePoolOfThePoolBlock() public {
        addExecutors(3);
        JobId jobId = opened();
        vm.roll(block.number + 1);
        addExecutor(3, 1);
        fixSeed(jobId);

        eq(board.job(jobId).setCap, 3, "late comer is not counted");
    }

    function test_fixSeed_poolSmallerThanTheLead_voids() public {
        addSellers(2);
        addExecutors(2);
        JobId jobId = openJob(requestForTests(), 1 ether);
        uint64 seedBlock = board.job(jobId).seedBlock;
        vm.roll(seedBlock + 1);
        vm.setBlockhash(seedBlock, Headers.ANVIL_HASH);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobVoided(jobId, VoidReason.PoolExhausted);
        board.fixSeed(jobId, Headers.ANVIL);
        checkJob(jobId, JobState.Void);
        eq(till.creditOf(ALICE), 1 ether, "refunded");
    }

    function test_fixSeed_largePool_isCappedAtMaxSet() public {
        addExecutors(257);
        JobId jobId = opened();
        fixSeed(jobId);

        eq(board.job(jobId).setCap, 160, "cap");
    }

    function opened() private returns (JobId) {
        addSellers(2);
        return openJob(requestForTests(), 1 ether);
    }

    function refusesRules(IJobBoard.Rules memory rules) private {
        vm.expectRevert(IJobBoard.RulesInvalid.selector);
        this.deployBoard(rules);
    }

    function deployBoard(IJobBoard.Rules calldata rules) external {
        bytes memory code =
            bytes.concat(vm.getCode("JobBoard.sol:JobBoard"), abi.encode(registry, till, address(house), rules));
        assembly ("memory-safe") {
            if iszero(create(0, add(code, 32), mload(code))) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
