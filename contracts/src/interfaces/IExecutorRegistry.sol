// The executors' register: who has staked how much, and who was in the pool at which block.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, JobId} from "../Types.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Register of staked executors
/// @notice An executor's id is the address it signs votes with. The register keeps each executor's units by block, so the pool
/// of a job can be asked for long after it was fixed. Holds the stakes; slashed ether goes to Settlement.
interface IExecutorRegistry {
    enum Status {
        None, // never registered, or stake withdrawn
        Active,
        Leaving // announced its exit, or was ejected; the stake can still be slashed
    }

    struct Executor {
        Status status;
        uint32 units;
        uint64 withdrawableBlock; // while Leaving: first block in which the stake can be withdrawn
        uint128 stakeWei;
    }

    /// What the tickets of a segment are made from, and in which pool they count.
    struct Draw {
        bytes32 segmentSeed;
        JobId jobId;
        uint32 segment;
        uint64 poolBlock;
    }

    event ExecutorRegistered(address indexed executor, uint32 units, uint256 stakeWei);
    event UnitsAdded(address indexed executor, uint32 units, uint256 stakeWei);
    /// `ejected` is true when a slash put the executor out, false when it left by itself.
    event ExitAnnounced(address indexed executor, uint64 withdrawableBlock, bool ejected);
    event StakeWithdrawn(address indexed executor, uint256 amountWei);
    event Slashed(JobId indexed jobId, address indexed executor, Fault fault, uint256 amountWei, uint256 stakeLeftWei);

    error UnitsOutOfRange(uint32 units, uint32 maxUnits);
    /// The value sent is not units * unitStakeWei.
    error WrongStake(uint256 sentWei, uint256 expectedWei);
    error AlreadyRegistered(address executor);
    error NotActive(address executor, Status status);
    error NotLeaving(address executor, Status status);
    error StakeLocked(address executor, uint64 withdrawableBlock);
    error TransferFailed(address to, uint256 amountWei);
    error OnlyJobBoard(address caller);
    error NotInPool(address executor, uint64 poolBlock);
    /// Members come in strictly ascending ticket order, above the last ticket of the attempts before.
    error TicketOrder(uint256 index, address executor);
    /// The pool of a block is known once the block is over.
    error BlockNotOver(uint64 blockNumber, uint256 currentBlock);

    /// @notice Joins the pool from this block on. Sends exactly units * unitStakeWei.
    /// @param units 1 to MAX_UNITS; each is one lot in the sortition.
    function register(uint32 units) external payable;

    /// @notice Adds units. They count for jobs whose pool block is this block or later.
    function addUnits(uint32 units) external payable;

    /// @notice Leaves the pool: jobs whose pool block is this block or later do not draw the caller.
    function announceExit() external;

    /// @notice Pays the stake back to the caller, once `withdrawableBlock` has come.
    function withdrawStake() external;

    /// @notice Takes `bp` basis points of what is left of a stake. JobBoard only. Ejects on a hard fault, or when less than half
    /// of units * unitStakeWei is left. Does nothing but the event for an executor whose stake is gone.
    /// @return slashedWei what was taken; it now lies with the job's bonds in Settlement.
    function slash(JobId jobId, address executor, Fault fault, uint16 bp) external returns (uint256 slashedWei);

    /// @notice Units with which an executor is in the pool of `blockNumber`; 0 when it is not in it. Reverts for a block that is
    /// not over.
    function unitsAt(address executor, uint64 blockNumber) external view returns (uint32);

    /// @notice `unitsAt` for many, in the order asked.
    function unitsAtOf(address[] calldata executors, uint64 blockNumber) external view returns (uint32[] memory);

    /// @notice Ticket of an executor in a draw; zero for the zero address, which stands for nobody. Reverts for others that are
    /// not in the pool.
    function ticketOf(Draw calldata draw, address executor) external view returns (bytes32);

    /// @notice Reverts unless all executors are in the pool and strictly ascend by ticket, above that of `last`.
    function requireAscending(Draw calldata draw, address[] calldata executors, address last) external view;

    /// @notice Number of executors in the pool at the end of the last block.
    function poolSizeBefore() external view returns (uint32);

    /// @notice How many executors ever registered; with `executorAt` lists all candidates of a pool.
    function executorCount() external view returns (uint256);

    function executorAt(uint256 index) external view returns (address);

    function executor(address id) external view returns (Executor memory);

    function unitStakeWei() external view returns (uint256);

    /// @notice Nobody enters a pool with less: half of one unit, what may be left of it after slashes.
    function leastStakeWei() external view returns (uint256);

    function unstakeDelayBlocks() external view returns (uint64);

    function jobBoard() external view returns (address);

    function settlement() external view returns (ISettlement);
}
