// Votes: what is refused, how they are counted, when a segment is decided.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, SegmentState, VoidReason} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Ballot} from "../../src/libraries/Ballot.sol";
import {SegmentEvent, SegmentRefuses} from "../../src/libraries/Lifecycle.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract VotesTest is Market {
    bytes32 private constant D0 = keccak256("digest 0");
    bytes32 private constant D1 = keccak256("digest 1");
    bytes32 private constant D2 = keccak256("digest 2");

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 7, requestForTests());
    }

    // -------------------------------------------------------------------------------------------------------- refusals

    function test_castVotes_noAttempt_reverts() public {
        refuses(abi.encodeWithSelector(IJobBoard.NoAttempt.selector, jobId, 0));
        castVotes(jobId, 0, 0, new Vote[](0));
    }

    function test_castVotes_wrongAttempt_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));

        refuses(abi.encodeWithSelector(IJobBoard.WrongAttempt.selector, 1, 0));
        castVotes(jobId, 0, 1, votes);
    }

    function test_castVotes_beforeTheRevealWindow_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        uint64 from = board.attempt(jobId, 0, 0).revealFromBlock;
        vm.roll(from - 1);

        refuses(abi.encodeWithSelector(IJobBoard.RevealWindowNotOpen.selector, from));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_afterTheRevealWindow_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        uint64 until = board.attempt(jobId, 0, 0).revealUntilBlock;
        vm.roll(until + 1);

        refuses(abi.encodeWithSelector(IJobBoard.RevealWindowClosed.selector, until));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_inTheLastBlock_counts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        vm.roll(board.attempt(jobId, 0, 0).revealUntilBlock);

        castVotes(jobId, 0, 0, votes);
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    function test_castVotes_noSuchMember_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        votes[2].position = 3;

        refuses(abi.encodeWithSelector(IJobBoard.NoSuchMember.selector, 3, 3));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_zeroDigest_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, bytes32(0)));

        refuses(abi.encodeWithSelector(IJobBoard.ZeroDigest.selector));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_twice_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        votes[1] = votes[0];

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyVoted.selector, 0));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_anyPartOfTheOpeningChanged_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        bytes memory notOpened = abi.encodeWithSelector(IJobBoard.CommitmentNotOpened.selector, 0);

        votes[0].digest = Digest.wrap(D1);
        refuses(notOpened);
        castVotes(jobId, 0, 0, votes);
        votes[0].digest = Digest.wrap(D0);
        votes[0].witness = keccak256("other");
        refuses(notOpened);
        castVotes(jobId, 0, 0, votes);
        votes[0].witness = move(D0).witness;
        votes[0].salt = keccak256("other");
        refuses(notOpened);
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_otherMembersOrCommitments_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        bytes32 key = place(jobId, 0, 0);
        address[] memory members = membersOf[key];
        bytes32[] memory commitments = commitmentsOf[key];

        commitments[2] = keccak256("other");
        refuses(abi.encodeWithSelector(IJobBoard.CommitmentNotOpened.selector, 2));
        board.castVotes(jobId, 0, 0, members, commitments, groupsOf(votes));
        vm.expectPartialRevert(IJobBoard.RootMismatch.selector);
        board.castVotes(jobId, 0, 0, members, commitments, groupsOf(only(votes, 1)));
        refuses(abi.encodeWithSelector(IJobBoard.WrongSetSize.selector, 2, 3));
        board.castVotes(jobId, 0, 0, members, new bytes32[](2), groupsOf(votes));
        members[2] = ALICE;
        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.castVotes(jobId, 0, 0, members, commitmentsOf[key], groupsOf(votes));
    }

    function test_castVotes_emptyGroups_countNothing() public {
        posted(moves(3, D0));
        IJobBoard.VoteGroup[] memory groups = new IJobBoard.VoteGroup[](1);
        groups[0] = IJobBoard.VoteGroup(Digest.wrap(D1), D2, new IJobBoard.Opening[](0));
        bytes32 key = place(jobId, 0, 0);

        board.castVotes(jobId, 0, 0, membersOf[key], commitmentsOf[key], groups);
        checkSegment(jobId, 0, SegmentState.Committed);
        check(board.segment(jobId, 0).best.isZero(), "nothing leads");
        check(board.attempt(jobId, 0, 0).voted == 0, "nobody voted");
    }

    /// The same member in two groups of one call.
    function test_castVotes_twiceInOneCall_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        votes[2] = Vote(0, votes[0].digest, keccak256("other"), votes[0].salt, votes[0].r, votes[0].vs);

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyVoted.selector, 0));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_twiceInTwoCalls_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        castVotes(jobId, 0, 0, only(votes, 1));

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyVoted.selector, 1));
        castVotes(jobId, 0, 0, only(votes, 1));
    }

    /// Somebody else's vote at one's own position: the executor is part of the commitment, and signs.
    function test_castVotes_ofAnotherMember_reverts() public {
        Move[] memory plan = moves(3, D0);
        plan[0].salt = keccak256("its own salt");
        (Vote[] memory votes, address[] memory members) = posted(plan);
        votes[0].position = 1;
        refuses(abi.encodeWithSelector(IJobBoard.CommitmentNotOpened.selector, 1));
        castVotes(jobId, 0, 0, votes);

        votes[0].position = 2;
        votes[0].salt = votes[2].salt;
        refuses(abi.encodeWithSelector(IJobBoard.BadSignature.selector, members[0], members[2]));
        castVotes(jobId, 0, 0, votes);
    }

    /// Zeros stand for the commitments that the votes open, and for nothing else.
    function test_castVotes_commitmentsLeftOut_areTakenFromTheVotes() public {
        Move[] memory plan = moves(3, D0);
        plan[2].silent = true;
        (Vote[] memory votes,) = posted(plan);
        address[] memory members = membersOf[place(jobId, 0, 0)];
        bytes32[] memory commitments = new bytes32[](3);

        vm.expectPartialRevert(IJobBoard.RootMismatch.selector);
        board.castVotes(jobId, 0, 0, members, commitments, groupsOf(votes));
        commitments[2] = commitmentsOf[place(jobId, 0, 0)][2];
        votes[0].salt = keccak256("another");
        vm.expectPartialRevert(IJobBoard.RootMismatch.selector);
        board.castVotes(jobId, 0, 0, members, commitments, groupsOf(votes));
        votes[0].salt = plan[0].salt;
        board.castVotes(jobId, 0, 0, members, commitments, groupsOf(votes));
        eq(board.segment(jobId, 0).bestVotes, 2, "two votes");
    }

    /// A member that sent no commitment has zero under the root: no vote opens it.
    function test_castVotes_withoutACommitment_reverts() public {
        Move[] memory plan = moves(3, D0);
        address[] memory members = draw(jobId, 0);
        bytes32[] memory commitments = commitmentsFor(jobId, 0, 0, members, plan);
        commitments[1] = bytes32(0);
        postAs(jobId, 0, 0, members, commitments);
        reach(board.attempt(jobId, 0, 0).revealFromBlock);
        Vote[] memory votes = votesOf(jobId, 0, 0, members, plan);

        vm.expectPartialRevert(IJobBoard.RootMismatch.selector);
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_signedByAnother_reverts() public {
        (Vote[] memory votes, address[] memory members) = posted(moves(3, D0));
        (votes[0].r, votes[0].vs) = (votes[1].r, votes[1].vs);

        refuses(abi.encodeWithSelector(IJobBoard.BadSignature.selector, members[1], members[0]));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_noSignature_reverts() public {
        (Vote[] memory votes, address[] memory members) = posted(moves(3, D0));
        (votes[0].r, votes[0].vs) = (bytes32(0), bytes32(0));

        refuses(abi.encodeWithSelector(IJobBoard.BadSignature.selector, address(0), members[0]));
        castVotes(jobId, 0, 0, votes);
    }

    /// The other signature of the same message, s -> n - s, is not low: it is refused though it recovers the same signer.
    function test_castVotes_highS_reverts() public {
        (Vote[] memory votes, address[] memory members) = posted(moves(3, D0));
        bytes32 vs = votes[0].vs;
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        uint256 s = uint256(vs) & (type(uint256).max >> 1);
        votes[0].vs = bytes32(n - s);

        vm.expectPartialRevert(IJobBoard.BadSignature.selector);
        castVotes(jobId, 0, 0, votes);
        check(members.length == 3 && votes[0].vs != vs, "changed");
    }

    function test_castVotes_signedForAnotherChain_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        vm.chainId(1);

        refuses(abi.encodeWithSelector(IJobBoard.CommitmentNotOpened.selector, 0));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_oneBadVote_countsNone() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        votes[2].salt = bytes32(0);

        refuses(abi.encodeWithSelector(IJobBoard.CommitmentNotOpened.selector, 2));
        castVotes(jobId, 0, 0, votes);
        eq(board.segment(jobId, 0).bestVotes, 0, "no vote counted");
    }

    // -------------------------------------------------------------------------------------------------------- counting

    function test_castVotes_byAnyone_inAnyPortions() public {
        (Vote[] memory votes, address[] memory members) = posted(moves(3, D0));

        address[] memory voters = new address[](1);
        for (uint256 i = 3; i > 0; --i) {
            voters[0] = members[i - 1];
            vm.expectEmit(true, true, true, true, address(board));
            emit IJobBoard.VotesCast(jobId, 0, 0, Digest.wrap(D0), votes[i - 1].witness, voters);
            vm.prank(CAROL);
            castVotes(jobId, 0, 0, only(votes, i - 1));
            eq(board.segment(jobId, 0).bestVotes, 4 - i, "votes");
        }
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    function test_castVotes_lead_accepts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        uint64 finalFrom = uint64(block.number) + 21;

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.SegmentAccepted(jobId, 0, Digest.wrap(D0), 3, 0, finalFrom);
        castVotes(jobId, 0, 0, votes);

        IJobBoard.Segment memory segment = board.segment(jobId, 0);
        eq(segment.verdict, Digest.wrap(D0), "verdict");
        eq(segment.best, Digest.wrap(D0), "leader");
        eq(segment.attempts, 1, "attempts");
        eq(segment.finalFromBlock, finalFrom, "final from");
        eq(board.job(jobId).accepted, 1, "frontier");
        eq(board.segment(jobId, 1).previous, Digest.wrap(D0), "the next segment starts from it");
    }

    function test_castVotes_allInWithoutLead_isUndecided() public {
        Move[] memory plan = moves(3, D0);
        plan[1] = move(D1);
        (Vote[] memory votes,) = posted(plan);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.SegmentUndecided(jobId, 0, 0, 2, 1);
        castVotes(jobId, 0, 0, votes);
        checkSegment(jobId, 0, SegmentState.Undecided);
        eq(board.nextAttempt(jobId, 0).attempt, 1, "next attempt");
        eq(board.nextAttempt(jobId, 0).newMembers, 3, "doubling");
    }

    /// With 6 asked, 5 for one digest and one outstanding the lead is 5 >= 3 + 1: no need to wait.
    function test_castVotes_acceptsBeforeAllAreIn() public {
        Move[] memory first = moves(3, D0);
        first[0] = move(D1);
        play(jobId, 0, first);
        (uint32 attempt, address[] memory members) = post(jobId, 0, moves(3, D0));
        Vote[] memory votes = votesOf(jobId, 0, attempt, members, moves(3, D0));

        castVotes(jobId, 0, attempt, only(votes, 0));
        castVotes(jobId, 0, attempt, only(votes, 1));
        checkSegment(jobId, 0, SegmentState.Committed); // 4 : 1 and one outstanding: 4 - 1 < 3 + 1
        castVotes(jobId, 0, attempt, only(votes, 2));
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    function test_castVotes_earlyAcceptance_laterVotesStillCount() public {
        Request memory request = requestForTests();
        request.minSize = 7;
        JobId wide = openJob(request, 1 ether);
        fixSeed(wide);
        Move[] memory plan = moves(7, D0);
        plan[6] = move(D1);
        (, address[] memory members) = post(wide, 0, plan);
        Vote[] memory votes = votesOf(wide, 0, 0, members, plan);

        for (uint256 i = 0; i < 5; ++i) {
            checkSegment(wide, 0, SegmentState.Committed);
            castVotes(wide, 0, 0, only(votes, i));
        }
        checkSegment(wide, 0, SegmentState.Accepted); // 5 : 0, two outstanding
        castVotes(wide, 0, 0, only(votes, 5));
        castVotes(wide, 0, 0, only(votes, 6));
        checkSegment(wide, 0, SegmentState.Accepted);
        eq(board.segment(wide, 0).bestVotes, 6, "best");
        eq(board.segment(wide, 0).secondVotes, 1, "second");
    }

    function test_castVotes_uncommonWitness_doesNotCount() public {
        Move[] memory plan = moves(3, D0);
        plan[2].witness = keccak256("copied digest, invented witness");
        play(jobId, 0, plan);

        checkSegment(jobId, 0, SegmentState.Undecided);
        eq(board.segment(jobId, 0).bestVotes, 2, "two with the common witness");
    }

    // --------------------------------------------------------------------------------------------------------- closing

    function test_closeAttempt_whileVotesAreTaken_reverts() public {
        posted(moves(3, D0));
        uint64 until = board.attempt(jobId, 0, 0).revealUntilBlock;
        vm.roll(until);

        refuses(abi.encodeWithSelector(IJobBoard.AttemptOpen.selector, 0, until));
        board.closeAttempt(jobId, 0);
    }

    function test_closeAttempt_nothingToClose_reverts() public {
        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Pending, SegmentEvent.LeadMissed));
        board.closeAttempt(jobId, 0);
        agree(jobId, 0, D0);
        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Accepted, SegmentEvent.LeadMissed));
        board.closeAttempt(jobId, 0);
    }

    function test_closeAttempt_silentMember_isUndecidedWithoutIt() public {
        Move[] memory plan = moves(3, D0);
        plan[2].silent = true;
        play(jobId, 0, plan);

        checkSegment(jobId, 0, SegmentState.Undecided);
    }

    function test_closeAttempt_nobodyVoted_growsAgain() public {
        Move[] memory plan = moves(3, D0);
        for (uint256 i = 0; i < 3; ++i) {
            plan[i].silent = true;
        }
        play(jobId, 0, plan);
        checkSegment(jobId, 0, SegmentState.Undecided);
        agree(jobId, 0, D0);
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    function test_closeAttempt_poolExhausted_voidsAndRefunds() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        play(jobId, 0, plan); // 2 : 1
        plan = moves(3, D1);
        play(jobId, 0, plan); // 2 : 4
        plan = moves(1, D0);
        (uint32 attempt, address[] memory members) = post(jobId, 0, plan); // 3 : 4, and nobody is left
        Vote[] memory votes = votesOf(jobId, 0, attempt, members, plan);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobVoided(jobId, VoidReason.PoolExhausted);
        castVotes(jobId, 0, attempt, votes);
        checkJob(jobId, JobState.Void);
        eq(till.creditOf(ALICE), 3 ether, "refunded");
        eq(till.burnedWei(), 0, "who disagreed is not slashed");
    }

    /// Lead rule against a recount, for random votes over up to three attempts.
    function testFuzz_verdict_isTheLeadRule(uint256 seed) public {
        uint256[3] memory votes;
        uint256 lead = 0;
        for (uint256 round = 0; round < 3; ++round) {
            Move[] memory plan = randomPlan(seed, round, votes);
            play(jobId, 0, plan);
            lead = leadOf(votes);
            if (lead >= 3) break;
            if (board.job(jobId).state == JobState.Void) break;
        }

        bool accepted = board.segment(jobId, 0).state == SegmentState.Accepted;
        check(accepted == (lead >= 3), "accepted iff the lead is L");
    }

    function randomPlan(uint256 seed, uint256 round, uint256[3] memory votes)
        private
        view
        returns (Move[] memory plan)
    {
        bytes32[3] memory digests = [D0, D1, D2];
        plan = new Move[](board.nextAttempt(jobId, 0).newMembers);
        for (uint256 i = 0; i < plan.length; ++i) {
            uint256 pick = uint256(keccak256(abi.encode(seed, round, i))) % 4;
            plan[i] = move(digests[pick % 3]);
            plan[i].silent = pick == 3;
            if (pick < 3) ++votes[pick];
        }
    }

    function leadOf(uint256[3] memory votes) private pure returns (uint256) {
        uint256 best = 0;
        uint256 second = 0;
        for (uint256 d = 0; d < 3; ++d) {
            if (votes[d] > best) (best, second) = (votes[d], best);
            else if (votes[d] > second) second = votes[d];
        }
        return best - second;
    }

    function posted(Move[] memory plan) private returns (Vote[] memory votes, address[] memory members) {
        uint32 attempt;
        (attempt, members) = post(jobId, 0, plan);
        votes = votesOf(jobId, 0, attempt, members, plan);
    }

    function only(Vote[] memory votes, uint256 i) private pure returns (Vote[] memory one) {
        one = new Vote[](1);
        one[0] = votes[i];
    }
}
