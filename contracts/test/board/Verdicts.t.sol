// How votes are counted, and when a segment is decided.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, SegmentState, VoidReason} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Ballot} from "../../src/libraries/Ballot.sol";
import {SegmentEvent, SegmentRefuses} from "../../src/libraries/Lifecycle.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract VerdictsTest is Market {
    bytes32 private constant D0 = keccak256("digest 0");
    bytes32 private constant D1 = keccak256("digest 1");
    bytes32 private constant D2 = keccak256("digest 2");

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 7, requestForTests());
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

    /// A false witness is proven when it can be, not outvoted: a majority could agree on one.
    function test_castVotes_anyWitness_countsForItsDigest() public {
        Move[] memory plan = moves(3, D0);
        plan[1].witness = keccak256("invented");
        plan[2].witness = keccak256("invented otherwise");
        play(jobId, 0, plan);

        checkSegment(jobId, 0, SegmentState.Accepted);
        eq(board.segment(jobId, 0).bestVotes, 3, "votes");
    }

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
