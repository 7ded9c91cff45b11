// Root of a 4-ary Merkle list (docs/protocol.md 2.1); the same tree as cone/hash/merkle.hpp.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

library Merkle {
    uint256 private constant ARITY = 4;

    /// @notice The list root over at least one leaf. Uses `leaves` as its scratch space. The root binds their number.
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        uint256 width = leaves.length;
        while (width > 1) {
            uint256 parents = (width + ARITY - 1) / ARITY;
            for (uint256 i = 0; i < parents; ++i) {
                leaves[i] = _parent(leaves, ARITY * i, width);
            }
            width = parents;
        }
        return keccak256(abi.encodePacked(bytes1(0x0f), uint64(leaves.length), leaves[0]));
    }

    /// The node over the up to four children from `first` on, of `width`.
    function _parent(bytes32[] memory level, uint256 first, uint256 width) private pure returns (bytes32) {
        uint256 group = width - first;
        if (group == 1) return keccak256(abi.encodePacked(bytes1(0x01), level[first]));
        if (group == 2) return keccak256(abi.encodePacked(bytes1(0x01), level[first], level[first + 1]));
        if (group == 3) {
            return keccak256(abi.encodePacked(bytes1(0x01), level[first], level[first + 1], level[first + 2]));
        }
        return
            keccak256(
                abi.encodePacked(bytes1(0x01), level[first], level[first + 1], level[first + 2], level[first + 3])
            );
    }
}
