// An example of a contract that buys a model and then uses it: it accepts only what the bought model commits to.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request} from "../Types.sol";
import {IAuctionHouse} from "../interfaces/IAuctionHouse.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {IJobConsumer} from "../interfaces/IJobConsumer.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Records} from "../libraries/Records.sol";

/// Buys one model at a fixed price. When the job settles it learns the accepted digest; whoever then shows what the digest opens
/// to installs the state root of the model, against which weights can be proven (docs/protocol.md 2.1).
contract ModelUser is IJobConsumer {
    IAuctionHouse public immutable house;
    address public immutable owner;

    JobId public job;
    Digest public model; // zero until the job has settled
    bytes32 public stateRoot; // zero until installed

    event ModelBought(JobId indexed jobId, uint256 priceWei);
    event ModelAccepted(JobId indexed jobId, Digest digest, uint32 metricBp);
    event ModelInstalled(JobId indexed jobId, bytes32 stateRoot);

    error OnlyOwner(address caller);
    error OnlySettlement(address caller);
    error JobRunning(JobId jobId);
    error NoModel();
    error NotTheModel(Digest given, Digest accepted);

    constructor(IAuctionHouse house_) {
        (house, owner) = (house_, msg.sender);
    }

    /// Takes what Settlement owes it.
    receive() external payable {}

    /// @notice Orders a model with the value sent; again only after a job that bought none.
    function buy(bytes32[] calldata tags, Request calldata request, bytes32[][] calldata lists)
        external
        payable
        returns (JobId jobId)
    {
        if (msg.sender != owner) revert OnlyOwner(msg.sender);
        if (JobId.unwrap(job) != 0) revert JobRunning(job);

        // The number is known only afterwards; nobody is called back before `settle`, in a later transaction.
        jobId = house.order{value: msg.value}(tags, request, lists);
        job = jobId;
        emit ModelBought(jobId, msg.value);
    }

    /// @inheritdoc IJobConsumer
    function onJobClosed(JobId jobId, JobState outcome, Digest digest, uint32 metricBp) external {
        if (msg.sender != address(_settlement())) revert OnlySettlement(msg.sender);

        if (outcome == JobState.Settled) {
            model = digest;
            emit ModelAccepted(jobId, digest, metricBp);
        } else {
            job = JobId.wrap(0);
        }
    }

    /// @notice Installs the model's state root: `opened` and `previous` must open the accepted digest. Anyone.
    function install(Digest previous, ISettlement.OpenedDigest calldata opened) external {
        if (model.isZero()) revert NoModel();
        IJobBoard.Terms memory terms = _board().terms(job);
        Digest digest = Records.digest(
            Records.DigestOpening({
                jobHash: terms.jobHash,
                segment: terms.lastSegment,
                previous: previous,
                stateRoot: opened.stateRoot,
                osmdRoot: opened.osmdRoot,
                metricBp: opened.metricBp,
                accessesRoot: Records.accessesRoot(opened.accesses),
                traceRoot: opened.traceRoot
            })
        );
        if (digest != model) revert NotTheModel(digest, model);

        stateRoot = opened.stateRoot;
        emit ModelInstalled(job, opened.stateRoot);
    }

    /// @notice Sends what Settlement owes this contract, such as the price of a void job, to the owner.
    function recover() external {
        _settlement().withdrawTo(payable(owner));
    }

    function _board() private view returns (IJobBoard) {
        return house.jobBoard();
    }

    function _settlement() private view returns (ISettlement) {
        return house.settlement();
    }
}
