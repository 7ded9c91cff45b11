// The auction of training jobs. See IAuctionHouse.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {JobId, Request, Role} from "./Types.sol";
import {IAuctionHouse} from "./interfaces/IAuctionHouse.sol";
import {IDataCatalog} from "./interfaces/IDataCatalog.sol";
import {IJobBoard} from "./interfaces/IJobBoard.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Growth} from "./libraries/Growth.sol";
import {Tags} from "./libraries/Tags.sol";

contract AuctionHouse is IAuctionHouse {
    uint256 private constant BP = 10_000;

    IDataCatalog public immutable catalog;
    ISettlement public immutable settlement;
    IJobBoard public immutable jobBoard;
    address public immutable admin;
    uint32 public immutable auctionBlocks;
    uint32 public immutable extensionBlocks;
    uint32 public immutable hardEndBlocks;
    uint16 public immutable minIncrementBp;
    uint256 private immutable mostPayWei_;
    uint64 private immutable staleBlocks_;
    /// More could not be voted on before a job's deadline, and would be done for nothing.
    uint64 private immutable mostSegments_;

    bool public paused;
    uint64 public auctionCount;
    mapping(JobId => Auction) private auctions_;
    mapping(bytes32 tagsKey => JobId) private running_;

    /// Deployed last: refuses unless the other four point at one another and here.
    constructor(ISettlement settlement_, IJobBoard jobBoard_, address admin_, Timing memory timing) {
        bool ordered = timing.extensionBlocks <= timing.auctionBlocks && timing.auctionBlocks <= timing.hardEndBlocks;
        if (!ordered || timing.minIncrementBp > BP) revert TimingInvalid();
        _requireWired(settlement_, jobBoard_);
        catalog = settlement_.catalog();
        settlement = settlement_;
        jobBoard = jobBoard_;
        admin = admin_;
        auctionBlocks = timing.auctionBlocks;
        extensionBlocks = timing.extensionBlocks;
        hardEndBlocks = timing.hardEndBlocks;
        minIncrementBp = timing.minIncrementBp;
        mostPayWei_ = jobBoard_.mostPayWei();
        IJobBoard.Rules memory rules = jobBoard_.rules();
        staleBlocks_ = rules.stallBlocks;
        uint64 votingBlocks = jobBoard_.lifeBlocks() - rules.seedLagBlocks - rules.challengeBlocks;
        mostSegments_ = votingBlocks / (rules.commitBlocks + 1);
    }

    /// @inheritdoc IAuctionHouse
    function open(bytes32[] calldata tags, Request calldata request) external payable returns (JobId auctionId) {
        if (paused) revert NewAuctionsPaused();
        Tags.requireSet(tags);
        _requireUsable(request);
        if (msg.value == 0) revert ZeroBid();
        _requireAffordable(request);
        bytes32 key = Tags.key(tags);
        if (JobId.unwrap(running_[key]) != 0) revert AuctionRunning(running_[key]);

        auctionId = JobId.wrap(++auctionCount);
        running_[key] = auctionId;
        uint64 endBlock = uint64(block.number) + auctionBlocks;
        auctions_[auctionId] =
            Auction(Status.Bidding, uint64(block.number), endBlock, msg.sender, msg.value, request, tags);
        emit AuctionOpened(auctionId, key, tags, endBlock);
        emit BidPlaced(auctionId, msg.sender, msg.value, endBlock, request);

        settlement.hold{value: msg.value}(auctionId);
    }

    /// @inheritdoc IAuctionHouse
    function bid(JobId auctionId, Request calldata request) external payable {
        Auction storage lot = _bidding(auctionId);
        if (block.number > lot.endBlock) revert AuctionOver(auctionId, lot.endBlock);
        _requireUsable(request);
        uint256 leastWei = _leastBid(lot.topBidWei);
        if (msg.value < leastWei) revert BidTooLow(msg.value, leastWei);
        _requireAffordable(request);

        address outbid = lot.topBidder;
        lot.topBidder = msg.sender;
        lot.topBidWei = msg.value;
        lot.request = request;
        lot.endBlock = _extended(lot);
        emit BidPlaced(auctionId, msg.sender, msg.value, lot.endBlock, request);

        settlement.replace{value: msg.value}(auctionId, outbid);
    }

    /// @inheritdoc IAuctionHouse
    function close(JobId auctionId, bytes32[][] calldata lists) external returns (JobId jobId) {
        Auction storage lot = _bidding(auctionId);
        if (block.number <= lot.endBlock) revert AuctionNotOver(auctionId, lot.endBlock);

        bytes32[] memory shards = catalog.matching(lot.tags, _evenShare(lot.topBidWei, lot.request), lists);
        if (shards.length < lot.request.minSellers) {
            _void(auctionId, lot, shards.length);
            return JobId.wrap(0);
        }
        _end(lot, Status.Won);
        emit AuctionWon(auctionId, lot.topBidder, lot.topBidWei, shards.length);

        jobBoard.create(auctionId, lot.topBidder, lot.request, shards);
        return auctionId;
    }

    /// @inheritdoc IAuctionHouse
    function voidStale(JobId auctionId) external {
        Auction storage lot = _bidding(auctionId);
        uint64 voidableFrom = lot.endBlock + staleBlocks_ + 1;
        if (block.number < voidableFrom) revert AuctionNotStale(auctionId, voidableFrom);

        _void(auctionId, lot, 0);
    }

    /// @inheritdoc IAuctionHouse
    function order(bytes32[] calldata tags, Request calldata request, bytes32[][] calldata lists)
        external
        payable
        returns (JobId jobId)
    {
        if (paused) revert NewAuctionsPaused();
        _requireUsable(request);
        if (msg.value == 0) revert ZeroBid();
        _requireAffordable(request);
        bytes32[] memory shards = catalog.matching(tags, _evenShare(msg.value, request), lists);
        if (shards.length < request.minSellers) revert TooFewSellers(shards.length, request.minSellers);

        jobId = JobId.wrap(++auctionCount);
        emit AuctionWon(jobId, msg.sender, msg.value, shards.length);

        settlement.hold{value: msg.value}(jobId);
        jobBoard.create(jobId, msg.sender, request, shards);
    }

    /// @inheritdoc IAuctionHouse
    function setPaused(bool paused_) external {
        if (msg.sender != admin) revert OnlyAdmin(msg.sender);
        paused = paused_;
        emit PauseSet(paused_);
    }

    /// @inheritdoc IAuctionHouse
    function auction(JobId auctionId) external view returns (Auction memory) {
        return auctions_[auctionId];
    }

    /// @inheritdoc IAuctionHouse
    function leastBid(JobId auctionId) external view returns (uint256) {
        return _leastBid(_bidding(auctionId).topBidWei);
    }

    /// @inheritdoc IAuctionHouse
    function mostBid(uint16 segments, uint16 executorShareBp) public view returns (uint256) {
        return executorShareBp == 0 ? type(uint256).max : mostPayWei_ * segments * BP / executorShareBp;
    }

    /// @inheritdoc IAuctionHouse
    function runningAuction(bytes32[] calldata tags) external view returns (JobId) {
        return running_[Tags.key(tags)];
    }

    function _bidding(JobId auctionId) private view returns (Auction storage lot) {
        lot = auctions_[auctionId];
        if (lot.status == Status.None) revert NoSuchAuction(auctionId);
        if (lot.status != Status.Bidding) revert AuctionClosed(auctionId, lot.status);
    }

    function _end(Auction storage lot, Status status) private {
        running_[keccak256(abi.encodePacked(lot.tags))] = JobId.wrap(0);
        lot.status = status;
    }

    function _void(JobId auctionId, Auction storage lot, uint256 matched) private {
        _end(lot, Status.Void);
        emit AuctionVoid(auctionId, lot.topBidder, matched, lot.request.minSellers);

        settlement.refund(auctionId, lot.topBidder, Role.Bidder);
    }

    /// Top bid plus the increment, rounded up, and at least one wei more.
    function _leastBid(uint256 topWei) private view returns (uint256) {
        uint256 increment = Math.mulDiv(topWei, minIncrementBp, BP, Math.Rounding.Ceil);
        return topWei + (increment == 0 ? 1 : increment);
    }

    /// A bid near the end moves the end ahead, up to the hard end.
    function _extended(Auction storage lot) private view returns (uint64) {
        uint64 wanted = uint64(block.number) + extensionBlocks;
        uint64 hardEnd = lot.openedBlock + hardEndBlocks;
        if (wanted > hardEnd) wanted = hardEnd;
        return wanted > lot.endBlock ? wanted : lot.endBlock;
    }

    /// What one seller would get if the fewest asked for shared the sellers' pot evenly, rounded down.
    function _evenShare(uint256 priceWei, Request memory request) private pure returns (uint256) {
        return priceWei * (BP - request.executorShareBp) / BP / request.minSellers;
    }

    /// INVARIANT: what executors earn with a segment is never worth the loss of a reveal (docs/security.md, self-play).
    function _requireAffordable(Request calldata request) private view {
        uint256 mostWei = mostBid(request.segments, request.executorShareBp);
        if (msg.value > mostWei) revert BidTooHigh(msg.value, mostWei);
    }

    function _requireUsable(Request calldata r) private view {
        if (r.specHash == bytes32(0)) revert InvalidRequest(RequestField.SpecHash);
        if (r.tauBp > BP) revert InvalidRequest(RequestField.TauBp);
        if (r.minSellers == 0) revert InvalidRequest(RequestField.MinSellers);
        if (r.segments == 0 || r.segments > mostSegments_) revert InvalidRequest(RequestField.Segments);
        if (r.lead == 0) revert InvalidRequest(RequestField.Lead);
        if (r.policy > Growth.LEAD) revert InvalidRequest(RequestField.Policy);
        if (r.minSize == 0) revert InvalidRequest(RequestField.MinSize);
        bool shrinks = r.cDen == 0 || r.cNum < r.cDen;
        if (r.policy == Growth.LEAD && shrinks) revert InvalidRequest(RequestField.Growth);
        if (r.executorShareBp > BP) revert InvalidRequest(RequestField.ExecutorShareBp);
        if (r.bridge == address(0)) revert InvalidRequest(RequestField.Bridge);
    }

    function _requireWired(ISettlement settlement_, IJobBoard jobBoard_) private view {
        bool till = settlement_.auctionHouse() == address(this) && settlement_.jobBoard() == address(jobBoard_);
        if (!till) revert WiringWrong(address(settlement_));
        bool board =
            jobBoard_.auctionHouse() == address(this) && address(jobBoard_.settlement()) == address(settlement_);
        if (!board) revert WiringWrong(address(jobBoard_));
        bool register = jobBoard_.registry().jobBoard() == address(jobBoard_)
            && address(jobBoard_.registry().settlement()) == address(settlement_);
        if (!register) revert WiringWrong(address(jobBoard_.registry()));
    }
}
