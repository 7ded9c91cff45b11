// The till: every wei that is not stake lies here, as escrow, bond, credit or burned.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, Role} from "../Types.sol";
import {IDataCatalog} from "./IDataCatalog.sol";

/// @title Escrow, bonds and credits
/// @notice Nobody is ever pushed money: all payouts are credits that the payee withdraws. Books are kept by counting, never by
/// reading the balance; balance >= escrows + bonds + credits + burned, with equality unless somebody forces ether in.
interface ISettlement {
    /// What the accepted digest of the last segment commits to, beside what the chain knows already (record 0x03).
    struct OpenedDigest {
        bytes32 stateRoot;
        bytes32 osmdRoot;
        uint32 metricBp;
        uint32[] accesses; // cumulative, one a seller, in catalogue order
        bytes32 traceRoot;
    }

    event EscrowHeld(JobId indexed jobId, uint256 amountWei);
    event Credited(JobId indexed jobId, address indexed payee, Role role, uint256 amountWei);
    event Burned(JobId indexed jobId, uint256 amountWei);
    event StakeSeized(JobId indexed jobId, uint256 amountWei);
    /// `buyer` is a contract that was told how its job ended; `done` is false when it failed or used up its gas.
    event BuyerTold(JobId indexed jobId, address indexed buyer, bool done);
    event BondLocked(JobId indexed jobId, uint256 amountWei);
    event JobSettled(
        JobId indexed jobId, bool met, uint32 metricBp, uint256 sellersWei, uint256 executorsWei, uint256 buyerWei
    );
    event Withdrawn(address indexed payee, address indexed to, uint256 amountWei);

    error OnlyAuctionHouse(address caller);
    error OnlyJobBoard(address caller);
    error OnlyArbiter(address caller);
    error EscrowExists(JobId jobId);
    error NoEscrow(JobId jobId);
    error BondTooSmall(JobId jobId, uint256 heldWei, uint256 askedWei);
    error AccessesCount(uint256 given, uint256 sellers);
    /// Spec hash and shards are not those of the job.
    error JobHashMismatch(bytes32 given, bytes32 expected);
    error DigestMismatch(bytes32 opened, bytes32 accepted);
    error NothingToWithdraw(address payee);
    error NobodyToPay(JobId jobId);
    /// The transaction has too little gas to give the buyer's contract all of its own.
    error GasTooLow(uint256 left, uint256 needed);
    error TransferFailed(address to, uint256 amountWei);
    error ZeroPayee();

    /// @notice Holds a bid as the escrow of an auction. AuctionHouse only.
    function hold(JobId jobId) external payable;

    /// @notice Replaces the bid held by a higher one and credits the old one to `outbid`. AuctionHouse only.
    function replace(JobId jobId, address outbid) external payable;

    /// @notice Credits the whole escrow to `payee`. AuctionHouse or JobBoard only.
    function refund(JobId jobId, address payee, Role role) external;

    /// @notice Holds a challenger's bond. JobBoard only.
    function lockBond(JobId jobId) external payable;

    /// @notice Adds the value sent, slashed stake, to a job's bonds. Open to all: it can only give.
    function seize(JobId jobId) external payable;

    /// @notice Credits part of a job's bonds. JobBoard only.
    function payBond(JobId jobId, address payee, Role role, uint256 amountWei) external;

    /// @notice Burns part of a job's bonds. JobBoard only.
    function burnBond(JobId jobId, uint256 amountWei) external;

    /// @notice Pays out a job in `Settling`: opens the last digest, checks it against the verdict and splits the escrow. Anyone.
    /// Metric >= tau: sellers by accesses, executors by accepted votes. Below: executors the same, the sellers' part to the
    /// buyer. A part that nobody earned goes to the buyer. Largest-remainder rounding; the sum paid is the escrow to the wei.
    /// More than MAX_AT_ONCE executors are paid by `payExecutors`. A buyer that is a contract is told (IJobConsumer).
    /// @param specHash and shards of the job, as JobOpened has them.
    function settle(JobId jobId, OpenedDigest calldata opened, bytes32 specHash, bytes32[] calldata shards) external;

    /// @notice Pays the next `count` executors of a job with more than MAX_AT_ONCE of them. Every accepted vote is paid the same;
    /// the wei that cannot be split go one each to the first votes. Anyone.
    function payExecutors(JobId jobId, uint256 count) external;

    /// @notice Pays the caller's credit to the caller.
    function withdraw() external returns (uint256 amountWei);

    /// @notice Pays the caller's credit to `to`.
    function withdrawTo(address payable to) external returns (uint256 amountWei);

    function escrowOf(JobId jobId) external view returns (uint256);

    function bondsOf(JobId jobId) external view returns (uint256);

    function creditOf(address payee) external view returns (uint256);

    /// @notice What the executors of a job with more than MAX_AT_ONCE of them are paid from, and how far that went.
    function payrollOf(JobId jobId)
        external
        view
        returns (uint128 potWei, uint32 votes, uint32 paidVotes, uint32 paid, uint32 earners);

    /// @notice Wei taken out of circulation so far; it stays in this contract for ever.
    function burnedWei() external view returns (uint256);

    function catalog() external view returns (IDataCatalog);

    function auctionHouse() external view returns (address);

    function jobBoard() external view returns (address);
}
