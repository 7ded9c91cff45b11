// How a job gets its seed: the seed block's prevRandao, read from a header that anyone may bring (docs/protocol.md, record 0x0c).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

import {JobId, JobState} from "../Types.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Header} from "./Header.sol";
import {JobEvent, Lifecycle} from "./Lifecycle.sol";
import {Record} from "./Record.sol";
import {Records} from "./Records.sol";

/// Hashes of 256 blocks back can be read, of 8,191 where EIP-2935's history contract is deployed. A job that nobody seeds in that
/// time becomes stale: a second seed block would be a second throw of the dice for whoever kept the first from being used.
library Seeds {
    using Lifecycle for JobState;
    using Record for Record.Job;

    /// @notice Fixes the seed and starts the job.
    function fix(Record.Job storage j, JobId jobId, bytes calldata headerRlp) internal {
        JobState running = j.state.step(JobEvent.SeedFixed);
        bytes32 blockHash = _seedBlockHash(j);
        if (blockHash == bytes32(0)) revert IJobBoard.SeedBlockGone(j.seedBlock);
        bytes32 headerHash = keccak256(headerRlp);
        if (headerHash != blockHash) revert IJobBoard.HeaderMismatch(headerHash, blockHash);

        bytes32 prevRandao = Header.prevRandao(headerRlp);
        j.state = running;
        j.jobSeed = Records.jobSeed(prevRandao, jobId);
        j.progressed();
        emit IJobBoard.SeedFixed(jobId, prevRandao, j.jobSeed, j.setCap);
    }

    /// Zero when it can no longer be read.
    function _seedBlockHash(Record.Job storage j) private view returns (bytes32) {
        if (block.number <= j.seedBlock) revert IJobBoard.SeedBlockNotOver(j.seedBlock);
        return Blockhash.blockHash(j.seedBlock);
    }
}
