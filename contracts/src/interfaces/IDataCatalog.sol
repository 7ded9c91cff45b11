// The sellers' catalogue: which shards there are, under which tags, from which price on.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Catalogue of data shards
/// @notice An entry stands for one shard: its Merkle root, its owner and its tags never change; only pausing does.
/// Entries are numbered from 1 in the order of registration: that order is "catalogue order" everywhere.
interface IDataCatalog {
    struct Entry {
        address owner;
        uint96 reserveWei;
        bytes32 shardRoot;
        uint32 records;
        bool paused;
    }

    event EntryRegistered(
        uint32 indexed entryId,
        address indexed owner,
        bytes32 indexed shardRoot,
        bytes32[] tags,
        uint32 records,
        uint96 reserveWei
    );
    event EntryPaused(uint32 indexed entryId);
    event EntryUnpaused(uint32 indexed entryId);

    error ZeroShardRoot();
    error ShardAlreadyRegistered(bytes32 shardRoot, uint32 entryId);
    error EmptyShard();
    /// A tag holds at most 256 entries, which bounds the work of `matching`.
    error TagFull(bytes32 tag);
    error NoSuchEntry(uint32 entryId);
    error NotEntryOwner(uint32 entryId, address caller);
    error AlreadyPaused(uint32 entryId);
    error NotPaused(uint32 entryId);

    /// @notice Registers a shard; the caller becomes its owner and is paid for its accesses.
    /// @param tags 1 to 4 non-zero tags, strictly ascending (errors of `Tags`).
    /// @param shardRoot root of the shard's canonical bytes (docs/protocol.md 2.6).
    /// @param records number of samples, for information.
    /// @param reserveWei least even share of the sellers' pot for which this entry takes part.
    function register(bytes32[] calldata tags, bytes32 shardRoot, uint32 records, uint96 reserveWei)
        external
        returns (uint32 entryId);

    /// @notice Takes the entry out of new matches. Jobs that already hold it are not touched. Owner only.
    function pause(uint32 entryId) external;

    /// @notice Puts the entry back. Owner only.
    function unpause(uint32 entryId) external;

    /// @notice D2M's IdentifyMatchingDatasets: unpaused entries that carry all `tags` and whose reserve is at most
    /// `shareWei`, in catalogue order.
    /// @param shareWei what one seller would get if the fewest asked for shared the sellers' pot evenly.
    function matching(bytes32[] calldata tags, uint256 shareWei) external view returns (uint32[] memory entryIds);

    function entryCount() external view returns (uint32);

    function entry(uint32 entryId) external view returns (Entry memory);

    /// @notice The id under which a root is registered; 0 when it is not.
    function entryOfRoot(bytes32 shardRoot) external view returns (uint32);

    /// @notice The shard roots of entries, in the order asked.
    function rootsOf(uint32[] calldata entryIds) external view returns (bytes32[] memory);

    /// @notice The owners of entries, in the order asked.
    function ownersOf(uint32[] calldata entryIds) external view returns (address[] memory);
}
