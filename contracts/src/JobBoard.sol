// The job board: seeds, commitments, votes, verdicts. See IJobBoard and docs/protocol.md 2 and 3.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, Fault, JobId, JobState, Request, Role, SegmentState, VoidReason} from "./Types.sol";
import {IExecutorRegistry} from "./interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "./interfaces/IJobBoard.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Attempts} from "./libraries/Attempts.sol";
import {Ballot} from "./libraries/Ballot.sol";
import {JobEvent, Lifecycle, SegmentEvent} from "./libraries/Lifecycle.sol";
import {Record} from "./libraries/Record.sol";
import {Records} from "./libraries/Records.sol";
import {Seeds} from "./libraries/Seeds.sol";
import {Sortition} from "./libraries/Sortition.sol";
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

    IExecutorRegistry public immutable registry;
    ISettlement public immutable settlement;
    address public immutable auctionHouse;

    Rules private rules_;
    mapping(JobId => Record.Job) private jobs_;
    mapping(bytes32 signedTwice => bool) private proven_;

    /// @param auctionHouse_ may not exist yet; its constructor checks the wiring.
    constructor(IExecutorRegistry registry_, ISettlement settlement_, address auctionHouse_, Rules memory r) {
        bool timed = r.seedLagBlocks > 0 && r.revealBlocks > 0 && r.challengeBlocks > 0;
        bool patient =
            uint256(r.stallBlocks) > uint256(r.seedLagBlocks) + r.commitBlocks + r.revealBlocks + r.challengeBlocks;
        bool shares = r.hardSlashBp <= BP && r.softSlashBp <= BP && r.challengeRewardBp <= BP;
        if (!timed || !patient || !shares) revert RulesInvalid();
        registry = registry_;
        settlement = settlement_;
        auctionHouse = auctionHouse_;
        rules_ = r;
    }

    // ---------------------------------------------------------------------------------------------------- job and seed

    /// @inheritdoc IJobBoard
    function create(JobId jobId, address buyer, Request calldata request, bytes32 dataHash, uint32[] calldata sellers)
        external
    {
        if (msg.sender != auctionHouse) revert OnlyAuctionHouse(msg.sender);

        Record.Job storage j = jobs_[jobId];
        j.state = j.state.step(JobEvent.AuctionWon);
        j.fill(buyer, request);
        j.jobHash = Records.jobHash(request.specHash, dataHash);
        j.sellers = sellers;
        j.poolBlock = uint64(block.number);
        j.seedBlock = uint64(block.number) + rules_.seedLagBlocks;
        j.progressed();
        emit JobOpened(jobId, buyer, request.bridge, request, dataHash, j.jobHash, sellers, j.poolBlock, j.seedBlock);
    }

    /// @inheritdoc IJobBoard
    function fixSeed(JobId jobId, bytes calldata headerRlp) external {
        Record.Job storage j = _job(jobId);
        Seeds.fix(j, jobId, headerRlp, registry);

        // A pool smaller than the lead can never decide anything.
        if (j.setCap < j.lead) _void(j, jobId, JobEvent.PoolExhausted, VoidReason.PoolExhausted);
    }

    /// @inheritdoc IJobBoard
    function rescheduleSeed(JobId jobId) external {
        Seeds.reschedule(_job(jobId), jobId, rules_.seedLagBlocks);
    }

    // ------------------------------------------------------------------------------------------- commitments and votes

    /// @inheritdoc IJobBoard
    function postCommitments(JobId jobId, uint32 segment_, uint32 attempt_, address[] calldata members_, bytes32 root)
        external
    {
        Record.Job storage j = _running(jobId, segment_);
        if (msg.sender != j.bridge) revert OnlyBridge(jobId, msg.sender);
        _requireStandsOn(j, jobId, segment_);
        Record.Segment storage s = j.current(segment_);
        s.state = s.state.step(SegmentEvent.Committed);
        uint32 expected = j.number(segment_, s.attempts);
        if (attempt_ != expected) revert WrongAttempt(attempt_, expected);
        if (root == bytes32(0)) revert ZeroRoot();
        s.requireClosed(attempt_);
        if (members_.length != j.growth(s)) revert WrongSetSize(members_.length, j.growth(s));

        Sortition.Draw memory draw = j.draw(jobId, segment_);
        uint32[] memory units = registry.unitsAtOf(members_, j.poolBlock);
        s.lastTicket = Sortition.requireAscending(draw, members_, units, s.lastTicket);
        uint64 revealFrom = uint64(block.number) + rules_.commitBlocks + 1;
        uint64 revealUntil = revealFrom + rules_.revealBlocks - 1;
        s.open(members_, root, revealFrom, revealUntil);
        j.progressed();
        emit CommitmentsPosted(jobId, segment_, attempt_, root, members_, revealFrom, revealUntil);
    }

    /// @inheritdoc IJobBoard
    function commitDirect(JobId jobId, uint32 segment_, uint32 attempt_, uint16 position, bytes32 commitment) external {
        Record.Job storage j = _running(jobId, segment_);
        (Record.Segment storage s, Record.Attempt storage a) = j.newest(jobId, segment_, attempt_);
        s.commit(a, position, commitment);
        emit CommittedDirectly(jobId, segment_, attempt_, position, msg.sender, commitment);
    }

    /// @inheritdoc IJobBoard
    function castVotes(JobId jobId, uint32 segment_, uint32 attempt_, VoteInput[] calldata votes) external {
        Record.Job storage j = _running(jobId, segment_);
        (Record.Segment storage s, Record.Attempt storage a) = j.newest(jobId, segment_, attempt_);
        a.requireRevealing();

        bytes32 domain = domainSeparator();
        for (uint256 i = 0; i < votes.length; ++i) {
            VoteInput calldata input = votes[i];
            Ballot.Vote memory vote = Ballot.Vote(jobId, segment_, attempt_, input.digest, input.witness);
            s.cast(a, domain, vote, input);
        }
        if (s.state == SegmentState.Committed) _decide(j, s, jobId, segment_, a.size - a.voted);
    }

    /// @inheritdoc IJobBoard
    function closeAttempt(JobId jobId, uint32 segment_) external {
        Record.Job storage j = _running(jobId, segment_);
        Record.Segment storage s = j.current(segment_);
        s.state.step(SegmentEvent.LeadMissed);
        s.requireClosed(j.number(segment_, s.attempts - 1));

        _decide(j, s, jobId, segment_, 0);
    }

    // ---------------------------------------------------------------------------------------- challenge and finality

    /// @inheritdoc IJobBoard
    function challenge(JobId jobId, uint32 segment_) external payable {
        Record.Job storage j = _running(jobId, segment_);
        Record.Segment storage s = j.current(segment_);
        s.state = s.state.step(SegmentEvent.Challenged);
        if (block.number >= s.finalFromBlock) revert ChallengeWindowClosed(s.finalFromBlock);
        if (msg.value != rules_.challengeBondWei) revert WrongBond(msg.value, rules_.challengeBondWei);
        if (s.set.length == j.setCap) revert PoolExhausted(j.setCap);

        s.openChallenge = s.attempts;
        s.attempt[s.attempts].challenger = msg.sender;
        j.progressed();
        emit SegmentChallenged(jobId, segment_, msg.sender, msg.value);

        settlement.lockBond{value: msg.value}(jobId);
    }

    /// @inheritdoc IJobBoard
    function finalize(JobId jobId, uint32 segment_) external {
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

        for (uint16 index = 0; index < s.attempts; ++index) {
            _book(j, s, jobId, segment_, index);
        }
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
        if (a.digest == b.digest && a.witness == b.witness) revert NotEquivocation();
        bytes32 key = keccak256(abi.encode(jobId, segment_, attempt_, executor));
        if (proven_[key]) revert AlreadyProven();
        bytes32 domain = domainSeparator();
        Ballot.Vote memory vote = Ballot.Vote(jobId, segment_, attempt_, a.digest, a.witness);
        Ballot.requireSigned(domain, vote, executor, a.r, a.vs);
        (vote.digest, vote.witness) = (b.digest, b.witness);
        Ballot.requireSigned(domain, vote, executor, b.r, b.vs);

        proven_[key] = true;
        _slash(jobId, segment_, attempt_, executor, Fault.Equivocation, address(0));
    }

    /// @inheritdoc IJobBoard
    function proveOmission(JobId jobId, uint32 segment_, address executor) external {
        Record.Job storage j = _running(jobId, segment_);
        Record.Segment storage s = j.current(segment_);
        uint32 units = registry.unitsAt(executor, j.poolBlock);
        if (units == 0) revert NotInPool(executor, j.poolBlock);
        bool below = Sortition.ticket(j.draw(jobId, segment_), executor, units) <= s.lastTicket;
        if (!below || s.isMember(executor)) revert NotOmitted(executor);

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
        j.state.step(JobEvent.Stalled);
        uint64 voidableFrom = j.lastProgressBlock + rules_.stallBlocks + 1;
        if (block.number < voidableFrom) revert NotStalled(voidableFrom);

        _void(j, jobId, JobEvent.Stalled, VoidReason.Stalled);
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
        return Views.job(jobs_[jobId]);
    }

    /// @inheritdoc IJobBoard
    function segment(JobId jobId, uint32 index) external view returns (Segment memory) {
        return Views.segment(jobs_[jobId], index);
    }

    /// @inheritdoc IJobBoard
    function attempt(JobId jobId, uint32 segment_, uint32 number) external view returns (Attempt memory) {
        return Views.attempt(jobs_[jobId], jobId, segment_, number);
    }

    /// @inheritdoc IJobBoard
    function members(JobId jobId, uint32 segment_) external view returns (address[] memory) {
        return Views.members(jobs_[jobId], segment_);
    }

    /// @inheritdoc IJobBoard
    function nextAttempt(JobId jobId, uint32 segment_) external view returns (NextAttempt memory) {
        return Views.nextAttempt(_running(jobId, segment_), segment_);
    }

    /// @inheritdoc IJobBoard
    function votesFor(JobId jobId, uint32 segment_, Digest digest) external view returns (uint16) {
        Record.Job storage j = jobs_[jobId];
        return segment_ > j.accepted ? 0 : j.current(segment_).tally.standings[digest].votes;
    }

    /// @inheritdoc IJobBoard
    function earnedVotes(JobId jobId, address executor) external view returns (uint32) {
        return jobs_[jobId].earned[executor];
    }

    /// @inheritdoc IJobBoard
    function terms(JobId jobId) external view returns (Terms memory) {
        return Views.terms(_job(jobId));
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
        if (segment_ >= j.segments) revert NoSuchSegment(jobId, segment_);
        if (segment_ > j.accepted) revert PreviousNotAccepted(jobId, segment_);
    }

    /// The segment before has a verdict that nobody disputes at the moment.
    function _requireStandsOn(Record.Job storage j, JobId jobId, uint32 segment_) private view {
        if (segment_ == 0) return;
        SegmentState before = j.current(segment_ - 1).state;
        bool stands = before == SegmentState.Accepted || before == SegmentState.Final;
        if (!stands) revert PreviousNotAccepted(jobId, segment_);
    }

    /// Decides if it can. Who is owed a bond for a flip is paid; nobody left to ask voids the job.
    function _decide(Record.Job storage j, Record.Segment storage s, JobId jobId, uint32 segment_, uint256 outstanding)
        private
    {
        Verdicts.Outcome outcome = Verdicts.decide(j, jobId, segment_, outstanding, rules_.challengeBlocks);
        if (outcome == Verdicts.Outcome.Flipped) {
            Record.Attempt storage forced = s.attempt[s.openChallenge];
            address challenger = forced.challenger;
            forced.challenger = address(0);
            s.rewardTo = challenger;
            settlement.payBond(jobId, challenger, Role.Challenger, rules_.challengeBondWei);
        } else if (outcome == Verdicts.Outcome.Undecided && s.set.length == j.setCap) {
            _void(j, jobId, JobEvent.PoolExhausted, VoidReason.PoolExhausted);
        }
    }

    /// Books one attempt of a Final segment: accepted votes are earned, faults are slashed, a lost bond is paid out.
    function _book(Record.Job storage j, Record.Segment storage s, JobId jobId, uint32 segment_, uint16 index) private {
        Record.Attempt storage a = s.attempt[index];
        address[] memory right = new address[](a.size);
        uint256 count = 0;
        for (uint256 i = a.first; i < uint256(a.first) + a.size; ++i) {
            Record.Member memory member = s.set[i];
            (bool earned, Fault fault) = s.judge(index, member);
            if (earned) {
                j.earn(member.executor);
                right[count++] = member.executor;
            } else {
                _slash(jobId, segment_, j.number(segment_, index), member.executor, fault, s.rewardTo);
            }
        }
        if (a.challenger != address(0)) _payLostBond(a, jobId, right, count);
    }

    function _slash(JobId jobId, uint32 segment_, uint32 attempt_, address executor, Fault fault, address rewardTo)
        private
    {
        bool soft = fault == Fault.NoReveal || fault == Fault.UncommonWitness;
        uint16 bp = soft ? rules_.softSlashBp : rules_.hardSlashBp;
        uint256 slashedWei = registry.slash(jobId, executor, fault, bp, rewardTo, rules_.challengeRewardBp);
        emit FaultFound(jobId, segment_, executor, attempt_, fault, slashedWei);
    }

    /// Half of a lost bond goes, evenly and rounded down, to those whom it made re-execute the segment and who were right; the
    /// rest is burned, so that losing to a friend is never free.
    function _payLostBond(Record.Attempt storage a, JobId jobId, address[] memory right, uint256 count) private {
        a.challenger = address(0);
        uint256 eachWei = count == 0 ? 0 : rules_.challengeBondWei / 2 / count;
        for (uint256 i = 0; i < count && eachWei > 0; ++i) {
            settlement.payBond(jobId, right[i], Role.Checker, eachWei);
        }
        settlement.burnBond(jobId, rules_.challengeBondWei - eachWei * count);
    }

    function _void(Record.Job storage j, JobId jobId, JobEvent what, VoidReason reason) private {
        j.state = j.state.step(what);
        emit JobVoided(jobId, reason);

        settlement.refund(jobId, j.buyer, Role.Buyer);
    }
}
