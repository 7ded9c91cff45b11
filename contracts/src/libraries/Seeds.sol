// How a job gets its seed: the seed block's prevRandao, read from a header that anyone may bring (docs/protocol.md, record 0x0c).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

import {JobId, JobState} from "../Types.sol";
import {IExecutorRegistry} from "../interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Header} from "./Header.sol";
import {JobEvent, Lifecycle} from "./Lifecycle.sol";
import {Record} from "./Record.sol";
import {Records} from "./Records.sol";

/// Hashes of 256 blocks back can be read, of 8,191 where EIP-2935's history contract is deployed.
library Seeds {
    using Lifecycle for JobState;
    using Record for Record.Job;

    /// An execution set never grows beyond this, which bounds the work of `finalize`.
    uint16 internal constant MAX_SET = 256;

    /// @notice Fixes seed and set cap and starts the job.
    function fix(Record.Job storage j, JobId jobId, bytes calldata headerRlp, IExecutorRegistry registry) internal {
        JobState running = j.state.step(JobEvent.SeedFixed);
        bytes32 blockHash = _seedBlockHash(j);
        if (blockHash == bytes32(0)) revert IJobBoard.SeedBlockGone(j.seedBlock);
        bytes32 headerHash = keccak256(headerRlp);
        if (headerHash != blockHash) revert IJobBoard.HeaderMismatch(headerHash, blockHash);

        bytes32 prevRandao = Header.prevRandao(headerRlp);
        uint32 poolSize = registry.poolSizeAt(j.poolBlock);
        j.state = running;
        j.jobSeed = Records.jobSeed(prevRandao, jobId);
        j.setCap = poolSize < MAX_SET ? uint16(poolSize) : MAX_SET;
        j.progressed();
        emit IJobBoard.SeedFixed(jobId, prevRandao, j.jobSeed, j.setCap);
    }

    /// @notice Chooses a new seed block when the old one's hash is gone. No progress: a job that nobody seeds becomes stale.
    function reschedule(Record.Job storage j, JobId jobId, uint32 lagBlocks) internal {
        j.state.step(JobEvent.SeedFixed);
        if (_seedBlockHash(j) != bytes32(0)) revert IJobBoard.SeedBlockAvailable(j.seedBlock);

        j.seedBlock = uint64(block.number) + lagBlocks;
        emit IJobBoard.SeedRescheduled(jobId, j.seedBlock);
    }

    /// Zero when it can no longer be read.
    function _seedBlockHash(Record.Job storage j) private view returns (bytes32) {
        if (block.number <= j.seedBlock) revert IJobBoard.SeedBlockNotOver(j.seedBlock);
        return Blockhash.blockHash(j.seedBlock);
    }
}
