// Splits an amount by weights so that the parts sum to it exactly (largest remainder, Hamilton's method).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";

library Apportion {
    uint256 private constant INDEX_BITS = 16;

    /// @notice Parts of `amountWei` in proportion to `weights`. Each is rounded down, then the wei left over go one each to the
    /// largest remainders; of equal remainders the lower index is served first. A weight of zero gets nothing.
    /// @param amountWei below 2^200.
    /// @param weights at most 65,535 of them.
    /// @return parts one a weight; they sum to amountWei, or are all zero when the weights are: then there is nobody to pay.
    function split(uint256 amountWei, uint32[] memory weights) internal pure returns (uint256[] memory parts) {
        uint256 total = sum(weights);
        parts = new uint256[](weights.length);
        if (total == 0) return parts;

        uint256[] memory order = new uint256[](weights.length);
        uint256 leftWei = amountWei;
        for (uint256 i = 0; i < weights.length; ++i) {
            uint256 share = amountWei * weights[i];
            parts[i] = share / total;
            leftWei -= parts[i];
            // Ascending order of this key is: larger remainder first, then lower index.
            order[i] = ((total - share % total) << INDEX_BITS) | i;
        }
        Arrays.sort(order);
        for (uint256 i = 0; i < leftWei; ++i) {
            ++parts[order[i] & (2 ** INDEX_BITS - 1)];
        }
    }

    function sum(uint32[] memory weights) internal pure returns (uint256 total) {
        for (uint256 i = 0; i < weights.length; ++i) {
            total += weights[i];
        }
    }
}
