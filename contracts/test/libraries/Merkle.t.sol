// The Merkle list against tests/vectors/merkle.json, and against wrong proofs of every kind.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Merkle} from "../../src/libraries/Merkle.sol";
import {Assert} from "../support/Assert.sol";
import {Trees} from "../support/Trees.sol";
import {vm} from "../support/Vm.sol";

contract MerkleTest is Assert {
    function test_verify_acceptsEveryVectorAndNoOtherPlace() public view {
        string memory json = vm.readFile("../tests/vectors/merkle.json");
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".leaves");
        bytes32[] memory roots = vm.parseJsonBytes32Array(json, ".list_roots");
        uint256[] memory counts = vm.parseJsonUintArray(json, ".proof_counts");
        uint256[] memory indices = vm.parseJsonUintArray(json, ".proof_indices");
        check(counts.length > 100 && roots.length == leaves.length, "vectors present");

        for (uint256 i = 0; i < counts.length; ++i) {
            string memory key = string.concat(".proof_siblings[", vm.toString(i), "]");
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, key);
            bytes32 root = roots[counts[i] - 1];
            bytes32 leaf = leaves[indices[i]];
            check(Merkle.verify(root, leaf, indices[i], counts[i], proof), "vector's proof");
            check(!Merkle.verify(root, leaf, indices[i] + 1, counts[i], proof), "next index");
            check(!Merkle.verify(root, leaf, indices[i], counts[i] + 1, proof), "one leaf more");
        }
    }

    function test_verify_indexBeyondCount_isFalse() public pure {
        bytes32 leaf = keccak256("leaf");
        bytes32 root = Trees.root(one(leaf));

        check(Merkle.verify(root, leaf, 0, 1, new bytes32[](0)), "single leaf");
        check(!Merkle.verify(root, leaf, 1, 1, new bytes32[](0)), "index 1 of 1");
        check(!Merkle.verify(root, leaf, 0, 0, new bytes32[](0)), "empty list");
    }

    function testFuzz_verify_acceptsOwnProof(uint256 seed, uint256 count, uint256 index) public pure {
        (bytes32[] memory leaves, uint256 i) = sample(seed, count, index);

        check(Merkle.verify(Trees.root(leaves), leaves[i], i, leaves.length, Trees.prove(leaves, i)), "own proof");
    }

    function testFuzz_verify_corruptLeaf_isFalse(uint256 seed, uint256 count, uint256 index) public pure {
        (bytes32[] memory leaves, uint256 i) = sample(seed, count, index);

        bytes32 other = keccak256(abi.encode(leaves[i]));
        check(!Merkle.verify(Trees.root(leaves), other, i, leaves.length, Trees.prove(leaves, i)), "corrupt leaf");
    }

    function testFuzz_verify_corruptSibling_isFalse(uint256 seed, uint256 count, uint256 index, uint256 which)
        public
        pure
    {
        (bytes32[] memory leaves, uint256 i) = sample(seed, bound(count, 1, 69), index);
        bytes32[] memory proof = Trees.prove(leaves, i);

        proof[which % proof.length] ^= bytes32(uint256(1) << (seed % 256));
        check(!Merkle.verify(Trees.root(leaves), leaves[i], i, leaves.length, proof), "corrupt sibling");
    }

    function testFuzz_verify_corruptRoot_isFalse(uint256 seed, uint256 count, uint256 index) public pure {
        (bytes32[] memory leaves, uint256 i) = sample(seed, count, index);

        bytes32 root = Trees.root(leaves) ^ bytes32(uint256(1) << (seed % 256));
        check(!Merkle.verify(root, leaves[i], i, leaves.length, Trees.prove(leaves, i)), "corrupt root");
    }

    function testFuzz_verify_wrongLength_isFalse(uint256 seed, uint256 count, uint256 index) public pure {
        (bytes32[] memory leaves, uint256 i) = sample(seed, bound(count, 1, 69), index);
        bytes32[] memory proof = Trees.prove(leaves, i);
        bytes32 root = Trees.root(leaves);

        bytes32[] memory longer = new bytes32[](proof.length + 1);
        bytes32[] memory shorter = new bytes32[](proof.length - 1);
        for (uint256 k = 0; k < proof.length; ++k) {
            longer[k] = proof[k];
            if (k < shorter.length) shorter[k] = proof[k];
        }
        check(!Merkle.verify(root, leaves[i], i, leaves.length, longer), "one sibling more");
        check(!Merkle.verify(root, leaves[i], i, leaves.length, shorter), "one sibling less");
    }

    /// A node hashed as a leaf must not pass: tags keep the two apart.
    function test_verify_nodeAsLeaf_isFalse() public pure {
        (bytes32[] memory leaves,) = sample(7, 15, 0);
        bytes32 node = keccak256(bytes.concat(hex"01", leaves[0], leaves[1], leaves[2], leaves[3]));
        bytes32[] memory siblings = new bytes32[](3);
        bytes32[] memory all = Trees.prove(leaves, 0);
        for (uint256 i = 0; i < 3; ++i) {
            siblings[i] = all[3 + i];
        }

        check(!Merkle.verify(Trees.root(leaves), node, 0, 4, siblings), "count is bound into the root");
    }

    function sample(uint256 seed, uint256 count, uint256 index)
        private
        pure
        returns (bytes32[] memory leaves, uint256 i)
    {
        leaves = new bytes32[](bound(count, 1, 70));
        for (uint256 k = 0; k < leaves.length; ++k) {
            leaves[k] = keccak256(abi.encode(seed, k));
        }
        i = index % leaves.length;
    }

    function one(bytes32 leaf) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](1);
        leaves[0] = leaf;
    }
}
