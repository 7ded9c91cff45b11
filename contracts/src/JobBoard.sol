// The job board: seeds, commitments, votes, verdicts. See IJobBoard and docs/protocol.md 2 and 3.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, Fault, JobId, JobState, Request, Role, SegmentState, VoidReason} from "./Types.sol";
import {IExecutorRegistry} from "./interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "./interfaces/IJobBoard.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Attempts} from "./libraries/Attempts.sol";
import {Ballot} from "./libraries/Ballot.sol";
import {Booking} from "./libraries/Booking.sol";
import {JobEvent, Lifecycle, SegmentEvent} from "./libraries/Lifecycle.sol";
import {Proofs} from "./libraries/Proofs.sol";
import {Record} from "./libraries/Record.sol";
import {Records} from "./libraries/Records.sol";
import {Seeds} from "./libraries/Seeds.sol";
import {Verdicts} from "./libraries/Verdicts.sol";
import {Views} from "./libraries/Views.sol";

contract JobBoard is IJobBoard {
    using Lifecycle for JobState;
    using Lifecycle for SegmentState;
    using Record for Record.Job;
    using Record for Record.Segment;
    using Attempts for Record.Segment;
    using Attempts for Record.Attempt;

    uint256 private constant BP = 10_000;
    /// An execution set never grows beyond this, which bounds the work of `finalize`.
    uint16 private constant MAX_SET = 160;

    IExecutorRegistry public immutable registry;
    ISettlement public immutable settlement;
    address public immutable auctionHouse;
    /// A job runs at most this long after its pool was fixed: no stake that it may have to slash can be withdrawn before.
    uint64 public immutable lifeBlocks;
    uint256 public immutable mostPayWei;

    Rules private rules_;
    mapping(JobId => Record.Job) private jobs_;
    mapping(bytes32 signedTwice => bool) private proven_;

    /// @param auctionHouse_ may not exist yet; its constructor checks the wiring.
    constructor(IExecutorRegistry registry_, ISettlement settlement_, address auctionHouse_, Rules memory r) {
        bool timed = r.seedLagBlocks > 0 && r.revealBlocks > 0 && r.challengeBlocks > 0;
        bool patient =
            uint256(r.stallBlocks) > uint256(r.seedLagBlocks) + r.commitBlocks + r.revealBlocks + r.challengeBlocks;
        bool shares = r.hardSlashBp <= BP && r.softSlashBp <= BP && r.challengeRewardBp <= BP;
        lifeBlocks = registry_.unstakeDelayBlocks();
        // A challenge in the last block of its window, and the votes it asks for.
        bool punishable = 2 * (uint256(r.challengeBlocks) + r.commitBlocks + r.revealBlocks) < lifeBlocks;
        mostPayWei = registry_.leastStakeWei() * r.softSlashBp / BP;
        bool dear = r.challengeBondWei >= mostPayWei;
        if (!timed || !patient || !shares || !punishable || !dear) revert RulesInvalid();
        registry = registry_;
        settlement = settlement_;
        auctionHouse = auctionHouse_;
        rules_ = r;
    }

    // ---------------------------------------------------------------------------------------------------- job and seed

    /// @inheritdoc IJobBoard
    function create(JobId jobId, address buyer, Request calldata request, bytes32[] calldata shards) external {
        if (msg.sender != auctionHouse) revert OnlyAuctionHouse(msg.sender);

        Record.Job storage j = jobs_[jobId];
        j.state = j.state.step(JobEvent.AuctionWon);
        j.fill(buyer, request);
        bytes32 dataHash = Records.dataHash(shards);
        j.jobHash = Records.jobHash(request.specHash, dataHash);
        j.sellers = uint16(shards.length);
        // The last block is over: nobody can enter a pool that is known to be used.
        j.poolBlock = uint64(block.number) - 1;
        uint32 poolSize = registry.poolSizeBefore();
        j.setCap = poolSize < MAX_SET ? uint16(poolSize) : MAX_SET;
        j.seedBlock = uint64(block.number) + rules_.seedLagBlocks;
        j.progressed();
        emit JobOpened(
            jobId, buyer, request.bridge, request, dataHash, j.jobHash, shards, j.poolBlock, j.seedBlock, _deadline(j)
        );
    }

    /// @inheritdoc IJobBoard
    function fixSeed(JobId jobId, bytes calldata headerRlp) external {
        Record.Job storage j = _job(jobId);
        Seeds.fix(j, jobId, headerRlp);

        // A pool smaller than the lead can never decide anything.
        if (j.setCap < j.lead) _void(j, jobId, JobEvent.PoolExhausted, VoidReason.PoolExhausted);
    }

    // ------------------------------------------------------------------------------------------- commitments and votes

    /// @inheritdoc IJobBoard
    function postCommitments(JobId jobId, uint32 segment_, uint32 attempt_, address[] calldata members_, bytes32 root)
        external
    {
        Record.Job storage j = _running(jobId, segment_);
        // A bridge that stops posting must not be able to let a job end as stalled: its buyer would get work and money.
        bool stalls = block.number > j.lastProgressBlock + rules_.stallBlocks / 2;
        if (msg.sender != j.bridge && !stalls) revert OnlyBridge(jobId, msg.sender);
        j.requireStandsOn(jobId, segment_);
        Record.Segment storage s = j.current(segment_);
        s.state = s.state.step(SegmentEvent.Committed);
        uint32 expected = j.number(segment_, s.attempts);
        if (attempt_ != expected) revert WrongAttempt(attempt_, expected);
        if (root == bytes32(0)) revert ZeroRoot();
        if (s.size == j.setCap) revert PoolExhausted(j.setCap);
        s.requireClosed(attempt_, rules_.revealBlocks);
        if (members_.length != j.growth(s)) revert WrongSetSize(members_.length, j.growth(s));

        registry.requireAscending(j.draw(jobId, segment_), members_, s.lastMember);
        uint64 revealFrom = uint64(block.number) + rules_.commitBlocks + 1;
        s.open(members_, root, uint48(revealFrom));
        j.progressed();
        emit CommitmentsPosted(
            jobId, segment_, attempt_, root, members_, revealFrom, revealFrom + rules_.revealBlocks - 1
        );
    }

    /// @inheritdoc IJobBoard
    function commitDirect(
        JobId jobId,
        uint32 segment_,
        uint32 attempt_,
        address[] calldata members_,
        uint16 position,
        bytes32 commitment
    ) external {
        (, Record.Attempt storage a) = _running(jobId, segment_).newest(jobId, segment_, attempt_);
        a.requireMembers(attempt_, members_);
        a.commit(members_, position, commitment);
        emit CommittedDirectly(jobId, segment_, attempt_, position, msg.sender, commitment);
    }

    /// @inheritdoc IJobBoard
    function castVotes(
        JobId jobId,
        uint32 segment_,
        uint32 attempt_,
        address[] calldata members_,
        bytes32[] calldata commitments,
        VoteGroup[] calldata groups
    ) external {
        Record.Job storage j = _running(jobId, segment_);
        (Record.Segment storage s, Record.Attempt storage a) = j.newest(jobId, segment_, attempt_);
        a.requireRevealing(rules_.revealBlocks);
        a.requireMembers(attempt_, members_);

        Ballot.Place memory place = Ballot.Place(domainSeparator(), jobId, segment_, attempt_);
        uint256 outstanding = s.cast(a, place, members_, commitments, groups);
        if (s.state == SegmentState.Committed) _decide(j, jobId, segment_, outstanding);
    }

    /// @inheritdoc IJobBoard
    function closeAttempt(JobId jobId, uint32 segment_) external {
        Record.Job storage j = _running(jobId, segment_);
        Record.Segment storage s = j.current(segment_);
        s.state.step(SegmentEvent.LeadMissed);
        s.requireClosed(j.number(segment_, s.attempts - 1), rules_.revealBlocks);
        _decide(j, jobId, segment_, 0);
    }

    // ---------------------------------------------------------------------------------------- challenge and finality

    /// @inheritdoc IJobBoard
    function challenge(JobId jobId, uint32 segment_) external payable {
        Record.Job storage j = _running(jobId, segment_);
        Record.Segment storage s = j.current(segment_);
        s.state = s.state.step(SegmentEvent.Challenged);
        if (block.number >= s.finalFromBlock) revert ChallengeWindowClosed(s.finalFromBlock);
        if (msg.value != rules_.challengeBondWei) revert WrongBond(msg.value, rules_.challengeBondWei);
        if (s.size == j.setCap) revert PoolExhausted(j.setCap);

        Record.Attempt storage forced = s.attempt[s.attempts];
        (forced.challenger, forced.disputed) = (msg.sender, s.tally.leaderId);
        j.progressed();
        emit SegmentChallenged(jobId, segment_, msg.sender, msg.value);

        settlement.lockBond{value: msg.value}(jobId);
    }

    /// @inheritdoc IJobBoard
    function finalize(JobId jobId, uint32 segment_, address[][] calldata members_) external {
        Record.Job storage j = _running(jobId, segment_);
        if (segment_ != j.finalized) revert NotInOrder(segment_, j.finalized);
        Record.Segment storage s = j.current(segment_);
        s.state = s.state.step(SegmentEvent.WindowOver);
        if (block.number < s.finalFromBlock) revert ChallengeWindowOpen(s.finalFromBlock);

        ++j.finalized;
        j.progressed();
        emit SegmentFinal(jobId, segment_, j.verdicts[segment_]);
        if (j.finalized == j.segments) {
            j.state = j.state.step(JobEvent.LastSegmentFinal);
            emit JobSettling(jobId, j.verdicts[segment_]);
        }

        Booking.book(j, _ledger(jobId, segment_), rules_, members_);
    }

    /// @inheritdoc IJobBoard
    function proveEquivocation(
        JobId jobId,
        uint32 segment_,
        uint32 attempt_,
        address executor,
        SignedVote calldata a,
        SignedVote calldata b
    ) external {
        _job(jobId);
        Ballot.Place memory place = Ballot.Place(domainSeparator(), jobId, segment_, attempt_);
        Proofs.requireEquivocation(place, executor, a, b);
        _punish(place, executor, Fault.Equivocation);
    }

    /// @inheritdoc IJobBoard
    function proveFalseWitness(
        JobId jobId,
        uint32 segment_,
        uint32 attempt_,
        address executor,
        SignedVote calldata vote,
        Records.DigestOpening calldata opening
    ) external {
        Record.Job storage j = _job(jobId);
        if (block.number > _deadline(j)) revert JobExpired(_deadline(j));
        Ballot.Place memory place = Ballot.Place(domainSeparator(), jobId, segment_, attempt_);
        Proofs.requireFalseWitness(j, place, executor, vote, opening);
        _punish(place, executor, Fault.FalseWitness);
    }

    /// @inheritdoc IJobBoard
    function proveOmission(
        JobId jobId,
        uint32 segment_,
        uint32 attempt_,
        address[] calldata before,
        address[] calldata members_,
        uint16 position,
        address executor
    ) external {
        Record.Job storage j = _running(jobId, segment_);
        if (segment_ < j.finalized) revert SegmentIsFinal(jobId, segment_);
        Record.Attempt storage a = j.existing(jobId, segment_, attempt_);
        a.requireMembers(attempt_, members_);
        if (position >= members_.length) revert NoSuchMember(position, uint16(members_.length));
        address below = address(0);
        if (position > 0) {
            below = members_[position - 1];
        } else if (uint16(attempt_) > 0) {
            j.existing(jobId, segment_, attempt_ - 1).requireMembers(attempt_ - 1, before);
            below = before[before.length - 1];
        }
        IExecutorRegistry.Draw memory draw = j.draw(jobId, segment_);
        bytes32 ticket = registry.ticketOf(draw, executor);
        bool omitted = ticket > registry.ticketOf(draw, below) && ticket < registry.ticketOf(draw, members_[position]);
        if (!omitted) revert NotOmitted(executor);

        _void(j, jobId, JobEvent.WrongDraw, VoidReason.WrongDraw);
    }

    /// @inheritdoc IJobBoard
    function reclaimBond(JobId jobId, uint32 segment_, uint32 attempt_) external {
        Record.Job storage j = _job(jobId);
        uint16 epoch = uint16(attempt_ >> 16);
        Record.Attempt storage a = j.record[segment_][epoch].attempt[uint16(attempt_)];
        address challenger = a.challenger;
        if (challenger == address(0)) revert NoBondHeld();
        bool dropped = segment_ > j.accepted || epoch != j.epochOf(segment_);
        if (!dropped && j.state != JobState.Void) revert ChallengePending();

        a.challenger = address(0);
        settlement.payBond(jobId, challenger, Role.Challenger, rules_.challengeBondWei);
    }

    /// @inheritdoc IJobBoard
    function voidStale(JobId jobId) external {
        Record.Job storage j = _job(jobId);
        uint64 voidableFrom = j.lastProgressBlock + rules_.stallBlocks + 1;
        bool overdue = j.state != JobState.Settling && _deadline(j) + 1 < voidableFrom;
        if (overdue) voidableFrom = _deadline(j) + 1;
        if (block.number < voidableFrom) revert NotStalled(voidableFrom);

        _void(j, jobId, JobEvent.Stalled, VoidReason.Stalled);
    }

    /// @inheritdoc IJobBoard
    function voidExhausted(JobId jobId, uint32 segment_) external {
        Record.Job storage j = _running(jobId, segment_);
        Record.Segment storage s = j.current(segment_);
        if (s.state != SegmentState.Undecided || s.size < j.setCap) revert NotExhausted(s.state, s.size, j.setCap);
        if (segment_ > j.finalized) revert PreviousNotFinal(jobId, segment_);

        _void(j, jobId, JobEvent.PoolExhausted, VoidReason.PoolExhausted);
    }

    /// @inheritdoc IJobBoard
    function closeJob(JobId jobId, bool met) external {
        if (msg.sender != address(settlement)) revert OnlySettlement(msg.sender);
        Record.Job storage j = _job(jobId);
        j.state = j.state.step(met ? JobEvent.MetricMet : JobEvent.MetricMissed);
        emit JobClosed(jobId, j.state);
    }

    // ----------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IJobBoard
    function job(JobId jobId) external view returns (Job memory) {
        return Views.job(jobs_[jobId], _deadline(jobs_[jobId]));
    }

    /// @inheritdoc IJobBoard
    function segment(JobId jobId, uint32 index) external view returns (Segment memory) {
        return Views.segment(jobs_[jobId], index);
    }

    /// @inheritdoc IJobBoard
    function attempt(JobId jobId, uint32 segment_, uint32 number) external view returns (Attempt memory) {
        return Views.attempt(jobs_[jobId], jobId, segment_, number, rules_.revealBlocks);
    }

    /// @inheritdoc IJobBoard
    function nextAttempt(JobId jobId, uint32 segment_) external view returns (NextAttempt memory) {
        return Views.nextAttempt(_running(jobId, segment_), jobId, segment_, registry);
    }

    /// @inheritdoc IJobBoard
    function terms(JobId jobId) external view returns (Terms memory) {
        return Views.terms(_job(jobId));
    }

    /// @inheritdoc IJobBoard
    function earners(JobId jobId, uint256 from, uint256 count)
        external
        view
        returns (address[] memory executors, uint32[] memory votes)
    {
        return Views.earners(jobs_[jobId], from, count);
    }

    /// @inheritdoc IJobBoard
    function rules() external view returns (Rules memory) {
        return rules_;
    }

    /// @inheritdoc IJobBoard
    function domainSeparator() public view returns (bytes32) {
        return Ballot.domainSeparator(address(this));
    }

    // --------------------------------------------------------------------------------------------------------- private

    function _job(JobId jobId) private view returns (Record.Job storage j) {
        j = jobs_[jobId];
        if (j.state == JobState.None) revert NoSuchJob(jobId);
    }

    /// A running job, with `segment_` not beyond the frontier.
    function _running(JobId jobId, uint32 segment_) private view returns (Record.Job storage j) {
        j = _job(jobId);
        if (j.state != JobState.Running) revert JobNotRunning(jobId, j.state);
        if (block.number > _deadline(j)) revert JobExpired(_deadline(j));
        if (segment_ >= j.segments) revert NoSuchSegment(jobId, segment_);
        if (segment_ > j.accepted) revert PreviousNotAccepted(jobId, segment_);
    }

    /// INVARIANT: total time is bounded: what is not done by then can only be voided.
    function _deadline(Record.Job storage j) private view returns (uint64) {
        return j.poolBlock + lifeBlocks;
    }

    /// What signatures prove costs once an attempt, and nobody gets it.
    function _punish(Ballot.Place memory place, address executor, Fault fault) private {
        bytes32 key = keccak256(abi.encode(place.jobId, place.segment, place.attempt, executor));
        if (proven_[key]) revert AlreadyProven();
        proven_[key] = true;
        uint256 slashedWei = Booking.slash(_ledger(place.jobId, place.segment), rules_, place.attempt, executor, fault);
        if (slashedWei > 0) settlement.burnBond(place.jobId, slashedWei);
    }

    function _ledger(JobId jobId, uint32 segment_) private view returns (Booking.Ledger memory) {
        return Booking.Ledger(jobId, segment_, registry, settlement);
    }

    /// Decides if it can. Nobody left to ask voids the job, unless the segment before can still get another verdict.
    function _decide(Record.Job storage j, JobId jobId, uint32 segment_, uint256 outstanding) private {
        bool exhausted = Verdicts.decide(j, jobId, segment_, outstanding, rules_);
        if (!exhausted || segment_ > j.finalized) return;
        _void(j, jobId, JobEvent.PoolExhausted, VoidReason.PoolExhausted);
    }

    function _void(Record.Job storage j, JobId jobId, JobEvent what, VoidReason reason) private {
        j.state = j.state.step(what);
        emit JobVoided(jobId, reason);

        settlement.refund(jobId, j.buyer, Role.Buyer);
    }
}
