// The five contracts, deployed with the rules tests play by, and who acts in them.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IDataCatalog} from "../../src/interfaces/IDataCatalog.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Assert} from "./Assert.sol";
import {vm} from "./Vm.sol";

abstract contract Deployment is Assert {
    uint256 internal constant UNIT_WEI = 200 ether;
    uint256 internal constant BOND_WEI = 1 ether;
    uint64 internal constant UNSTAKE_DELAY = 1000;
    address internal constant ADMIN = address(0xAD);
    address internal constant BRIDGE = address(0xB1D);
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    address internal constant CAROL = address(0xCA401);
    bytes32 internal constant SPEC = keccak256("spec");
    bytes32 internal constant RANDAO = keccak256("randao");
    bytes32 internal constant DIGITS = bytes32("digits");
    bytes32 internal constant VISION = bytes32("vision");

    IDataCatalog internal catalog;
    ISettlement internal till;
    IExecutorRegistry internal registry;
    IJobBoard internal board;
    IAuctionHouse internal house;

    uint256 internal sellerCount; // shards registered under digits and vision: shardRoot(0), shardRoot(1) ...

    function setUp() public virtual {
        vm.roll(100);
        deploy(rulesForTests(), timingForTests());
        vm.deal(ALICE, 1000 ether);
        vm.deal(BOB, 1000 ether);
        vm.deal(CAROL, 1000 ether);
    }

    /// Goes ahead to a block; never back.
    function reach(uint256 blockNumber) internal {
        if (block.number < blockNumber) vm.roll(blockNumber);
    }

    function rulesForTests() internal pure virtual returns (IJobBoard.Rules memory) {
        return IJobBoard.Rules({
            seedLagBlocks: 2,
            commitBlocks: 2,
            revealBlocks: 10,
            challengeBlocks: 20,
            stallBlocks: 300,
            hardSlashBp: 5000,
            softSlashBp: 100,
            challengeRewardBp: 3000,
            challengeBondWei: uint128(BOND_WEI)
        });
    }

    /// And the longest life of a job.
    function unstakeDelay() internal pure virtual returns (uint64) {
        return UNSTAKE_DELAY;
    }

    function timingForTests() internal pure virtual returns (IAuctionHouse.Timing memory) {
        return IAuctionHouse.Timing({auctionBlocks: 20, extensionBlocks: 5, hardEndBlocks: 40, minIncrementBp: 500});
    }

    /// The deploy order of contracts/README.md: five plain creations by one account.
    function deploy(IJobBoard.Rules memory rules, IAuctionHouse.Timing memory timing) internal {
        uint256 nonce = vm.getNonce(address(this));
        address boardAddress = vm.computeCreateAddress(address(this), nonce + 3);
        address houseAddress = vm.computeCreateAddress(address(this), nonce + 4);
        sellerCount = 0;
        catalog = IDataCatalog(vm.deployCode("DataCatalog.sol:DataCatalog", ""));
        till = ISettlement(vm.deployCode("Settlement.sol:Settlement", abi.encode(catalog, houseAddress, boardAddress)));
        registry = IExecutorRegistry(
            vm.deployCode(
                "ExecutorRegistry.sol:ExecutorRegistry", abi.encode(till, boardAddress, UNIT_WEI, unstakeDelay())
            )
        );
        board = IJobBoard(vm.deployCode("JobBoard.sol:JobBoard", abi.encode(registry, till, houseAddress, rules)));
        house = IAuctionHouse(vm.deployCode("AuctionHouse.sol:AuctionHouse", abi.encode(till, board, ADMIN, timing)));
    }
}
