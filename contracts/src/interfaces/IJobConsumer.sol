// What a contract that buys a model may implement, to be told how its job ended.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState} from "../Types.sol";

/// @title A buyer that is a contract
/// @notice Settlement calls it once when the buyer's auction or job ends, with `Settlement.CALLBACK_GAS`, after all books are
/// closed. Failing costs the callee only: the job ends the same way, and everything it was told can be read from JobBoard.
/// Warning: check that the caller is Settlement.
interface IJobConsumer {
    /// @param outcome Settled, Unmet or Void.
    /// @param digest of the last segment (docs/protocol.md, record 0x03): commits to the model. Zero when Void.
    /// @param metricBp of the model, basis points. Zero when Void.
    function onJobClosed(JobId jobId, JobState outcome, Digest digest, uint32 metricBp) external;
}
