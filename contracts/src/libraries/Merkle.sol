// Membership in a 4-ary Merkle list (docs/protocol.md 2.1); the same tree as cone/hash/merkle.hpp.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

library Merkle {
    uint256 private constant ARITY = 4;

    /// @notice True when `leaf` stands at `index` of the list of `count` leaves under `root`.
    /// The proof is the siblings level by level, each level's in order without the node itself: its shape follows from
    /// (index, count), so a proof that is too long, too short or for another index is refused.
    function verify(bytes32 root, bytes32 leaf, uint256 index, uint256 count, bytes32[] memory proof)
        internal
        pure
        returns (bool)
    {
        if (index >= count) return false;
        uint256 used = 0;
        bytes32 node = leaf;
        uint256 place = index;
        for (uint256 width = count; width > 1; width = (width + ARITY - 1) / ARITY) {
            uint256 group = _groupSize(place, width);
            if (used + group - 1 > proof.length) return false;
            node = _parent(node, place % ARITY, group, proof, used);
            used += group - 1;
            place /= ARITY;
        }
        return used == proof.length && _bind(count, node) == root;
    }

    function _groupSize(uint256 place, uint256 width) private pure returns (uint256) {
        uint256 left = width - ARITY * (place / ARITY);
        return left < ARITY ? left : ARITY;
    }

    /// The node over `group` children: `node` at its own place, the siblings from proof[from...] around it.
    function _parent(bytes32 node, uint256 own, uint256 group, bytes32[] memory proof, uint256 from)
        private
        pure
        returns (bytes32)
    {
        bytes memory preimage = hex"01";
        for (uint256 child = 0; child < group; ++child) {
            preimage = bytes.concat(preimage, child == own ? node : proof[from++]);
        }
        return keccak256(preimage);
    }

    /// The root binds the number of leaves.
    function _bind(uint256 count, bytes32 top) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0f), uint64(count), top));
    }
}
