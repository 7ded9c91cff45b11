// The sellers' catalogue: which shards there are, under which tags, from which price on.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Catalogue of data shards
/// @notice An entry stands for one shard and is named by its Merkle root; owner and tags never change, only pausing does. Entries with
/// the same tags form a list in the order of registration. Catalogue order of a match: the lists in the order of their first
/// entries, each list from its beginning.
interface IDataCatalog {
    struct Entry {
        address owner; // zero: no such entry
        uint88 reserveWei;
        bool paused;
    }

    event EntryRegistered(
        bytes32 indexed shardRoot, address indexed owner, bytes32[] tags, uint32 records, uint96 reserveWei
    );
    event EntryPaused(bytes32 indexed shardRoot);
    event EntryUnpaused(bytes32 indexed shardRoot);

    error ZeroShardRoot();
    error ShardAlreadyRegistered(bytes32 shardRoot);
    error EmptyShard();
    /// A tag is in at most 64 sets and a set has at most 256 entries, which bounds the work of `matching`.
    error TagFull(bytes32 tag);
    error SetFull(bytes32 setKey);
    error NoSuchEntry(bytes32 shardRoot);
    error NotEntryOwner(bytes32 shardRoot, address caller);
    error AlreadyPaused(bytes32 shardRoot);
    error NotPaused(bytes32 shardRoot);
    error ListsMissing(uint256 given);
    error ListsLeftOver(uint256 given, uint256 used);
    /// The list given for this tag set is not the whole list of its entries.
    error ListMismatch(bytes32 setKey);

    /// @notice Registers a shard; the caller becomes its owner and is paid for its accesses.
    /// @param tags 1 to 4 non-zero tags, strictly ascending (errors of `Tags`).
    /// @param shardRoot root of the shard's canonical bytes (docs/protocol.md 2.6).
    /// @param records number of samples, for information.
    /// @param reserveWei least even share of the sellers' pot for which this entry takes part; below 2^88.
    function register(bytes32[] calldata tags, bytes32 shardRoot, uint32 records, uint96 reserveWei) external;

    /// @notice Takes the entry out of new matches. Jobs that already hold it are not touched. Owner only.
    function pause(bytes32 shardRoot) external;

    /// @notice Puts the entry back. Owner only.
    function unpause(bytes32 shardRoot) external;

    /// @notice D2M's IdentifyMatchingDatasets: unpaused entries that carry all `tags` and whose reserve is at most
    /// `shareWei`, in catalogue order; the first 256 of them.
    /// @param shareWei what one seller would get if the fewest asked for shared the sellers' pot evenly.
    /// @param lists the shard roots under every tag set that carries all `tags`, in the order of the sets' first entries. They follow
    /// from the events EntryRegistered; each is checked to be whole.
    function matching(bytes32[] calldata tags, uint256 shareWei, bytes32[][] calldata lists)
        external
        view
        returns (bytes32[] memory shards);

    function entry(bytes32 shardRoot) external view returns (Entry memory);

    /// @notice The owners of entries, in the order asked.
    function ownersOf(bytes32[] calldata shardRoots) external view returns (address[] memory);
}
