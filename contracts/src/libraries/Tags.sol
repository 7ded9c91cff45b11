// Tag sets: 1 to 4 non-zero tags, strictly ascending, so that a set has one form.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

library Tags {
    uint256 internal constant MAX_TAGS = 4;

    error TagCountOutOfRange(uint256 count);
    error TagsNotAscending(uint256 index);

    function requireSet(bytes32[] calldata tags) internal pure {
        if (tags.length == 0 || tags.length > MAX_TAGS) revert TagCountOutOfRange(tags.length);
        bytes32 before = bytes32(0);
        for (uint256 i = 0; i < tags.length; ++i) {
            if (tags[i] <= before) revert TagsNotAscending(i);
            before = tags[i];
        }
    }

    /// @notice One word that names the set.
    function key(bytes32[] calldata tags) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(tags));
    }
}
