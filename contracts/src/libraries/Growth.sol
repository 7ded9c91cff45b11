// How large an execution set is after each attempt (docs/protocol.md 2.3); the same rule as cone/consensus.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

library Growth {
    uint8 internal constant DOUBLING = 0;
    uint8 internal constant D2M = 1;
    uint8 internal constant LEAD = 2;

    struct Policy {
        uint8 kind;
        uint16 lead; // L
        uint16 minSize; // `base` of d2m
        uint16 cNum;
        uint16 cDen;
    }

    /// @notice Total size of the set after attempt `index`, at most `cap`.
    /// @param total members asked so far; 0 for index 0.
    /// @param leadNow best votes minus second best. At or above L only after a challenge: then policy 2 asks for as many as would
    /// rebuild the whole lead.
    function sizeAfter(Policy memory policy, uint256 index, uint256 total, uint256 leadNow, uint256 cap)
        internal
        pure
        returns (uint256)
    {
        uint256 size = index == 0 ? _first(policy) : total + _added(policy, index, total, leadNow);
        return size < cap ? size : cap;
    }

    function _first(Policy memory policy) private pure returns (uint256) {
        if (policy.kind == D2M) return uint256(policy.minSize) + 1;
        return policy.lead > policy.minSize ? policy.lead : policy.minSize;
    }

    function _added(Policy memory policy, uint256 index, uint256 total, uint256 leadNow)
        private
        pure
        returns (uint256)
    {
        if (policy.kind == DOUBLING) return total;
        if (policy.kind == D2M) return policy.minSize + 2 ** (index < 16 ? index : 16);
        uint256 missing = leadNow < policy.lead ? policy.lead - leadNow : policy.lead;
        return (policy.cNum * missing + policy.cDen - 1) / policy.cDen;
    }
}
