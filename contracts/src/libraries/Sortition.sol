// Tickets of executors (docs/protocol.md 2.2).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IExecutorRegistry} from "../interfaces/IExecutorRegistry.sol";
import {Records} from "./Records.sol";

library Sortition {
    /// @notice The smallest of an executor's `units` tickets; units >= 1.
    function ticket(IExecutorRegistry.Draw memory draw, address executor, uint32 units)
        internal
        pure
        returns (bytes32 least)
    {
        least = Records.ticket(draw.segmentSeed, draw.jobId, draw.segment, executor, 0);
        for (uint32 unit = 1; unit < units; ++unit) {
            bytes32 other = Records.ticket(draw.segmentSeed, draw.jobId, draw.segment, executor, unit);
            if (other < least) least = other;
        }
    }
}
