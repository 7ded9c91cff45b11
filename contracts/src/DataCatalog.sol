// The sellers' catalogue. See IDataCatalog.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IDataCatalog} from "./interfaces/IDataCatalog.sol";
import {Tags} from "./libraries/Tags.sol";

/// A registration writes two slots: the entry, and the list of its tag set, of which only a running hash and the length are kept.
/// Who wants a match passes the lists back (docs/adr/0007-catalogue-lists.md).
contract DataCatalog is IDataCatalog {
    using SafeCast for uint256;

    uint256 public constant MAX_ENTRIES_PER_SET = 256;
    uint256 public constant MAX_SETS_PER_TAG = 64;
    uint256 public constant MAX_MATCHES = 256;
    uint256 private constant LENGTH_MASK = 0xffff;

    mapping(bytes32 shardRoot => Entry) private entries_;
    mapping(bytes32 setKey => uint256) private lists_; // running hash, its last 16 bits replaced by the length
    mapping(bytes32 setKey => bytes32[]) private tagsOf_;
    mapping(bytes32 tag => bytes32[]) private setsOf_; // keys of the sets with this tag, in order of their first entry

    /// @inheritdoc IDataCatalog
    function register(bytes32[] calldata tags, bytes32 shardRoot, uint32 records, uint96 reserveWei) external {
        Tags.requireSet(tags);
        if (shardRoot == bytes32(0)) revert ZeroShardRoot();
        if (records == 0) revert EmptyShard();
        if (entries_[shardRoot].owner != address(0)) revert ShardAlreadyRegistered(shardRoot);
        bytes32 key = Tags.key(tags);
        uint256 list = lists_[key];
        if (list & LENGTH_MASK == MAX_ENTRIES_PER_SET) revert SetFull(key);

        if (list == 0) _addSet(key, tags);
        entries_[shardRoot] = Entry(msg.sender, uint256(reserveWei).toUint88(), false);
        lists_[key] = _append(list, shardRoot);
        emit EntryRegistered(shardRoot, msg.sender, tags, records, reserveWei);
    }

    /// @inheritdoc IDataCatalog
    function pause(bytes32 shardRoot) external {
        Entry storage own = _ownEntry(shardRoot);
        if (own.paused) revert AlreadyPaused(shardRoot);
        own.paused = true;
        emit EntryPaused(shardRoot);
    }

    /// @inheritdoc IDataCatalog
    function unpause(bytes32 shardRoot) external {
        Entry storage own = _ownEntry(shardRoot);
        if (!own.paused) revert NotPaused(shardRoot);
        own.paused = false;
        emit EntryUnpaused(shardRoot);
    }

    /// @inheritdoc IDataCatalog
    function matching(bytes32[] calldata tags, uint256 shareWei, bytes32[][] calldata lists)
        external
        view
        returns (bytes32[] memory shards)
    {
        Tags.requireSet(tags);
        bytes32[] storage keys = setsOf_[tags[0]];
        shards = new bytes32[](MAX_MATCHES);
        uint256 used = 0;
        uint256 kept = 0;
        for (uint256 i = 0; i < keys.length; ++i) {
            if (!_carries(tagsOf_[keys[i]], tags)) continue;
            if (used == lists.length) revert ListsMissing(lists.length);
            kept = _collect(keys[i], lists[used++], shareWei, shards, kept);
        }
        if (used != lists.length) revert ListsLeftOver(lists.length, used);
        _truncate(shards, kept);
    }

    /// @inheritdoc IDataCatalog
    function entry(bytes32 shardRoot) external view returns (Entry memory) {
        return entries_[shardRoot];
    }

    /// @inheritdoc IDataCatalog
    function ownersOf(bytes32[] calldata shardRoots) external view returns (address[] memory owners) {
        owners = new address[](shardRoots.length);
        for (uint256 i = 0; i < owners.length; ++i) {
            owners[i] = entries_[shardRoots[i]].owner;
            if (owners[i] == address(0)) revert NoSuchEntry(shardRoots[i]);
        }
    }

    /// Enters a tag set's first entry under each of its tags.
    function _addSet(bytes32 key, bytes32[] calldata tags) private {
        tagsOf_[key] = tags;
        for (uint256 i = 0; i < tags.length; ++i) {
            if (setsOf_[tags[i]].length == MAX_SETS_PER_TAG) revert TagFull(tags[i]);
            setsOf_[tags[i]].push(key);
        }
    }

    /// Adds to `shards` those of one set's list that take part; the list must be the whole one. Returns how many are in it now.
    function _collect(bytes32 key, bytes32[] calldata list, uint256 shareWei, bytes32[] memory shards, uint256 kept)
        private
        view
        returns (uint256)
    {
        uint256 running = 0;
        for (uint256 i = 0; i < list.length; ++i) {
            running = _append(running, list[i]);
            if (kept == MAX_MATCHES) continue;
            Entry memory candidate = entries_[list[i]];
            if (!candidate.paused && candidate.reserveWei <= shareWei) shards[kept++] = list[i];
        }
        // INVARIANT: nobody is left out of a match, and nobody slipped in.
        if (running != lists_[key]) revert ListMismatch(key);
        return kept;
    }

    function _ownEntry(bytes32 shardRoot) private view returns (Entry storage own) {
        own = entries_[shardRoot];
        if (own.owner == address(0)) revert NoSuchEntry(shardRoot);
        if (own.owner != msg.sender) revert NotEntryOwner(shardRoot, msg.sender);
    }

    function _append(uint256 list, bytes32 shardRoot) private pure returns (uint256) {
        uint256 length = (list & LENGTH_MASK) + 1;
        return uint256(keccak256(abi.encode(list, shardRoot))) & ~LENGTH_MASK | length;
    }

    /// Both ascend.
    function _carries(bytes32[] storage carried, bytes32[] calldata wanted) private view returns (bool) {
        uint256 found = 0;
        for (uint256 i = 0; i < carried.length && found < wanted.length; ++i) {
            if (carried[i] == wanted[found]) ++found;
        }
        return found == wanted.length;
    }

    /// Shortens an array in place; Solidity has no other way.
    function _truncate(bytes32[] memory shards, uint256 length) private pure {
        assembly ("memory-safe") {
            mstore(shards, length)
        }
    }
}
