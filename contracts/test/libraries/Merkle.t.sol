// The Merkle list root against tests/vectors/merkle.json, and that it binds every leaf, their order and their number.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Merkle} from "../../src/libraries/Merkle.sol";
import {Assert} from "../support/Assert.sol";
import {Trees} from "../support/Trees.sol";
import {vm} from "../support/Vm.sol";

contract MerkleTest is Assert {
    function test_root_isEveryVectors() public view {
        string memory json = vm.readFile("../tests/vectors/merkle.json");
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".leaves");
        bytes32[] memory roots = vm.parseJsonBytes32Array(json, ".list_roots");
        check(leaves.length > 20 && roots.length == leaves.length, "vectors present");

        for (uint256 count = 1; count <= leaves.length; ++count) {
            eq(Merkle.root(first(leaves, count)), roots[count - 1], "vector's root");
        }
    }

    function testFuzz_root_isTheSlowOne(uint256 seed, uint256 count) public pure {
        bytes32[] memory leaves = sample(seed, count);

        eq(Merkle.root(first(leaves, leaves.length)), Trees.root(leaves), "Trees.root");
    }

    function testFuzz_root_anyLeafChanged_isAnother(uint256 seed, uint256 count, uint256 which) public pure {
        bytes32[] memory leaves = sample(seed, count);
        bytes32 root = Trees.root(leaves);

        leaves[which % leaves.length] ^= bytes32(uint256(1) << (seed % 256));
        check(Merkle.root(leaves) != root, "changed leaf");
    }

    function testFuzz_root_swappedLeaves_isAnother(uint256 seed, uint256 count, uint256 which) public pure {
        bytes32[] memory leaves = sample(seed, bound(count, 1, 69));
        bytes32 root = Trees.root(leaves);

        uint256 i = which % (leaves.length - 1);
        (leaves[i], leaves[i + 1]) = (leaves[i + 1], leaves[i]);
        check(Merkle.root(leaves) != root, "order");
    }

    /// Four leaves under a node, against that node as the one leaf of a list: the number of leaves is bound.
    function test_root_nodeAsLeaf_isAnother() public pure {
        bytes32[] memory leaves = sample(7, 3);
        bytes32[] memory one = new bytes32[](1);
        one[0] = keccak256(bytes.concat(hex"01", leaves[0], leaves[1], leaves[2], leaves[3]));

        check(Merkle.root(first(leaves, 4)) != Merkle.root(one), "count");
    }

    function sample(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](bound(count, 1, 70));
        for (uint256 k = 0; k < leaves.length; ++k) {
            leaves[k] = keccak256(abi.encode(seed, k));
        }
    }

    /// A copy: `root` uses what it is given as scratch space.
    function first(bytes32[] memory leaves, uint256 count) private pure returns (bytes32[] memory copy) {
        copy = new bytes32[](count);
        for (uint256 k = 0; k < count; ++k) {
            copy[k] = leaves[k];
        }
    }
}
