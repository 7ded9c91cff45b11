// A bridge and a buyer that are one: they cannot silence members, nor burn their stakes with an impossible job, nor have the work
// and the money.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, SegmentState} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract HostileBridgeTest is Market {
    bytes32 private constant D0 = keccak256("digest 0");
    bytes32 private constant D1 = keccak256("digest 1");
    bytes32 private constant NO_LIST = keccak256("a root of nothing");

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 12, requestForTests());
    }

    // --------------------------------------------------------------------------------------------------------- silence

    /// Nobody can show the list under this root. Members that committed by themselves need none.
    function test_commitDirect_underARootOfNothing_votesCount() public {
        (address[] memory members, Move[] memory plan) = postNothing();
        for (uint16 i = 0; i < 3; ++i) {
            commitAlone(members, plan, i);
        }
        reach(board.attempt(jobId, 0, 0).revealFromBlock);

        board.castVotes(jobId, 0, 0, members, new bytes32[](3), groupsOf(votesOf(jobId, 0, 0, members, plan)));
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    function test_castVotes_oneNotCommittedAlone_needsTheList() public {
        (address[] memory members, Move[] memory plan) = postNothing();
        commitAlone(members, plan, 0);
        commitAlone(members, plan, 2);
        reach(board.attempt(jobId, 0, 0).revealFromBlock);
        Vote[] memory votes = votesOf(jobId, 0, 0, members, plan);

        vm.expectPartialRevert(IJobBoard.RootMismatch.selector);
        board.castVotes(jobId, 0, 0, members, new bytes32[](3), groupsOf(votes));
        (votes[1].position, votes[1].r, votes[1].vs) = (0, votes[0].r, votes[0].vs);
        refuses(abi.encodeWithSelector(IJobBoard.AlreadyVoted.selector, 0));
        board.castVotes(jobId, 0, 0, members, new bytes32[](3), groupsOf(votes));
    }

    /// What was counted needs no list a second time: the new vote is the only one that is looked at.
    function test_castVotes_aloneAfterListedVotes_needsNoList() public {
        Move[] memory plan = moves(3, D0);
        address[] memory members = draw(jobId, 0);
        bytes32[] memory listed = commitmentsFor(jobId, 0, 0, members, plan);
        listed[2] = keccak256("not what the member sent");
        postAs(jobId, 0, 0, members, listed);
        commitAlone(members, plan, 2);
        reach(board.attempt(jobId, 0, 0).revealFromBlock);
        Vote[] memory votes = votesOf(jobId, 0, 0, members, plan);
        Vote[] memory two = new Vote[](2);
        (two[0], two[1]) = (votes[0], votes[1]);
        castVotes(jobId, 0, 0, two);

        board.castVotes(jobId, 0, 0, members, new bytes32[](3), groupsOf(votes));
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    // ------------------------------------------------------------------------------------------------------ impossible

    /// Data that nobody but the buyer's own executor has: it alone votes, and the others keep their stakes.
    function test_finalize_silenceOfMost_isNotSlashed() public {
        JobId trap = trapFor(12);
        Move[] memory plan = onlyOneVotes(12);
        address[] memory members = play(trap, 0, plan);
        finalize(trap, 0);

        for (uint256 i = 0; i < 12; ++i) {
            eq(registry.executor(members[i]).stakeWei, UNIT_WEI, "stake");
        }
        eq(earnedVotes(trap, members[0]), 1, "the only vote");
        eq(till.burnedWei(), 0, "burned");
    }

    /// Exactly half is not most; one more is.
    function test_finalize_silenceOfHalf_isNotSlashed_ofLessIs() public {
        for (uint256 silent = 5; silent <= 6; ++silent) {
            JobId trap = trapFor(12);
            Move[] memory plan = moves(12, D0);
            for (uint256 i = 0; i < silent; ++i) {
                plan[i].silent = true;
            }
            address[] memory members = play(trap, 0, plan);
            uint256 before = registry.executor(members[0]).stakeWei;
            finalize(trap, 0);
            uint256 lost = before - registry.executor(members[0]).stakeWei;
            eq(lost, silent == 5 ? before / 100 : 0, "what silence cost");
        }
    }

    /// Who votes otherwise says that it has the data: that is slashed whatever the others do.
    function test_finalize_anotherVoteAmongTheSilent_isSlashed() public {
        JobId trap = trapFor(12);
        Move[] memory plan = onlyOneVotes(12);
        plan[1] = move(D0);
        plan[2] = move(D1);
        address[] memory members = play(trap, 0, plan);
        finalize(trap, 0);

        eq(registry.executor(members[2]).stakeWei, UNIT_WEI / 2, "the other vote");
        eq(registry.executor(members[3]).stakeWei, UNIT_WEI, "silent");
    }

    // -------------------------------------------------------------------------------------------------- work and money

    /// The bridge does not post the attempt that its buyer's challenge asked for, and waits for the refund: anybody posts it.
    function test_post_anybodyOnceTheJobStalls() public {
        agree(jobId, 0, D0);
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, 0);
        uint256 from = board.job(jobId).lastProgressBlock + rulesForTests().stallBlocks / 2 + 1;
        Move[] memory plan = moves(3, D0);
        address[] memory members = draw(jobId, 0);
        vm.roll(from - 1);

        refuses(abi.encodeWithSelector(IJobBoard.OnlyBridge.selector, jobId, ALICE));
        vm.prank(ALICE);
        board.postCommitments(jobId, 0, 1, members, NO_LIST);
        vm.roll(from);
        vm.prank(ALICE);
        board.postCommitments(jobId, 0, 1, members, NO_LIST);
        eq(board.job(jobId).lastProgressBlock, from, "progress");
        for (uint16 i = 0; i < 3; ++i) {
            commitAlone(1, members, plan, i);
        }
        reach(board.attempt(jobId, 0, 1).revealFromBlock);
        board.castVotes(jobId, 0, 1, members, new bytes32[](3), groupsOf(votesOf(jobId, 0, 1, members, plan)));
        checkSegment(jobId, 0, SegmentState.Accepted);
    }

    /// The draw of a Final segment stands, right or wrong: its work was used, and is paid.
    function test_proveOmission_ofAFinalSegment_reverts() public {
        address[] memory all = new address[](12);
        for (uint256 i = 0; i < 12; ++i) {
            all[i] = registry.executorAt(i);
        }
        address[] memory members = agree(jobId, 0, D0);
        finalize(jobId, 0);

        for (uint256 i = 0; i < 12; ++i) {
            refuses(abi.encodeWithSelector(IJobBoard.SegmentIsFinal.selector, jobId, 0));
            board.proveOmission(jobId, 0, 0, new address[](0), members, 0, all[i]);
        }
        checkJob(jobId, JobState.Running);
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function postNothing() private returns (address[] memory members, Move[] memory plan) {
        (members, plan) = (draw(jobId, 0), moves(3, D0));
        vm.prank(BRIDGE);
        board.postCommitments(jobId, 0, 0, members, NO_LIST);
    }

    function commitAlone(address[] memory members, Move[] memory plan, uint16 i) private {
        commitAlone(0, members, plan, i);
    }

    function commitAlone(uint32 attempt, address[] memory members, Move[] memory plan, uint16 i) private {
        bytes32 commitment = commitmentOf(jobId, 0, attempt, members[i], plan[i]);
        vm.prank(members[i]);
        board.commitDirect(jobId, 0, attempt, members, i, commitment);
    }

    /// A job of the whole pool that one vote decides.
    function trapFor(uint16 size) private returns (JobId trap) {
        Request memory request = requestForTests();
        (request.lead, request.minSize, request.segments) = (1, size, 1);
        vm.prank(ALICE);
        trap = house.order{value: 0.2 ether}(tagsOf(DIGITS, VISION), request, lists());
        fixSeed(trap);
    }

    function onlyOneVotes(uint16 size) private pure returns (Move[] memory plan) {
        plan = moves(size, D0);
        for (uint256 i = 1; i < size; ++i) {
            plan[i].silent = true;
        }
    }
}
