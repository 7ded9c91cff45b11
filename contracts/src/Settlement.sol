// The till: escrow, bonds, credits. See ISettlement.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Digest, JobId, JobState, Role} from "./Types.sol";
import {IDataCatalog} from "./interfaces/IDataCatalog.sol";
import {IJobBoard} from "./interfaces/IJobBoard.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IJobConsumer} from "./interfaces/IJobConsumer.sol";
import {Apportion} from "./libraries/Apportion.sol";
import {JobEvent, Lifecycle} from "./libraries/Lifecycle.sol";
import {Records} from "./libraries/Records.sol";

contract Settlement is ISettlement {
    using SafeCast for uint256;

    /// A job with more earners than this pays them in portions, so that no call grows with the job.
    uint256 public constant MAX_AT_ONCE = 64;
    /// What a buyer's contract may use when it is told how its job ended.
    uint256 public constant CALLBACK_GAS = 100_000;
    uint256 private constant BP = 10_000;

    /// What the executors of a job are still owed.
    struct Payroll {
        uint128 potWei;
        uint32 votes; // all of them
        uint32 paidVotes;
        uint32 paid; // executors
        uint32 earners;
    }

    IDataCatalog public immutable catalog;
    address public immutable auctionHouse;
    address public immutable jobBoard;

    mapping(JobId => uint256) public escrowOf;
    mapping(JobId => uint256) public bondsOf;
    mapping(address payee => uint256) public creditOf;
    mapping(JobId => Payroll) public payrollOf;
    uint256 public burnedWei;

    /// @param auctionHouse_ and jobBoard_ need not exist yet; AuctionHouse's constructor checks the wiring.
    constructor(IDataCatalog catalog_, address auctionHouse_, address jobBoard_) {
        catalog = catalog_;
        auctionHouse = auctionHouse_;
        jobBoard = jobBoard_;
    }

    modifier onlyAuctionHouse() {
        if (msg.sender != auctionHouse) revert OnlyAuctionHouse(msg.sender);
        _;
    }

    modifier onlyJobBoard() {
        if (msg.sender != jobBoard) revert OnlyJobBoard(msg.sender);
        _;
    }

    /// @inheritdoc ISettlement
    function hold(JobId jobId) external payable onlyAuctionHouse {
        if (escrowOf[jobId] != 0) revert EscrowExists(jobId);
        escrowOf[jobId] = msg.value;
        emit EscrowHeld(jobId, msg.value);
    }

    /// @inheritdoc ISettlement
    function replace(JobId jobId, address outbid) external payable onlyAuctionHouse {
        _credit(jobId, outbid, Role.Bidder, _takeEscrow(jobId));
        escrowOf[jobId] = msg.value;
        emit EscrowHeld(jobId, msg.value);
    }

    /// @inheritdoc ISettlement
    function refund(JobId jobId, address payee, Role role) external {
        if (msg.sender != auctionHouse && msg.sender != jobBoard) revert OnlyArbiter(msg.sender);
        _credit(jobId, payee, role, _takeEscrow(jobId));
        _tell(jobId, payee, JobState.Void, Digest.wrap(0), 0);
    }

    /// @inheritdoc ISettlement
    function lockBond(JobId jobId) external payable onlyJobBoard {
        bondsOf[jobId] += msg.value;
        emit BondLocked(jobId, msg.value);
    }

    /// @inheritdoc ISettlement
    function seize(JobId jobId) external payable {
        bondsOf[jobId] += msg.value;
        emit StakeSeized(jobId, msg.value);
    }

    /// @inheritdoc ISettlement
    function payBond(JobId jobId, address payee, Role role, uint256 amountWei) external onlyJobBoard {
        _takeBond(jobId, amountWei);
        _credit(jobId, payee, role, amountWei);
    }

    /// @inheritdoc ISettlement
    function burnBond(JobId jobId, uint256 amountWei) external onlyJobBoard {
        _takeBond(jobId, amountWei);
        _burn(jobId, amountWei);
    }

    /// @inheritdoc ISettlement
    function settle(JobId jobId, OpenedDigest calldata opened, bytes32 specHash, bytes32[] calldata shards) external {
        IJobBoard.Terms memory terms = IJobBoard(jobBoard).terms(jobId);
        bool met = opened.metricBp >= terms.tauBp;
        Lifecycle.step(terms.state, met ? JobEvent.MetricMet : JobEvent.MetricMissed);
        if (opened.accesses.length != shards.length) revert AccessesCount(opened.accesses.length, shards.length);
        bytes32 jobHash = Records.jobHash(specHash, Records.dataHash(shards));
        if (jobHash != terms.jobHash) revert JobHashMismatch(jobHash, terms.jobHash);
        _requireOpens(terms, opened);

        uint256 escrowWei = _takeEscrow(jobId);
        uint256 sellersWei = escrowWei * (BP - terms.executorShareBp) / BP;
        uint256 executorsPaid = _payExecutors(jobId, terms, escrowWei - sellersWei);
        uint256 sellersPaid =
            met ? _paySplit(jobId, catalog.ownersOf(shards), Role.Seller, sellersWei, opened.accesses) : 0;
        uint256 buyerWei = escrowWei - executorsPaid - sellersPaid;
        if (buyerWei > 0) _credit(jobId, terms.buyer, Role.Buyer, buyerWei);
        emit JobSettled(jobId, met, opened.metricBp, sellersPaid, executorsPaid, buyerWei);

        IJobBoard(jobBoard).closeJob(jobId, met);
        _tell(jobId, terms.buyer, met ? JobState.Settled : JobState.Unmet, terms.digest, opened.metricBp);
    }

    /// @inheritdoc ISettlement
    function payExecutors(JobId jobId, uint256 count) external {
        Payroll memory roll = payrollOf[jobId];
        uint256 left = roll.earners - roll.paid;
        if (left == 0) revert NobodyToPay(jobId);
        (address[] memory executors, uint32[] memory votes) =
            IJobBoard(jobBoard).earners(jobId, roll.paid, count < left ? count : left);
        uint256 eachWei = roll.potWei / roll.votes;
        uint256 extra = roll.potWei % roll.votes;
        for (uint256 i = 0; i < executors.length; ++i) {
            uint256 first = roll.paidVotes;
            roll.paidVotes += votes[i];
            uint256 partWei = eachWei * votes[i] + Math.min(roll.paidVotes, extra) - Math.min(first, extra);
            if (partWei > 0) _credit(jobId, executors[i], Role.Executor, partWei);
        }
        roll.paid += uint32(executors.length);
        payrollOf[jobId] = roll;
    }

    /// @inheritdoc ISettlement
    function withdraw() external returns (uint256) {
        return _withdraw(payable(msg.sender));
    }

    /// @inheritdoc ISettlement
    function withdrawTo(address payable to) external returns (uint256) {
        if (to == address(0)) revert ZeroPayee();
        return _withdraw(to);
    }

    /// INVARIANT: money moves only along the opening of the digest that the votes accepted.
    function _requireOpens(IJobBoard.Terms memory terms, OpenedDigest calldata opened) private pure {
        Digest digest = Records.digest(
            Records.DigestOpening({
                jobHash: terms.jobHash,
                segment: terms.lastSegment,
                previous: terms.previous,
                stateRoot: opened.stateRoot,
                osmdRoot: opened.osmdRoot,
                metricBp: opened.metricBp,
                accessesRoot: Records.accessesRoot(opened.accesses),
                traceRoot: opened.traceRoot
            })
        );
        if (digest != terms.digest) revert DigestMismatch(Digest.unwrap(digest), Digest.unwrap(terms.digest));
    }

    /// Pays the executors, or enters them in the payroll when they are many. Returns what is theirs; 0 when nobody has a vote.
    function _payExecutors(JobId jobId, IJobBoard.Terms memory terms, uint256 potWei) private returns (uint256) {
        if (terms.earners > MAX_AT_ONCE) {
            payrollOf[jobId] = Payroll(potWei.toUint128(), terms.votes, 0, 0, terms.earners);
            return potWei;
        }
        (address[] memory executors, uint32[] memory votes) = IJobBoard(jobBoard).earners(jobId, 0, terms.earners);
        return _paySplit(jobId, executors, Role.Executor, potWei, votes);
    }

    /// Tells a buyer that is a contract. It gets CALLBACK_GAS, whoever pays for the transaction; when it fails, only it is the
    /// worse for it. Called last: whatever the callee does, it meets finished books. What it returns is not read.
    function _tell(JobId jobId, address buyer, JobState outcome, Digest digest, uint32 metricBp) private {
        if (buyer.code.length == 0) return;
        // Of what is left, EIP-150 keeps one part in 64 from a callee.
        uint256 needed = CALLBACK_GAS + CALLBACK_GAS / 63 + 5_000;
        if (gasleft() < needed) revert GasTooLow(gasleft(), needed);
        bytes memory call_ = abi.encodeCall(IJobConsumer.onJobClosed, (jobId, outcome, digest, metricBp));
        bool done;
        assembly ("memory-safe") {
            done := call(CALLBACK_GAS, buyer, 0, add(call_, 32), mload(call_), 0, 0)
        }
        emit BuyerTold(jobId, buyer, done);
    }

    /// Credits `amountWei` split by weights; nothing when all weights are zero. Returns what was credited.
    function _paySplit(JobId jobId, address[] memory payees, Role role, uint256 amountWei, uint32[] memory weights)
        private
        returns (uint256 paidWei)
    {
        uint256[] memory parts = Apportion.split(amountWei, weights);
        for (uint256 i = 0; i < parts.length; ++i) {
            if (parts[i] == 0) continue;
            paidWei += parts[i];
            _credit(jobId, payees[i], role, parts[i]);
        }
    }

    function _withdraw(address payable to) private returns (uint256 amountWei) {
        amountWei = creditOf[msg.sender];
        if (amountWei == 0) revert NothingToWithdraw(msg.sender);

        creditOf[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amountWei);

        (bool sent,) = to.call{value: amountWei}("");
        if (!sent) revert TransferFailed(to, amountWei);
    }

    function _takeEscrow(JobId jobId) private returns (uint256 amountWei) {
        amountWei = escrowOf[jobId];
        if (amountWei == 0) revert NoEscrow(jobId);
        escrowOf[jobId] = 0;
    }

    function _takeBond(JobId jobId, uint256 amountWei) private {
        uint256 heldWei = bondsOf[jobId];
        if (heldWei < amountWei) revert BondTooSmall(jobId, heldWei, amountWei);
        bondsOf[jobId] = heldWei - amountWei;
    }

    function _credit(JobId jobId, address payee, Role role, uint256 amountWei) private {
        creditOf[payee] += amountWei;
        emit Credited(jobId, payee, role, amountWei);
    }

    function _burn(JobId jobId, uint256 amountWei) private {
        burnedWei += amountWei;
        emit Burned(jobId, amountWei);
    }
}
