// The auction: buyers outbid one another for a set of tags; the winner's bid becomes a job.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, Request} from "../Types.sol";
import {IJobBoard} from "./IJobBoard.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Auction of training jobs (D2M, Algorithm 1)
/// @notice One auction at a time for a tag set. First price. Every bid goes straight to Settlement; who is outbid is owed it there.
/// The admin can pause new auctions and nothing else.
interface IAuctionHouse {
    enum Status {
        None,
        Bidding, // until `endBlock`, then waiting for `close`
        Won, // became the job of the same number
        Void // too few sellers; the bid was refunded
    }

    struct Timing {
        uint32 auctionBlocks; // bids are taken in the opening block and this many after it
        uint32 extensionBlocks; // a bid this near to the end moves the end to this many blocks ahead
        uint32 hardEndBlocks; // the end never moves further than this from the opening block
        uint16 minIncrementBp; // a bid must beat the top bid by this share of it, rounded up
    }

    struct Auction {
        Status status;
        uint64 openedBlock;
        uint64 endBlock; // last block in which a bid is taken
        address topBidder;
        uint256 topBidWei;
        Request request; // the top bidder's
        bytes32[] tags;
    }

    /// The field of a request that cannot be used.
    enum RequestField {
        SpecHash,
        TauBp,
        MinSellers,
        Segments,
        Lead,
        Policy,
        MinSize,
        Growth,
        ExecutorShareBp,
        Bridge
    }

    event AuctionOpened(JobId indexed auctionId, bytes32 indexed tagsKey, bytes32[] tags, uint64 endBlock);
    event BidPlaced(JobId indexed auctionId, address indexed bidder, uint256 bidWei, uint64 endBlock, Request request);
    event AuctionWon(JobId indexed auctionId, address indexed buyer, uint256 priceWei, uint256 matched);
    event AuctionVoid(JobId indexed auctionId, address indexed bidder, uint256 matched, uint16 minSellers);
    event PauseSet(bool paused);

    error OnlyAdmin(address caller);
    error NewAuctionsPaused();
    error AuctionRunning(JobId auctionId);
    error NoSuchAuction(JobId auctionId);
    error AuctionOver(JobId auctionId, uint64 endBlock);
    error AuctionNotOver(JobId auctionId, uint64 endBlock);
    error AuctionNotStale(JobId auctionId, uint64 voidableFrom);
    error AuctionClosed(JobId auctionId, Status status);
    error ZeroBid();
    error BidTooLow(uint256 bidWei, uint256 leastWei);
    /// The executors' pay for a segment would be more than what a missed reveal costs the poorest of them.
    error BidTooHigh(uint256 bidWei, uint256 mostWei);
    error InvalidRequest(RequestField field);
    error TooFewSellers(uint256 matched, uint16 minSellers);
    error TimingInvalid();
    /// The contracts were not deployed in the documented order.
    error WiringWrong(address contract_);

    /// @notice Opens the auction of a tag set with a first bid (the value sent).
    /// @param tags 1 to 4 non-zero tags, strictly ascending (errors of `Tags`).
    function open(bytes32[] calldata tags, Request calldata request) external payable returns (JobId auctionId);

    /// @notice Outbids the top bid with the value sent; the outbid amount becomes a credit of its bidder.
    function bid(JobId auctionId, Request calldata request) external payable;

    /// @notice Ends an auction whose time is over: fixes the sellers and creates the job, or voids it. Anyone.
    /// @param lists the catalogue's lists under the auction's tags, see `IDataCatalog.matching`.
    /// @return jobId the auction's number; 0 when the auction is void.
    function close(JobId auctionId, bytes32[][] calldata lists) external returns (JobId jobId);

    /// @notice Voids an auction that nobody closed for the board's `stallBlocks` after its end, as when the lists under its tags have
    /// outgrown what a transaction can show; the bid becomes a credit. Anyone.
    function voidStale(JobId auctionId) external;

    /// @notice Buys a job at a fixed price, the value sent, without an auction: it opens in this block. Anyone, contracts too.
    /// Reverts when fewer than `minSellers` entries take part at this price.
    /// @param tags 1 to 4 non-zero tags, strictly ascending (errors of `Tags`).
    /// @param lists see `IDataCatalog.matching`.
    function order(bytes32[] calldata tags, Request calldata request, bytes32[][] calldata lists)
        external
        payable
        returns (JobId jobId);

    /// @notice Stops or allows new auctions and orders; running ones, jobs and money are out of reach. Admin only.
    function setPaused(bool paused) external;

    function auction(JobId auctionId) external view returns (Auction memory);

    /// @notice Least value of the next bid.
    function leastBid(JobId auctionId) external view returns (uint256);

    /// @notice The largest bid, or price of an order, for a job of so many segments: bid * executorShareBp / 10,000 / segments is at
    /// most the board's `mostPayWei`.
    function mostBid(uint16 segments, uint16 executorShareBp) external view returns (uint256);

    /// @notice The auction now taking bids, or waiting for `close`, under a tag set; 0 when there is none.
    function runningAuction(bytes32[] calldata tags) external view returns (JobId);

    function auctionCount() external view returns (uint64);

    function admin() external view returns (address);

    function jobBoard() external view returns (IJobBoard);

    function settlement() external view returns (ISettlement);

    function paused() external view returns (bool);
}
