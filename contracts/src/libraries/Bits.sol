// Sets of up to 256 positions, one bit each.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

library Bits {
    function has(uint256 set, uint256 position) internal pure returns (bool) {
        return set >> position & 1 == 1;
    }

    function with(uint256 set, uint256 position) internal pure returns (uint256) {
        return set | 1 << position;
    }

    /// @notice How many positions are in the set (sums neighbouring fields of 1, 2, 4 ... 128 bits).
    function count(uint256 set) internal pure returns (uint16) {
        unchecked {
            uint256 x = set - (set >> 1 & type(uint256).max / 3);
            x = (x & type(uint256).max / 15 * 3) + (x >> 2 & type(uint256).max / 15 * 3);
            x = (x + (x >> 4)) & type(uint256).max / 255 * 15;
            // Each byte holds a count of at most 8; only the sum of all 32 can reach 256.
            return set == type(uint256).max ? 256 : uint16(x * (type(uint256).max / 255) >> 248);
        }
    }
}
