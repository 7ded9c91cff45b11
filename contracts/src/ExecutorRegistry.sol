// The executors' register. See IExecutorRegistry.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {Fault, JobId, Role} from "./Types.sol";
import {IExecutorRegistry} from "./interfaces/IExecutorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";

/// Units are kept as checkpoints by block (OpenZeppelin's Trace208): the pool of any past block is a lookup, and what happens to
/// an executor later cannot change it.
contract ExecutorRegistry is IExecutorRegistry {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    uint32 public constant MAX_UNITS = 64;
    uint256 private constant BP = 10_000;

    address public immutable jobBoard;
    ISettlement public immutable settlement;
    uint256 public immutable unitStakeWei;
    uint64 public immutable unstakeDelayBlocks;

    address[] private known_;
    mapping(address id => bool) private isKnown_;
    mapping(address id => Executor) private executors_;
    mapping(address id => Checkpoints.Trace208) private units_;
    Checkpoints.Trace208 private poolSize_;

    /// @param jobBoard_ may not exist yet; AuctionHouse's constructor checks the wiring.
    constructor(ISettlement settlement_, address jobBoard_, uint256 unitStakeWei_, uint64 unstakeDelayBlocks_) {
        settlement = settlement_;
        jobBoard = jobBoard_;
        unitStakeWei = unitStakeWei_;
        unstakeDelayBlocks = unstakeDelayBlocks_;
    }

    /// @inheritdoc IExecutorRegistry
    function register(uint32 units) external payable {
        Executor storage own = executors_[msg.sender];
        if (own.status != Status.None) revert AlreadyRegistered(msg.sender);
        _requireStake(units, units);

        own.status = Status.Active;
        own.units = units;
        own.stakeWei = msg.value.toUint128();
        if (!isKnown_[msg.sender]) {
            isKnown_[msg.sender] = true;
            known_.push(msg.sender);
        }
        _setUnits(msg.sender, units);
        _setPoolSize(poolSize_.latest() + 1);
        emit ExecutorRegistered(msg.sender, units, msg.value);
    }

    /// @inheritdoc IExecutorRegistry
    function addUnits(uint32 units) external payable {
        Executor storage own = _active(msg.sender);
        _requireStake(units, uint256(own.units) + units);

        own.units += units;
        own.stakeWei += msg.value.toUint128();
        _setUnits(msg.sender, own.units);
        emit UnitsAdded(msg.sender, units, own.stakeWei);
    }

    /// @inheritdoc IExecutorRegistry
    function announceExit() external {
        _leave(_active(msg.sender), msg.sender, false);
    }

    /// @inheritdoc IExecutorRegistry
    function withdrawStake() external {
        Executor memory own = executors_[msg.sender];
        if (own.status != Status.Leaving) revert NotLeaving(msg.sender, own.status);
        if (block.number < own.withdrawableBlock) revert StakeLocked(msg.sender, own.withdrawableBlock);

        delete executors_[msg.sender];
        emit StakeWithdrawn(msg.sender, own.stakeWei);

        (bool sent,) = msg.sender.call{value: own.stakeWei}("");
        if (!sent) revert TransferFailed(msg.sender, own.stakeWei);
    }

    /// @inheritdoc IExecutorRegistry
    function slash(JobId jobId, address id, Fault fault, uint16 bp, address rewardTo, uint16 rewardBp)
        external
        returns (uint256 slashedWei)
    {
        if (msg.sender != jobBoard) revert OnlyJobBoard(msg.sender);

        Executor storage guilty = executors_[id];
        slashedWei = uint256(guilty.stakeWei) * bp / BP;
        guilty.stakeWei -= slashedWei.toUint128();
        bool hard = fault == Fault.MinorityDigest || fault == Fault.Equivocation;
        if (guilty.status == Status.Active && (hard || _isUnderHalf(guilty))) _leave(guilty, id, true);
        uint256 rewardWei = rewardTo == address(0) ? 0 : slashedWei * rewardBp / BP;
        emit Slashed(jobId, id, fault, slashedWei, rewardWei, guilty.stakeWei);

        if (rewardWei > 0) settlement.credit{value: rewardWei}(jobId, rewardTo, Role.Challenger);
        if (slashedWei > rewardWei) settlement.burn{value: slashedWei - rewardWei}(jobId);
    }

    /// @inheritdoc IExecutorRegistry
    function unitsAt(address id, uint64 blockNumber) external view returns (uint32) {
        _requireOver(blockNumber);
        return _unitsAt(id, blockNumber);
    }

    /// @inheritdoc IExecutorRegistry
    function unitsAtOf(address[] calldata ids, uint64 blockNumber) external view returns (uint32[] memory units) {
        _requireOver(blockNumber);
        units = new uint32[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            units[i] = _unitsAt(ids[i], blockNumber);
        }
    }

    /// @inheritdoc IExecutorRegistry
    function poolSizeAt(uint64 blockNumber) external view returns (uint32) {
        _requireOver(blockNumber);
        return uint32(poolSize_.upperLookupRecent(uint48(blockNumber)));
    }

    /// @inheritdoc IExecutorRegistry
    function executorCount() external view returns (uint256) {
        return known_.length;
    }

    /// @inheritdoc IExecutorRegistry
    function executorAt(uint256 index) external view returns (address) {
        return known_[index];
    }

    /// @inheritdoc IExecutorRegistry
    function executor(address id) external view returns (Executor memory) {
        return executors_[id];
    }

    function _active(address id) private view returns (Executor storage own) {
        own = executors_[id];
        if (own.status != Status.Active) revert NotActive(id, own.status);
    }

    function _requireStake(uint32 added, uint256 total) private view {
        if (added == 0 || total > MAX_UNITS) revert UnitsOutOfRange(added, MAX_UNITS);
        uint256 expectedWei = added * unitStakeWei;
        if (msg.value != expectedWei) revert WrongStake(msg.value, expectedWei);
    }

    function _leave(Executor storage leaving, address id, bool ejected) private {
        leaving.status = Status.Leaving;
        leaving.withdrawableBlock = uint64(block.number) + unstakeDelayBlocks;
        _setUnits(id, 0);
        _setPoolSize(poolSize_.latest() - 1);
        emit ExitAnnounced(id, leaving.withdrawableBlock, ejected);
    }

    function _isUnderHalf(Executor storage some) private view returns (bool) {
        return 2 * uint256(some.stakeWei) < some.units * unitStakeWei;
    }

    function _setUnits(address id, uint32 units) private {
        units_[id].push(uint48(block.number), units);
    }

    function _setPoolSize(uint208 size) private {
        poolSize_.push(uint48(block.number), size);
    }

    function _unitsAt(address id, uint64 blockNumber) private view returns (uint32) {
        return uint32(units_[id].upperLookupRecent(uint48(blockNumber)));
    }

    /// INVARIANT: a pool is only ever read once its block is over, so it cannot change any more.
    function _requireOver(uint64 blockNumber) private view {
        if (blockNumber >= block.number) revert BlockNotOver(blockNumber, block.number);
    }
}
