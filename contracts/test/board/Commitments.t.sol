// Opening an attempt: who, which members, in which order; and committing past the bridge.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, SegmentState} from "../../src/Types.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {SegmentEvent, SegmentRefuses} from "../../src/libraries/Lifecycle.sol";
import {Records} from "../../src/libraries/Records.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract CommitmentsTest is Market {
    bytes32 private constant D0 = keccak256("digest 0");
    bytes32 private constant D1 = keccak256("digest 1");
    bytes32 private constant ROOT = keccak256("root");

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 7, requestForTests());
    }

    function test_post_stranger_reverts() public {
        address[] memory members = draw(jobId, 0);

        refuses(abi.encodeWithSelector(IJobBoard.OnlyBridge.selector, jobId, ALICE));
        vm.prank(ALICE);
        board.postCommitments(jobId, 0, 0, members, ROOT);
    }

    function test_post_jobNotRunning_reverts() public {
        JobId unseeded = openJob(requestForTests(), 1 ether);

        refuses(abi.encodeWithSelector(IJobBoard.JobNotRunning.selector, unseeded, JobState.Open));
        postAs(unseeded, 0, 0, new address[](3), ROOT);
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchJob.selector, JobId.wrap(77)));
        postAs(JobId.wrap(77), 0, 0, new address[](3), ROOT);
    }

    function test_post_segmentBeyondTheLast_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchSegment.selector, jobId, 2));
        postAs(jobId, 2, 0, new address[](3), ROOT);
    }

    function test_post_previousNotAccepted_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.PreviousNotAccepted.selector, jobId, 1));
        postAs(jobId, 1, 0, new address[](3), ROOT);
    }

    function test_post_previousChallenged_reverts() public {
        agree(jobId, 0, D0);
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, 0);

        refuses(abi.encodeWithSelector(IJobBoard.PreviousNotAccepted.selector, jobId, 1));
        postAs(jobId, 1, 0, new address[](3), ROOT);
    }

    function test_post_twice_reverts() public {
        post(jobId, 0, moves(3, D0));

        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Committed, SegmentEvent.Committed));
        postAs(jobId, 0, 1, new address[](3), ROOT);
    }

    function test_post_onAccepted_reverts() public {
        agree(jobId, 0, D0);

        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Accepted, SegmentEvent.Committed));
        postAs(jobId, 0, 1, new address[](3), ROOT);
    }

    function test_post_wrongAttempt_reverts() public {
        address[] memory members = draw(jobId, 0);

        refuses(abi.encodeWithSelector(IJobBoard.WrongAttempt.selector, 1, 0));
        postAs(jobId, 0, 1, members, ROOT);
    }

    function test_post_zeroRoot_reverts() public {
        address[] memory members = draw(jobId, 0);

        refuses(abi.encodeWithSelector(IJobBoard.ZeroRoot.selector));
        postAs(jobId, 0, 0, members, bytes32(0));
    }

    function test_post_wrongSize_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.WrongSetSize.selector, 2, 3));
        postAs(jobId, 0, 0, new address[](2), ROOT);
        refuses(abi.encodeWithSelector(IJobBoard.WrongSetSize.selector, 4, 3));
        postAs(jobId, 0, 0, new address[](4), ROOT);
    }

    function test_post_notInPool_reverts() public {
        address[] memory members = draw(jobId, 0);
        members[2] = ALICE;

        refuses(abi.encodeWithSelector(IExecutorRegistry.NotInPool.selector, ALICE, board.job(jobId).poolBlock));
        postAs(jobId, 0, 0, members, ROOT);
    }

    /// Nobody's ticket is zero, which would open any list.
    function test_post_theZeroAddress_reverts() public {
        address[] memory members = draw(jobId, 0);
        members[0] = address(0);

        refuses(abi.encodeWithSelector(IExecutorRegistry.NotInPool.selector, address(0), board.job(jobId).poolBlock));
        postAs(jobId, 0, 0, members, ROOT);
    }

    function test_views_beyondTheFrontier() public {
        eq(uint256(board.segment(jobId, 1).state), uint256(SegmentState.Pending), "pending");
        check(board.segment(jobId, 1).previous.isZero(), "and empty");
        refuses(abi.encodeWithSelector(IJobBoard.NoAttempt.selector, jobId, 0));
        board.attempt(jobId, 0, 0);
    }

    function test_post_registeredAfterThePoolBlock_reverts() public {
        address late = addExecutor(50, 64);
        vm.roll(block.number + 1);
        address[] memory members = draw(jobId, 0);
        members[0] = late;

        refuses(abi.encodeWithSelector(IExecutorRegistry.NotInPool.selector, late, board.job(jobId).poolBlock));
        postAs(jobId, 0, 0, members, ROOT);
    }

    function test_post_swappedOrTwice_reverts() public {
        address[] memory members = draw(jobId, 0);
        (members[0], members[1]) = (members[1], members[0]);
        refuses(abi.encodeWithSelector(IExecutorRegistry.TicketOrder.selector, 1, members[1]));
        postAs(jobId, 0, 0, members, ROOT);

        members = draw(jobId, 0);
        members[2] = members[1];
        refuses(abi.encodeWithSelector(IExecutorRegistry.TicketOrder.selector, 2, members[1]));
        postAs(jobId, 0, 0, members, ROOT);
    }

    function test_post_secondAttemptMustBeAboveTheFirst_reverts() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        address[] memory first = play(jobId, 0, plan);
        address[] memory members = draw(jobId, 0);
        members[0] = first[2];

        refuses(abi.encodeWithSelector(IExecutorRegistry.TicketOrder.selector, 0, first[2]));
        postAs(jobId, 0, 1, members, ROOT);
    }

    function test_post_opensTheAttempt() public {
        address[] memory members = draw(jobId, 0);
        uint64 now_ = uint64(block.number);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.CommitmentsPosted(jobId, 0, 0, ROOT, members, now_ + 3, now_ + 12);
        postAs(jobId, 0, 0, members, ROOT);

        checkSegment(jobId, 0, SegmentState.Committed);
        eq(board.segment(jobId, 0).setSize, 3, "set size");
        IJobBoard.Attempt memory attempt = board.attempt(jobId, 0, 0);
        eq(attempt.root, ROOT, "root");
        eq(attempt.size, 3, "size");
        eq(attempt.revealFromBlock, now_ + 3, "votes from");
        eq(attempt.revealUntilBlock, now_ + 12, "votes until");
    }

    function test_post_doublesAndKeepsEarlierMembers() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        address[] memory first = play(jobId, 0, plan);
        (, address[] memory second) = post(jobId, 0, moves(3, D0));

        eq(board.segment(jobId, 0).setSize, 6, "twice as many");
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 k = 0; k < 3; ++k) {
                check(first[i] != second[k], "nobody is asked twice");
            }
        }
    }

    /// The growth policy is the request's: base + 1 first, then base + 2^i; or as many as the lead misses.
    function test_post_growsByTheJobsPolicy() public {
        Request memory request = requestForTests();
        (request.policy, request.minSize) = (1, 2);
        JobId d2m = openJob(request, 1 ether);
        fixSeed(d2m);
        eq(board.nextAttempt(d2m, 0).newMembers, 3, "base + 1");
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        play(d2m, 0, plan); // 2 : 1
        eq(board.nextAttempt(d2m, 0).newMembers, 4, "base + 2");

        (request.policy, request.minSize) = (2, 3);
        (request.cNum, request.cDen) = (3, 2);
        JobId byLead = openJob(request, 1 ether);
        fixSeed(byLead);
        play(byLead, 0, plan); // 2 : 1, two missing
        eq(board.nextAttempt(byLead, 0).newMembers, 3, "1.5 * 2");
    }

    function test_nextAttempt_namesTheSeeds() public view {
        IJobBoard.NextAttempt memory next = board.nextAttempt(jobId, 0);
        IJobBoard.Job memory job = board.job(jobId);
        eq(next.segmentSeed, Records.segmentSeed(job.jobSeed, Digest.wrap(job.jobHash)), "segment seed");
        eq(next.attemptSeed, Records.attemptSeed(next.segmentSeed, 0), "attempt seed");
        eq(next.previous, Digest.wrap(job.jobHash), "previous");
        eq(next.afterTicket, bytes32(0), "after");
    }

    /// An executor with many units is drawn by its smallest ticket.
    function test_post_unitsWeigh() public {
        vm.prank(registry.executorAt(3));
        registry.addUnits{value: 63 * UNIT_WEI}(63);
        JobId weighted = openJob(requestForTests(), 1 ether);
        fixSeed(weighted);

        address[] memory members = draw(weighted, 0);
        postAs(weighted, 0, 0, members, ROOT);
        eq(members[0], registry.executorAt(3), "64 of 70 units: first");
    }

    // ------------------------------------------------------------------------------------------------- commit directly

    function test_commitDirect_noAttempt_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.NoAttempt.selector, jobId, 0));
        board.commitDirect(jobId, 0, 0, new address[](0), 0, D0);
    }

    function test_commitDirect_notTheMember_reverts() public {
        address[] memory members = postEmpty();

        refuses(abi.encodeWithSelector(IJobBoard.NotTheMember.selector, members[1], members[0]));
        vm.prank(members[1]);
        board.commitDirect(jobId, 0, 0, members, 0, D0);
    }

    /// Whoever passes another list passes another hash.
    function test_commitDirect_otherMembers_reverts() public {
        address[] memory members = postEmpty();
        members[0] = ALICE;

        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        vm.prank(ALICE);
        board.commitDirect(jobId, 0, 0, members, 0, D0);
        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.commitDirect(jobId, 0, 0, new address[](0), 0, D0);
    }

    function test_commitDirect_noSuchPosition_reverts() public {
        address[] memory members = postEmpty();

        refuses(abi.encodeWithSelector(IJobBoard.NoSuchMember.selector, 3, 3));
        board.commitDirect(jobId, 0, 0, members, 3, D0);
    }

    function test_commitDirect_wrongAttempt_reverts() public {
        address[] memory members = postEmpty();

        refuses(abi.encodeWithSelector(IJobBoard.WrongAttempt.selector, 1, 0));
        board.commitDirect(jobId, 0, 1, members, 0, D0);
    }

    function test_commitDirect_zero_reverts() public {
        address[] memory members = postEmpty();

        refuses(abi.encodeWithSelector(IJobBoard.ZeroCommitment.selector));
        vm.prank(members[0]);
        board.commitDirect(jobId, 0, 0, members, 0, bytes32(0));
    }

    function test_commitDirect_twice_reverts() public {
        address[] memory members = postEmpty();
        vm.startPrank(members[0]);
        board.commitDirect(jobId, 0, 0, members, 0, D0);

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyCommitted.selector, 0));
        board.commitDirect(jobId, 0, 0, members, 0, D1);
    }

    function test_commitDirect_onceVotesAreTaken_reverts() public {
        address[] memory members = postEmpty();
        uint64 revealFrom = board.attempt(jobId, 0, 0).revealFromBlock;
        vm.roll(revealFrom);

        refuses(abi.encodeWithSelector(IJobBoard.CommitWindowClosed.selector, revealFrom));
        vm.prank(members[0]);
        board.commitDirect(jobId, 0, 0, members, 0, D0);
    }

    /// The bridge left member 1 out; it commits by itself and its vote counts.
    function test_commitDirect_letsALeftOutMemberVote() public {
        address[] memory members = draw(jobId, 0);
        Move[] memory plan = moves(3, D0);
        bytes32[] memory commitments = commitmentsFor(jobId, 0, 0, members, plan);
        commitments[1] = bytes32(0);
        postAs(jobId, 0, 0, members, commitments);
        bytes32 own = commitmentOf(jobId, 0, 0, members[1], plan[1]);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.CommittedDirectly(jobId, 0, 0, 1, members[1], own);
        vm.prank(members[1]);
        board.commitDirect(jobId, 0, 0, members, 1, own);

        vm.roll(board.attempt(jobId, 0, 0).revealFromBlock);
        castVotes(jobId, 0, 0, votesOf(jobId, 0, 0, members, plan));
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    /// A direct commitment replaces the one under the root: the member cannot keep two to choose from.
    function test_commitDirect_replacesTheOneUnderTheRoot() public {
        Move[] memory plan = moves(3, D0);
        address[] memory members = draw(jobId, 0);
        postAs(jobId, 0, 0, members, commitmentsFor(jobId, 0, 0, members, plan));
        vm.prank(members[0]);
        board.commitDirect(jobId, 0, 0, members, 0, keccak256("another"));
        vm.roll(board.attempt(jobId, 0, 0).revealFromBlock);
        Vote[] memory votes = votesOf(jobId, 0, 0, members, plan);

        refuses(abi.encodeWithSelector(IJobBoard.CommitmentNotOpened.selector, 0));
        castVotes(jobId, 0, 0, votes);
    }

    function postEmpty() private returns (address[] memory members) {
        members = draw(jobId, 0);
        postAs(jobId, 0, 0, members, ROOT);
    }

    function postAs(JobId id, uint32 segment, uint32 attempt, address[] memory members, bytes32 root) private {
        vm.prank(BRIDGE);
        board.postCommitments(id, segment, attempt, members, root);
    }
}
