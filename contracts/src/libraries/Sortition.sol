// Tickets of executors and the check that a set was drawn in ticket order (docs/protocol.md 2.2).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId} from "../Types.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Records} from "./Records.sol";

library Sortition {
    /// What a draw is made from.
    struct Draw {
        bytes32 segmentSeed;
        JobId jobId;
        uint32 segment;
        uint64 poolBlock;
    }

    /// @notice The smallest of an executor's `units` tickets; units >= 1.
    function ticket(Draw memory draw, address executor, uint32 units) internal pure returns (bytes32 least) {
        least = Records.ticket(draw.segmentSeed, draw.jobId, draw.segment, executor, 0);
        for (uint32 unit = 1; unit < units; ++unit) {
            bytes32 other = Records.ticket(draw.segmentSeed, draw.jobId, draw.segment, executor, unit);
            if (other < least) least = other;
        }
    }

    /// @notice Checks that all executors are in the pool and strictly ascend by ticket, above `after_`. Reverts otherwise.
    /// @param units of each executor in the pool.
    /// @return last the last executor's ticket.
    function requireAscending(Draw memory draw, address[] calldata executors, uint32[] memory units, bytes32 after_)
        internal
        pure
        returns (bytes32 last)
    {
        last = after_;
        for (uint256 i = 0; i < executors.length; ++i) {
            if (units[i] == 0) revert IJobBoard.NotInPool(executors[i], draw.poolBlock);
            bytes32 own = ticket(draw, executors[i], units[i]);
            if (own <= last) revert IJobBoard.TicketOrder(i, executors[i]);
            last = own;
        }
    }
}
