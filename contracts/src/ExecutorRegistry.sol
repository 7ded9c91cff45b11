// The executors' register. See IExecutorRegistry.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {Fault, JobId} from "./Types.sol";
import {IExecutorRegistry} from "./interfaces/IExecutorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Sortition} from "./libraries/Sortition.sol";

/// Units are kept as checkpoints by block (OpenZeppelin's Trace208): the pool of any past block is a lookup, and what happens to
/// an executor later cannot change it. An exit writes its checkpoint only when the stake is withdrawn: until then the entry says it.
contract ExecutorRegistry is IExecutorRegistry {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    uint32 public constant MAX_UNITS = 64;
    uint256 private constant BP = 10_000;

    address public immutable jobBoard;
    ISettlement public immutable settlement;
    uint256 public immutable unitStakeWei;
    uint64 public immutable unstakeDelayBlocks;

    /// One slot. Who is asked for its units now needs no more than this.
    struct Entry {
        Status status;
        uint16 units;
        uint48 sinceBlock; // Active: the units count since then. Leaving: they do not any more
        uint128 stakeWei;
    }

    address[] private known_;
    mapping(address id => bool) private isKnown_;
    mapping(address id => Entry) private entries_;
    mapping(address id => Checkpoints.Trace208) private units_;
    uint32 private poolSize_;
    uint32 private poolSizeBefore_; // before the block of the last change
    uint48 private poolSinceBlock_; // that block

    /// @param jobBoard_ may not exist yet; AuctionHouse's constructor checks the wiring.
    constructor(ISettlement settlement_, address jobBoard_, uint256 unitStakeWei_, uint64 unstakeDelayBlocks_) {
        settlement = settlement_;
        jobBoard = jobBoard_;
        unitStakeWei = unitStakeWei_;
        unstakeDelayBlocks = unstakeDelayBlocks_;
    }

    /// @inheritdoc IExecutorRegistry
    function register(uint32 units) external payable {
        Entry storage own = entries_[msg.sender];
        if (own.status != Status.None) revert AlreadyRegistered(msg.sender);
        _requireStake(units, units);

        own.status = Status.Active;
        own.stakeWei = msg.value.toUint128();
        if (!isKnown_[msg.sender]) {
            isKnown_[msg.sender] = true;
            known_.push(msg.sender);
        }
        _setUnits(own, msg.sender, units);
        _setPoolSize(poolSize_ + 1);
        emit ExecutorRegistered(msg.sender, units, msg.value);
    }

    /// @inheritdoc IExecutorRegistry
    function addUnits(uint32 units) external payable {
        Entry storage own = _active(msg.sender);
        _requireStake(units, uint256(own.units) + units);

        own.stakeWei += msg.value.toUint128();
        _setUnits(own, msg.sender, own.units + units);
        emit UnitsAdded(msg.sender, units, own.stakeWei);
    }

    /// @inheritdoc IExecutorRegistry
    function announceExit() external {
        _leave(_active(msg.sender), msg.sender, false);
    }

    /// @inheritdoc IExecutorRegistry
    function withdrawStake() external {
        Entry memory own = entries_[msg.sender];
        if (own.status != Status.Leaving) revert NotLeaving(msg.sender, own.status);
        uint64 withdrawable = own.sinceBlock + unstakeDelayBlocks;
        if (block.number < withdrawable) revert StakeLocked(msg.sender, withdrawable);

        delete entries_[msg.sender];
        units_[msg.sender].push(own.sinceBlock, 0);
        emit StakeWithdrawn(msg.sender, own.stakeWei);

        (bool sent,) = msg.sender.call{value: own.stakeWei}("");
        if (!sent) revert TransferFailed(msg.sender, own.stakeWei);
    }

    /// @inheritdoc IExecutorRegistry
    function slash(JobId jobId, address id, Fault fault, uint16 bp) external returns (uint256 slashedWei) {
        if (msg.sender != jobBoard) revert OnlyJobBoard(msg.sender);

        Entry storage guilty = entries_[id];
        slashedWei = uint256(guilty.stakeWei) * bp / BP;
        guilty.stakeWei -= slashedWei.toUint128();
        if (guilty.status == Status.Active && (fault != Fault.NoReveal || _isUnderHalf(guilty))) {
            _leave(guilty, id, true);
        }
        emit Slashed(jobId, id, fault, slashedWei, guilty.stakeWei);

        if (slashedWei > 0) settlement.seize{value: slashedWei}(jobId);
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
    function ticketOf(Draw calldata draw, address id) external view returns (bytes32) {
        _requireOver(draw.poolBlock);
        return _ticketOf(draw, id);
    }

    /// @inheritdoc IExecutorRegistry
    function requireAscending(Draw calldata draw, address[] calldata ids, address last) external view {
        _requireOver(draw.poolBlock);
        bytes32 before = _ticketOf(draw, last);
        for (uint256 i = 0; i < ids.length; ++i) {
            if (ids[i] == address(0)) revert NotInPool(address(0), draw.poolBlock);
            bytes32 own = _ticketOf(draw, ids[i]);
            if (own <= before) revert TicketOrder(i, ids[i]);
            before = own;
        }
    }

    /// @inheritdoc IExecutorRegistry
    function poolSizeBefore() external view returns (uint32) {
        return poolSinceBlock_ == block.number ? poolSizeBefore_ : poolSize_;
    }

    /// @inheritdoc IExecutorRegistry
    function leastStakeWei() external view returns (uint256) {
        return (unitStakeWei + 1) / 2;
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
        Entry memory own = entries_[id];
        uint64 withdrawable = own.status == Status.Leaving ? own.sinceBlock + unstakeDelayBlocks : 0;
        return Executor(own.status, own.units, withdrawable, own.stakeWei);
    }

    function _active(address id) private view returns (Entry storage own) {
        own = entries_[id];
        if (own.status != Status.Active) revert NotActive(id, own.status);
    }

    function _requireStake(uint32 added, uint256 total) private view {
        if (added == 0 || total > MAX_UNITS) revert UnitsOutOfRange(added, MAX_UNITS);
        uint256 expectedWei = added * unitStakeWei;
        if (msg.value != expectedWei) revert WrongStake(msg.value, expectedWei);
    }

    function _leave(Entry storage leaving, address id, bool ejected) private {
        leaving.status = Status.Leaving;
        leaving.sinceBlock = uint48(block.number);
        _setPoolSize(poolSize_ - 1);
        emit ExitAnnounced(id, uint64(block.number) + unstakeDelayBlocks, ejected);
    }

    function _isUnderHalf(Entry storage some) private view returns (bool) {
        return 2 * uint256(some.stakeWei) < some.units * unitStakeWei;
    }

    function _setUnits(Entry storage own, address id, uint32 units) private {
        own.units = uint16(units);
        own.sinceBlock = uint48(block.number);
        units_[id].push(uint48(block.number), units);
    }

    function _setPoolSize(uint32 size) private {
        if (poolSinceBlock_ != block.number) (poolSinceBlock_, poolSizeBefore_) = (uint48(block.number), poolSize_);
        poolSize_ = size;
    }

    function _ticketOf(Draw memory draw, address id) private view returns (bytes32) {
        if (id == address(0)) return bytes32(0);
        uint32 units = _unitsAt(id, draw.poolBlock);
        if (units == 0) revert NotInPool(id, draw.poolBlock);
        return Sortition.ticket(draw, id, units);
    }

    function _unitsAt(address id, uint64 blockNumber) private view returns (uint32) {
        Entry memory now_ = entries_[id];
        if (now_.status != Status.None && now_.sinceBlock <= blockNumber) {
            return now_.status == Status.Active ? now_.units : 0;
        }
        return uint32(units_[id].upperLookupRecent(uint48(blockNumber)));
    }

    /// INVARIANT: a pool is only ever read once its block is over, so it cannot change any more.
    function _requireOver(uint64 blockNumber) private view {
        if (blockNumber >= block.number) revert BlockNotOver(blockNumber, block.number);
    }
}
