// Builds Merkle lists and proofs (docs/protocol.md 2.1) the slow, obvious way: the contracts only verify.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

library Trees {
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            level = parents(level);
        }
        return keccak256(abi.encodePacked(bytes1(0x0f), uint64(leaves.length), level[0]));
    }

    /// Siblings level by level, each level's in order without the node itself.
    function prove(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory level = leaves;
        proof = new bytes32[](0);
        for (; level.length > 1; level = parents(level)) {
            uint256 first = index / 4 * 4;
            for (uint256 i = first; i < level.length && i < first + 4; ++i) {
                if (i != index) proof = append(proof, level[i]);
            }
            index /= 4;
        }
    }

    function parents(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((level.length + 3) / 4);
        for (uint256 i = 0; i < above.length; ++i) {
            bytes memory preimage = hex"01";
            for (uint256 child = 4 * i; child < level.length && child < 4 * i + 4; ++child) {
                preimage = bytes.concat(preimage, level[child]);
            }
            above[i] = keccak256(preimage);
        }
    }

    function append(bytes32[] memory list, bytes32 last) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }
}
