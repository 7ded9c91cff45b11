// Sellers with their shards, executors with their keys, and the jobs they take part in.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, Request} from "../../src/Types.sol";
import {Deployment} from "./Deployment.sol";
import {Headers} from "./Headers.sol";
import {vm} from "./Vm.sol";

abstract contract Parties is Deployment {
    mapping(address executor => uint256) internal keyOf;

    function tagsOf(bytes32 a) internal pure returns (bytes32[] memory tags) {
        tags = new bytes32[](1);
        tags[0] = a;
    }

    function tagsOf(bytes32 a, bytes32 b) internal pure returns (bytes32[] memory tags) {
        tags = new bytes32[](2);
        (tags[0], tags[1]) = (a, b);
    }

    function seller(uint256 i) internal pure returns (address) {
        return address(uint160(0x5E11E0000 + i));
    }

    function shardRoot(uint256 i) internal pure returns (bytes32) {
        return keccak256(abi.encode("shard", i));
    }

    function addSellers(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            addShard(seller(i), 0.05 ether);
        }
    }

    /// Registers the next shard under digits and vision.
    function addShard(address owner, uint96 reserveWei) internal {
        vm.prank(owner);
        catalog.register(tagsOf(DIGITS, VISION), shardRoot(sellerCount++), 4800, reserveWei);
    }

    function shards(uint256 count) internal pure returns (bytes32[] memory roots) {
        roots = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            roots[i] = shardRoot(i);
        }
    }

    /// What the catalogue must be shown for digits and vision.
    function lists() internal view returns (bytes32[][] memory all) {
        all = new bytes32[][](sellerCount == 0 ? 0 : 1);
        if (sellerCount > 0) all[0] = shards(sellerCount);
    }

    function addExecutor(uint256 i, uint32 units) internal returns (address executor) {
        executor = vm.addr(0xE0000 + i);
        keyOf[executor] = 0xE0000 + i;
        vm.deal(executor, 100 * UNIT_WEI);
        vm.prank(executor);
        registry.register{value: units * UNIT_WEI}(units);
    }

    function addExecutors(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            addExecutor(i, 1);
        }
    }

    // ------------------------------------------------------------------------------------------------------------ jobs

    function requestForTests() internal pure virtual returns (Request memory) {
        return Request({
            specHash: SPEC,
            tauBp: 9000,
            minSellers: 2,
            segments: 2,
            lead: 3,
            policy: 0,
            minSize: 3,
            cNum: 1,
            cDen: 1,
            executorShareBp: 3000,
            bridge: BRIDGE
        });
    }

    /// A won auction: the job is Open.
    function openJob(Request memory request, uint256 bidWei) internal returns (JobId jobId) {
        vm.prank(ALICE);
        jobId = house.open{value: bidWei}(tagsOf(DIGITS, VISION), request);
        reach(house.auction(jobId).endBlock + 1);
        house.close(jobId, lists());
    }

    /// Announces the seed block's hash and fixes the seed: the job is Running.
    function fixSeed(JobId jobId) internal {
        uint64 seedBlock = board.job(jobId).seedBlock;
        bytes memory header = Headers.withRandao(keccak256(abi.encode(RANDAO, jobId)));
        reach(seedBlock + 1);
        vm.setBlockhash(seedBlock, keccak256(header));
        board.fixSeed(jobId, header);
    }

    /// A running job over `sellers` sellers and `executors` executors.
    function startJob(uint256 sellers, uint256 executors, Request memory request) internal returns (JobId jobId) {
        addSellers(sellers);
        addExecutors(executors);
        jobId = openJob(request, 3 ether);
        fixSeed(jobId);
    }
}
