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

    function test_castVotes_emptyGroups_reverts() public {
        posted(moves(3, D0));
        IJobBoard.VoteGroup[] memory groups = new IJobBoard.VoteGroup[](1);
        groups[0] = IJobBoard.VoteGroup(Digest.wrap(D1), D2, new IJobBoard.Opening[](0));
        bytes32 key = place(jobId, 0, 0);

        refuses(abi.encodeWithSelector(IJobBoard.NothingToCount.selector));
        board.castVotes(jobId, 0, 0, membersOf[key], commitmentsOf[key], groups);
    }

    /// The same member in two groups of one call.
    function test_castVotes_twiceInOneCall_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        votes[2] = Vote(0, votes[0].digest, keccak256("other"), votes[0].salt, votes[0].r, votes[0].vs);

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyVoted.selector, 0));
        castVotes(jobId, 0, 0, votes);
    }

    function test_castVotes_allCountedBefore_reverts() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        castVotes(jobId, 0, 0, only(votes, 1));

        refuses(abi.encodeWithSelector(IJobBoard.NothingToCount.selector));
        castVotes(jobId, 0, 0, only(votes, 1));
    }

    /// Somebody takes one vote out of a batch on its way and casts it first: the others must count all the same, and it only once.
    function test_castVotes_oneCountedBefore_isPassedOver() public {
        (Vote[] memory votes, address[] memory members) = posted(moves(3, D0));
        castVotes(jobId, 0, 0, only(votes, 1));

        address[] memory counted = new address[](2);
        (counted[0], counted[1]) = (members[0], members[2]);
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.VotesCast(jobId, 0, 0, Digest.wrap(D0), votes[0].witness, counted);
        castVotes(jobId, 0, 0, votes);
        eq(board.segment(jobId, 0).bestVotes, 3, "votes");
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    /// Passed over unseen: a counted position needs no second look, whatever stands there.
    function test_castVotes_rubbishAtACountedPosition_isPassedOver() public {
        (Vote[] memory votes,) = posted(moves(3, D0));
        castVotes(jobId, 0, 0, only(votes, 1));
        (votes[1].salt, votes[1].r) = (keccak256("other"), bytes32(0));

        castVotes(jobId, 0, 0, votes);
        eq(board.segment(jobId, 0).bestVotes, 3, "votes");
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
