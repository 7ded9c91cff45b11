// The sellers' catalogue. See IDataCatalog.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCatalog} from "./interfaces/IDataCatalog.sol";
import {Tags} from "./libraries/Tags.sol";

/// A tag's entries form an ascending list (8 ids a slot), so a match is an intersection of sorted lists.
contract DataCatalog is IDataCatalog {
    uint256 public constant MAX_ENTRIES_PER_TAG = 256;

    Entry[] private entries_;
    mapping(bytes32 tag => uint32[]) private tagged_;
    mapping(bytes32 shardRoot => uint32) private idOfRoot_;

    /// @inheritdoc IDataCatalog
    function register(bytes32[] calldata tags, bytes32 shardRoot, uint32 records, uint96 reserveWei)
        external
        returns (uint32 entryId)
    {
        Tags.requireSet(tags);
        if (shardRoot == bytes32(0)) revert ZeroShardRoot();
        if (records == 0) revert EmptyShard();
        if (idOfRoot_[shardRoot] != 0) revert ShardAlreadyRegistered(shardRoot, idOfRoot_[shardRoot]);

        entries_.push(Entry(msg.sender, reserveWei, shardRoot, records, false));
        entryId = uint32(entries_.length);
        idOfRoot_[shardRoot] = entryId;
        for (uint256 i = 0; i < tags.length; ++i) {
            if (tagged_[tags[i]].length == MAX_ENTRIES_PER_TAG) revert TagFull(tags[i]);
            tagged_[tags[i]].push(entryId);
        }
        emit EntryRegistered(entryId, msg.sender, shardRoot, tags, records, reserveWei);
    }

    /// @inheritdoc IDataCatalog
    function pause(uint32 entryId) external {
        Entry storage own = _ownEntry(entryId);
        if (own.paused) revert AlreadyPaused(entryId);
        own.paused = true;
        emit EntryPaused(entryId);
    }

    /// @inheritdoc IDataCatalog
    function unpause(uint32 entryId) external {
        Entry storage own = _ownEntry(entryId);
        if (!own.paused) revert NotPaused(entryId);
        own.paused = false;
        emit EntryUnpaused(entryId);
    }

    /// @inheritdoc IDataCatalog
    function matching(bytes32[] calldata tags, uint256 shareWei) external view returns (uint32[] memory entryIds) {
        Tags.requireSet(tags);
        entryIds = tagged_[tags[0]];
        for (uint256 i = 1; i < tags.length; ++i) {
            _intersect(entryIds, tagged_[tags[i]]);
        }
        uint256 kept = 0;
        for (uint256 i = 0; i < entryIds.length; ++i) {
            Entry storage candidate = entries_[entryIds[i] - 1];
            if (!candidate.paused && candidate.reserveWei <= shareWei) entryIds[kept++] = entryIds[i];
        }
        _truncate(entryIds, kept);
    }

    /// @inheritdoc IDataCatalog
    function entryCount() external view returns (uint32) {
        return uint32(entries_.length);
    }

    /// @inheritdoc IDataCatalog
    function entry(uint32 entryId) external view returns (Entry memory) {
        return _entry(entryId);
    }

    /// @inheritdoc IDataCatalog
    function entryOfRoot(bytes32 shardRoot) external view returns (uint32) {
        return idOfRoot_[shardRoot];
    }

    /// @inheritdoc IDataCatalog
    function rootsOf(uint32[] calldata entryIds) external view returns (bytes32[] memory roots) {
        roots = new bytes32[](entryIds.length);
        for (uint256 i = 0; i < roots.length; ++i) {
            roots[i] = _entry(entryIds[i]).shardRoot;
        }
    }

    /// @inheritdoc IDataCatalog
    function ownersOf(uint32[] calldata entryIds) external view returns (address[] memory owners) {
        owners = new address[](entryIds.length);
        for (uint256 i = 0; i < owners.length; ++i) {
            owners[i] = _entry(entryIds[i]).owner;
        }
    }

    function _entry(uint32 entryId) private view returns (Entry storage) {
        if (entryId == 0 || entryId > entries_.length) revert NoSuchEntry(entryId);
        return entries_[entryId - 1];
    }

    function _ownEntry(uint32 entryId) private view returns (Entry storage own) {
        own = _entry(entryId);
        if (own.owner != msg.sender) revert NotEntryOwner(entryId, msg.sender);
    }

    /// Keeps in `ids` what is also in `others`. Both ascend.
    function _intersect(uint32[] memory ids, uint32[] memory others) private pure {
        uint256 kept = 0;
        uint256 j = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            while (j < others.length && others[j] < ids[i]) ++j;
            if (j < others.length && others[j] == ids[i]) ids[kept++] = ids[i];
        }
        _truncate(ids, kept);
    }

    /// Shortens an array in place; Solidity has no other way.
    function _truncate(uint32[] memory ids, uint256 length) private pure {
        assembly ("memory-safe") {
            mstore(ids, length)
        }
    }
}
