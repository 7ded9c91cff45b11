// A witness that the opened digest contradicts: who proves it, when, and what it costs.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, Fault, JobId, JobState} from "../../src/Types.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Records} from "../../src/libraries/Records.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract FalseWitnessTest is Market {
    bytes32 private constant TRACE = keccak256("what every picked seller's update was worth");
    bytes32 private constant INVENTED = keccak256("invented");

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 12, requestForTests());
    }

    /// One of a later attempt, where the digest is public, says it without having worked.
    function test_proveFalseWitness_slashesOnce() public {
        Records.DigestOpening memory o = opened(0);
        address liar = freeRide(INVENTED);
        finalize(jobId, 0);
        eq(earnedVotes(jobId, liar), 1, "its vote was counted");
        IJobBoard.SignedVote memory vote = voteOf(liar, 1, INVENTED);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, liar, 1, Fault.FalseWitness, 100 ether);
        vm.prank(address(0x57A46E));
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
        eq(registry.executor(liar).stakeWei, 100 ether, "slashed");
        eq(uint256(registry.executor(liar).status), uint256(IExecutorRegistry.Status.Leaving), "ejected");
        eq(till.burnedWei(), 100 ether + 2 ether, "burned, as the silent one's");
        eq(till.bondsOf(jobId), 0, "nothing held back");

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyProven.selector));
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
    }

    /// Two signatures and a false witness in one attempt are one slash.
    function test_proveFalseWitness_afterEquivocation_reverts() public {
        Records.DigestOpening memory o = opened(0);
        address liar = freeRide(INVENTED);
        finalize(jobId, 0);
        IJobBoard.SignedVote memory vote = voteOf(liar, 1, INVENTED);
        board.proveEquivocation(jobId, 0, 1, liar, vote, voteOf(liar, 1, keccak256("another")));

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyProven.selector));
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
    }

    function test_proveFalseWitness_trueWitness_reverts() public {
        Records.DigestOpening memory o = opened(0);
        address honest = freeRide(INVENTED);
        finalize(jobId, 0);
        honest = membersOf[place(jobId, 0, 1)][1];

        IJobBoard.SignedVote memory vote = voteOf(honest, 1, witness(0, 1));
        refuses(abi.encodeWithSelector(IJobBoard.WitnessIsTrue.selector));
        board.proveFalseWitness(jobId, 0, 1, honest, vote, o);
    }

    /// The witness of an earlier attempt is false in a later one: it cannot be copied.
    function test_proveFalseWitness_ofAnotherAttempt_isFalse() public {
        address liar = freeRide(witness(0, 0));
        finalize(jobId, 0);
        board.proveFalseWitness(jobId, 0, 1, liar, voteOf(liar, 1, witness(0, 0)), opened(0));
        eq(registry.executor(liar).stakeWei, 100 ether, "slashed");
    }

    function test_proveFalseWitness_beforeFinal_reverts() public {
        Records.DigestOpening memory o = opened(0);
        address liar = freeRide(INVENTED);
        IJobBoard.SignedVote memory vote = voteOf(liar, 1, INVENTED);
        vm.roll(board.segment(jobId, 0).finalFromBlock);
        refuses(abi.encodeWithSelector(IJobBoard.NotFinal.selector, jobId, 0));
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
        refuses(abi.encodeWithSelector(IJobBoard.NotFinal.selector, jobId, 1));
        board.proveFalseWitness(jobId, 1, 1, liar, vote, o);

        finalize(jobId, 0);
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
    }

    /// Also when the job is over; then the stake may leave.
    function test_proveFalseWitness_untilTheDeadline() public {
        Records.DigestOpening memory o = opened(0);
        address liar = freeRide(INVENTED);
        finalize(jobId, 0);
        vm.roll(board.job(jobId).lastProgressBlock + 301);
        board.voidStale(jobId);
        checkJob(jobId, JobState.Void);
        uint64 deadline = board.job(jobId).deadlineBlock;
        IJobBoard.SignedVote memory vote = voteOf(liar, 1, INVENTED);

        vm.roll(deadline + 1);
        refuses(abi.encodeWithSelector(IJobBoard.JobExpired.selector, deadline));
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
        vm.roll(deadline);
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
    }

    /// Every field of the opening is bound: by the digest, or because it names another job or segment.
    function test_proveFalseWitness_otherOpening_reverts() public {
        address liar = freeRide(INVENTED);
        finalize(jobId, 0);
        IJobBoard.SignedVote memory vote = voteOf(liar, 1, INVENTED);
        for (uint256 field = 0; field < 8; ++field) {
            Records.DigestOpening memory o = opened(0);
            if (field == 0) o.jobHash = INVENTED;
            if (field == 1) o.segment = 1;
            if (field == 2) o.previous = Digest.wrap(INVENTED);
            if (field == 3) o.stateRoot = INVENTED;
            if (field == 4) o.osmdRoot = INVENTED;
            if (field == 5) o.metricBp = 1;
            if (field == 6) o.accessesRoot = INVENTED;
            if (field == 7) o.traceRoot = INVENTED;
            refuses(abi.encodeWithSelector(IJobBoard.NotOpened.selector, vote.digest));
            board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
        }
    }

    /// A digest of another job, or of another segment of this one, opens nothing here, even where it hashes rightly.
    function test_proveFalseWitness_foreignDigest_reverts() public {
        address liar = freeRide(INVENTED);
        finalize(jobId, 0);
        Records.DigestOpening memory o = opened(0);
        o.segment = 1;
        IJobBoard.SignedVote memory vote = signed(liar, 1, Records.digest(o), INVENTED);
        refuses(abi.encodeWithSelector(IJobBoard.NotOpened.selector, vote.digest));
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
        o = opened(0);
        o.jobHash = INVENTED;
        vote = signed(liar, 1, Records.digest(o), INVENTED);
        refuses(abi.encodeWithSelector(IJobBoard.NotOpened.selector, vote.digest));
        board.proveFalseWitness(jobId, 0, 1, liar, vote, o);
    }

    function test_proveFalseWitness_signedByAnother_reverts() public {
        Records.DigestOpening memory o = opened(0);
        address liar = freeRide(INVENTED);
        finalize(jobId, 0);
        address honest = membersOf[place(jobId, 0, 1)][1];
        IJobBoard.SignedVote memory vote = voteOf(liar, 1, INVENTED);
        refuses(abi.encodeWithSelector(IJobBoard.BadSignature.selector, liar, honest));
        board.proveFalseWitness(jobId, 0, 1, honest, vote, o);
        vm.expectPartialRevert(IJobBoard.BadSignature.selector);
        board.proveFalseWitness(jobId, 0, 2, liar, vote, o);
    }

    function test_proveFalseWitness_unknownJob_reverts() public {
        Records.DigestOpening memory o = opened(0);
        IJobBoard.SignedVote memory none;
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchJob.selector, JobId.wrap(9)));
        board.proveFalseWitness(JobId.wrap(9), 0, 0, ALICE, none, o);
    }

    /// Who never had a stake cannot lose one.
    function test_proveFalseWitness_ofNothingLeft_burnsNothing() public {
        freeRide(INVENTED);
        finalize(jobId, 0);
        uint256 burned = till.burnedWei();
        address nobody = vm.addr(0xABCDE);
        keyOf[nobody] = 0xABCDE;
        board.proveFalseWitness(jobId, 0, 1, nobody, voteOf(nobody, 1, INVENTED), opened(0));
        eq(till.burnedWei(), burned, "nothing");
    }

    /// A member of the first set is silent; of those asked next the first shows `shown`. Returns that one.
    function freeRide(bytes32 shown) private returns (address liar) {
        Move[] memory plan = honestMoves(0);
        plan[0].silent = true;
        play(jobId, 0, plan);
        plan = honestMoves(1);
        plan[0].witness = shown;
        return play(jobId, 0, plan)[0];
    }

    function honestMoves(uint32 attempt) private view returns (Move[] memory plan) {
        plan = moves(3, Digest.unwrap(Records.digest(opened(0))));
        for (uint256 i = 0; i < plan.length; ++i) {
            plan[i].witness = witness(0, attempt);
        }
    }

    function opened(uint32 segment) private view returns (Records.DigestOpening memory) {
        bytes32 jobHash = board.job(jobId).jobHash;
        return Records.DigestOpening({
            jobHash: jobHash,
            segment: segment,
            previous: Digest.wrap(jobHash),
            stateRoot: keccak256("state"),
            osmdRoot: keccak256("osmd"),
            metricBp: 9500,
            accessesRoot: keccak256("accesses"),
            traceRoot: TRACE
        });
    }

    function witness(uint32 segment, uint32 attempt) private view returns (bytes32) {
        bytes32 seed = Records.segmentSeed(board.job(jobId).jobSeed, opened(segment).previous);
        return Records.witness(Records.attemptSeed(seed, attempt), TRACE);
    }

    function voteOf(address executor, uint32 attempt, bytes32 shown)
        private
        view
        returns (IJobBoard.SignedVote memory)
    {
        return signed(executor, attempt, Records.digest(opened(0)), shown);
    }

    function signed(address executor, uint32 attempt, Digest digest, bytes32 shown)
        private
        view
        returns (IJobBoard.SignedVote memory)
    {
        Move memory m = Move(digest, shown, keccak256("salt"), false);
        (bytes32 r, bytes32 vs) = signVote(jobId, 0, attempt, executor, m);
        return IJobBoard.SignedVote(digest, shown, r, vs);
    }
}
