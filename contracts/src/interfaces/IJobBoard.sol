// The board: jobs, seeds, commitments, votes, verdicts. The contract is the tally; a bridge is a courier.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, Fault, JobId, JobState, Request, SegmentState, VoidReason} from "../Types.sol";
import {Records} from "../libraries/Records.sol";
import {IExecutorRegistry} from "./IExecutorRegistry.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Job board
/// @notice Follows docs/protocol.md sections 2 and 3.
///
/// An attempt is named by the number `attempt = epoch * 65536 + index`: `index` counts the attempts of a segment from 0; `epoch` is how
/// many verdicts of the job had been flipped by challenges when the segment before got its present verdict. So a number never
/// names two attempts, and a vote for a segment that a flip threw away can neither be replayed nor taken for equivocation. Without
/// a successful challenge, `attempt` is simply the index. All hashes and signatures use this number.
///
/// A segment's record is filed under (jobId, segment, epoch): a flip of an earlier segment makes all later ones read as Pending
/// again without touching them.
interface IJobBoard {
    /// Times in blocks, amounts in wei or basis points. Fixed at deployment.
    struct Rules {
        uint32 seedLagBlocks; // seedBlock = creation block + this; at least 1
        uint32 commitBlocks; // after a root is posted: time for `commitDirect`; votes are taken after it
        uint32 revealBlocks; // time for votes after that; at least 1
        uint32 challengeBlocks; // time for a challenge after acceptance; at least 1
        uint32 stallBlocks; // no progress for this long: anyone may void the job
        uint16 hardSlashBp; // of the stake, for FalseWitness, MinorityDigest and Equivocation
        uint16 softSlashBp; // of the stake, for NoReveal
        uint16 challengeRewardBp; // of what is slashed in a flipped segment, for the challenger
        uint128 challengeBondWei; // at least `mostPayWei`
    }

    struct Job {
        JobState state;
        address buyer;
        address bridge;
        uint16 segments;
        uint16 accepted; // segments with a verdict; the next one is the frontier
        uint16 finalized; // segments that are Final
        uint16 epoch; // verdicts flipped so far
        uint16 setCap; // largest execution set: min(pool size, 160)
        uint64 poolBlock; // the pool is the register at the end of it: the block before the job's
        uint64 seedBlock;
        uint64 lastProgressBlock;
        uint64 deadlineBlock; // last block in which the job can run; afterwards anyone may void it
        bytes32 jobHash;
        bytes32 jobSeed; // zero until fixed
        uint16 sellers; // number of shards; they and the request are in JobOpened
    }

    struct Segment {
        SegmentState state;
        uint16 epoch; // high half of its attempts' numbers
        uint16 attempts; // opened so far
        uint16 setSize; // members over all attempts
        uint16 bestVotes;
        uint16 secondVotes;
        Digest best; // leading digest; zero before the first vote
        Digest verdict; // zero before the first acceptance
        Digest previous; // digest of the segment before (the job hash for segment 0)
        uint64 finalFromBlock; // first block in which it can become Final; 0 unless Accepted
    }

    struct Attempt {
        bytes32 root; // list root of the commitments
        uint64 revealFromBlock; // first block in which votes are taken
        uint64 revealUntilBlock; // last one
        uint16 size;
        uint16 voted;
        address challenger; // whose challenge forced this attempt, while its bond is held; else zero
    }

    /// What the bridge must do next for a segment.
    struct NextAttempt {
        uint32 attempt;
        uint16 newMembers; // exactly this many
        bytes32 segmentSeed;
        bytes32 attemptSeed;
        bytes32 afterTicket; // the first new ticket is above this; zero for the first attempt
        Digest previous;
    }

    /// One member's vote: what opens its commitment, and its signature.
    struct Opening {
        uint16 position; // within the attempt
        bytes32 salt;
        bytes32 r; // EIP-2098 compact signature of Vote(jobId, segment, attempt, digest, witness)
        bytes32 vs;
    }

    /// Votes that agree: what they say is sent, hashed and counted once.
    struct VoteGroup {
        Digest digest;
        bytes32 witness;
        Opening[] openings;
    }

    struct SignedVote {
        Digest digest;
        bytes32 witness;
        bytes32 r;
        bytes32 vs;
    }

    /// What Settlement needs to pay a job.
    struct Terms {
        JobState state;
        address buyer;
        uint32 tauBp;
        uint16 executorShareBp;
        uint32 lastSegment;
        bytes32 jobHash;
        Digest previous; // of the last segment
        Digest digest; // verdict of the last segment
        uint32 earners; // executors with accepted votes in Final segments; see `earners`
        uint32 votes; // all their accepted votes
    }

    event JobOpened(
        JobId indexed jobId,
        address indexed buyer,
        address indexed bridge,
        Request request,
        bytes32 dataHash,
        bytes32 jobHash,
        bytes32[] shards,
        uint64 poolBlock,
        uint64 seedBlock,
        uint64 deadlineBlock
    );
    event SeedFixed(JobId indexed jobId, bytes32 prevRandao, bytes32 jobSeed, uint16 setCap);
    event CommitmentsPosted(
        JobId indexed jobId,
        uint32 indexed segment,
        uint32 attempt,
        bytes32 root,
        address[] members,
        uint64 revealFromBlock,
        uint64 revealUntilBlock
    );
    event CommittedDirectly(
        JobId indexed jobId,
        uint32 indexed segment,
        uint32 attempt,
        uint16 position,
        address executor,
        bytes32 commitment
    );
    event VotesCast(
        JobId indexed jobId, uint32 indexed segment, uint32 attempt, Digest digest, bytes32 witness, address[] executors
    );
    event SegmentUndecided(
        JobId indexed jobId, uint32 indexed segment, uint32 attempt, uint16 bestVotes, uint16 secondVotes
    );
    event SegmentAccepted(
        JobId indexed jobId,
        uint32 indexed segment,
        Digest digest,
        uint16 votes,
        uint16 secondVotes,
        uint64 finalFromBlock
    );
    event SegmentChallenged(JobId indexed jobId, uint32 indexed segment, address indexed challenger, uint256 bondWei);
    event VerdictFlipped(JobId indexed jobId, uint32 indexed segment, Digest from, Digest to, uint16 epoch);
    event SegmentFinal(JobId indexed jobId, uint32 indexed segment, Digest digest);
    event FaultFound(
        JobId indexed jobId,
        uint32 indexed segment,
        address indexed executor,
        uint32 attempt,
        Fault fault,
        uint256 slashedWei
    );
    event JobSettling(JobId indexed jobId, Digest digest);
    event JobVoided(JobId indexed jobId, VoidReason reason);
    event JobClosed(JobId indexed jobId, JobState state);

    error OnlyAuctionHouse(address caller);
    error OnlySettlement(address caller);
    error OnlyBridge(JobId jobId, address caller);
    error RulesInvalid();
    error NoSuchJob(JobId jobId);
    error JobNotRunning(JobId jobId, JobState state);
    error JobExpired(uint64 deadlineBlock);
    error NoSuchSegment(JobId jobId, uint32 segment);
    /// The segment before has no verdict that stands: none yet, or it is challenged.
    error PreviousNotAccepted(JobId jobId, uint32 segment);
    /// Posting takes the next attempt; everything else the newest one.
    error WrongAttempt(uint32 given, uint32 expected);
    error NoAttempt(JobId jobId, uint32 segment);
    error SeedBlockNotOver(uint64 seedBlock);
    error SeedBlockGone(uint64 seedBlock);
    error HeaderMismatch(bytes32 given, bytes32 expected);
    error ZeroRoot();
    error WrongSetSize(uint256 given, uint256 expected);
    /// The members given are not those of the attempt.
    error WrongMembers(uint32 attempt);
    /// The commitments given are not the ones under the attempt's root.
    error RootMismatch(bytes32 given, bytes32 expected);
    error AttemptOpen(uint32 attempt, uint64 revealUntilBlock);
    error NoSuchMember(uint16 position, uint16 size);
    error NotTheMember(address caller, address member);
    error CommitWindowClosed(uint64 revealFromBlock);
    error AlreadyCommitted(uint16 position);
    error ZeroCommitment();
    error RevealWindowNotOpen(uint64 revealFromBlock);
    error RevealWindowClosed(uint64 revealUntilBlock);
    error ZeroDigest();
    error AlreadyVoted(uint16 position);
    error NothingToCount();
    error CommitmentNotOpened(uint16 position);
    error BadSignature(address signer, address executor);
    error WrongBond(uint256 sentWei, uint256 expectedWei);
    error ChallengeWindowClosed(uint64 finalFromBlock);
    /// The whole pool has already executed the segment; nobody else can be asked.
    error PoolExhausted(uint16 setSize);
    error NotInOrder(uint32 segment, uint32 next);
    error ChallengeWindowOpen(uint64 finalFromBlock);
    error NotEquivocation();
    /// A digest is not opened in public while its segment can be executed again: whoever is asked then could copy the witness.
    error NotFinal(JobId jobId, uint32 segment);
    /// The opening is not that of the digest voted for, or of another job or segment.
    error NotOpened(Digest voted);
    error WitnessIsTrue();
    error AlreadyProven();
    error NotOmitted(address executor);
    error NoBondHeld();
    error ChallengePending();
    error NotStalled(uint64 voidableFromBlock);
    error NotExhausted(SegmentState state, uint16 setSize, uint16 setCap);
    /// The segment before can still be challenged, and then this one starts again.
    error PreviousNotFinal(JobId jobId, uint32 segment);
    error SegmentIsFinal(JobId jobId, uint32 segment);

    /// @notice Creates the job of a won auction. AuctionHouse only.
    /// @param shards roots in catalogue order; record 0x0b is over them.
    function create(JobId jobId, address buyer, Request calldata request, bytes32[] calldata shards) external;

    /// @notice Fixes the job's seed from the seed block's header (record 0x0c). Anyone, once that block is over.
    /// @param headerRlp the header whose hash is the seed block's hash.
    function fixSeed(JobId jobId, bytes calldata headerRlp) external;

    /// @notice Opens an attempt: its new members and the root over their commitments (docs/protocol.md 2.4). The bridge; anyone
    /// once nothing has happened for half of `stallBlocks`.
    /// @param members in ascending ticket order, exactly as many as the growth policy asks for (see `nextAttempt`).
    function postCommitments(JobId jobId, uint32 segment, uint32 attempt, address[] calldata members, bytes32 root)
        external;

    /// @notice A member replaces what the bridge put under the root for it, before votes are taken. Once a member.
    /// @param members of the attempt, as CommitmentsPosted has them.
    function commitDirect(
        JobId jobId,
        uint32 segment,
        uint32 attempt,
        address[] calldata members,
        uint16 position,
        bytes32 commitment
    ) external;

    /// @notice Counts signed votes of the newest attempt. Anyone. Decides the segment when it can. One vote that does not count refuses
    /// all; those that were counted before are passed over, but one must be new.
    /// @param members of the attempt, as CommitmentsPosted has them; the contract keeps their hash only.
    /// @param commitments under the attempt's root, one a member; zero for a member that sent none. Where a vote opens one, zero
    /// may stand for it too. Not compared with the root when every new vote is of a member that committed by itself.
    function castVotes(
        JobId jobId,
        uint32 segment,
        uint32 attempt,
        address[] calldata members,
        bytes32[] calldata commitments,
        VoteGroup[] calldata groups
    ) external;

    /// @notice Decides the newest attempt after its reveal window. Anyone.
    function closeAttempt(JobId jobId, uint32 segment) external;

    /// @notice Objects to an accepted segment with a bond of exactly `challengeBondWei`: the next attempt is drawn. Anyone.
    function challenge(JobId jobId, uint32 segment) external payable;

    /// @notice Makes an accepted segment Final when its challenge window is over, in order: books the accepted votes, slashes the
    /// faults, decides the challenges. Anyone.
    /// @param members of each attempt, as CommitmentsPosted has them.
    function finalize(JobId jobId, uint32 segment, address[][] calldata members) external;

    /// @notice Slashes an executor that signed two votes for one attempt. Anyone, at any time.
    function proveEquivocation(
        JobId jobId,
        uint32 segment,
        uint32 attempt,
        address executor,
        SignedVote calldata a,
        SignedVote calldata b
    ) external;

    /// @notice Slashes an executor that voted for a digest with a witness that the opened digest contradicts: it did not execute the
    /// segment. Once an attempt, as an equivocation; the vote stays counted. Anyone, once the segment is Final, until the job's
    /// deadline, also when the job is over.
    function proveFalseWitness(
        JobId jobId,
        uint32 segment,
        uint32 attempt,
        address executor,
        SignedVote calldata vote,
        Records.DigestOpening calldata opening
    ) external;

    /// @notice Voids a running job whose bridge left out `executor`: its ticket lies right between those of the members at
    /// `position - 1` and `position`. The cost does not depend on the pool. Anyone, until the segment is
    /// Final.
    /// @param before the members of the attempt before; empty unless `position` is 0 in an attempt that is not the first.
    function proveOmission(
        JobId jobId,
        uint32 segment,
        uint32 attempt,
        address[] calldata before,
        address[] calldata members,
        uint16 position,
        address executor
    ) external;

    /// @notice Gives back the bond of a challenge that can no longer be decided: its job is Void, or an earlier segment flipped.
    /// @param attempt the number of the attempt that the challenge forced.
    function reclaimBond(JobId jobId, uint32 segment, uint32 attempt) external;

    /// @notice Voids a job in which nothing happened for `stallBlocks`, or that is not done by its deadline; the buyer is refunded.
    /// Anyone.
    function voidStale(JobId jobId) external;

    /// @notice Voids a job with a segment that stayed Undecided (`setSize` = `setCap`) when the whole pool had been asked, because the
    /// segment before was not Final then; it must be now. The buyer is refunded. Anyone.
    function voidExhausted(JobId jobId, uint32 segment) external;

    /// @notice Ends a job in `Settling`. Settlement only.
    function closeJob(JobId jobId, bool met) external;

    function job(JobId jobId) external view returns (Job memory);

    /// @notice The segment's current record; Pending and empty beyond the frontier.
    function segment(JobId jobId, uint32 index) external view returns (Segment memory);

    function attempt(JobId jobId, uint32 segment, uint32 number) external view returns (Attempt memory);

    /// @notice Number, size and seeds of the attempt that `postCommitments` takes next.
    function nextAttempt(JobId jobId, uint32 segment) external view returns (NextAttempt memory);

    function terms(JobId jobId) external view returns (Terms memory);

    /// @notice Executors number `from` to `from + count - 1` with accepted votes in Final segments, and how many each.
    function earners(JobId jobId, uint256 from, uint256 count)
        external
        view
        returns (address[] memory executors, uint32[] memory votes);

    function rules() external view returns (Rules memory);

    /// @notice Blocks from a job's pool block to its deadline, after which it can only be voided.
    function lifeBlocks() external view returns (uint64);

    /// @notice What executors may earn with a segment at most: softSlashBp of the least stake, so that no vote is worth its loss.
    function mostPayWei() external view returns (uint256);

    /// @notice EIP-712 domain separator; part of every commitment.
    function domainSeparator() external view returns (bytes32);

    function auctionHouse() external view returns (address);

    function registry() external view returns (IExecutorRegistry);

    function settlement() external view returns (ISettlement);
}
