// A draw that left somebody out: two neighbours prove it.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, VoidReason} from "../../src/Types.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract OmissionTest is Market {
    bytes32 private constant D0 = keccak256("digest 0");
    bytes32 private constant D1 = keccak256("digest 1");

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 7, requestForTests());
    }

    /// Nobody fits between two neighbours of an honest draw, in any attempt, at any place.
    function test_proveOmission_honestDraw_reverts() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        address[] memory first = play(jobId, 0, plan);
        (, address[] memory second) = post(jobId, 0, moves(3, D0));

        for (uint256 i = 0; i < 7; ++i) {
            address executor = registry.executorAt(i);
            for (uint16 position = 0; position < 3; ++position) {
                refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, executor));
                board.proveOmission(jobId, 0, 0, new address[](0), first, position, executor);
                refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, executor));
                board.proveOmission(jobId, 0, 1, first, second, position, executor);
            }
        }
    }

    function test_proveOmission_badReferences_revert() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        address[] memory first = play(jobId, 0, plan);
        (, address[] memory second) = post(jobId, 0, moves(3, D0));
        address someone = registry.executorAt(0);
        address[] memory none = new address[](0);

        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.proveOmission(jobId, 0, 0, none, second, 0, someone);
        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.proveOmission(jobId, 0, 1, none, second, 0, someone);
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchMember.selector, 3, 3));
        board.proveOmission(jobId, 0, 0, none, first, 3, someone);
        refuses(abi.encodeWithSelector(IJobBoard.NoAttempt.selector, jobId, 0));
        board.proveOmission(jobId, 0, 2, none, first, 0, someone);
        refuses(abi.encodeWithSelector(IJobBoard.NoAttempt.selector, jobId, 0));
        board.proveOmission(jobId, 0, 1 << 16, none, first, 0, someone);
        refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, address(0)));
        board.proveOmission(jobId, 0, 0, none, first, 0, address(0));
    }

    function test_proveOmission_notInPool_reverts() public {
        address[] memory members = agree(jobId, 0, D0);

        refuses(abi.encodeWithSelector(IExecutorRegistry.NotInPool.selector, ALICE, board.job(jobId).poolBlock));
        board.proveOmission(jobId, 0, 0, new address[](0), members, 0, ALICE);
    }

    /// The bridge skips one of the first four in ticket order and asks the next ones: whichever, it is proven.
    function testFuzz_proveOmission_voidsTheJob(uint8 skipped) public {
        Request memory request = requestForTests();
        request.minSize = 4;
        JobId probe = openJob(request, 1 ether);
        fixSeed(probe);
        uint16 gap = skipped % 4;
        (address left, address[] memory chosen) = drawWithout(probe, gap);

        vm.prank(BRIDGE);
        board.postCommitments(probe, 0, 0, chosen, keccak256("root"));
        for (uint16 position = 0; position < 4; ++position) {
            if (position == gap) continue;
            refuses(abi.encodeWithSelector(IJobBoard.NotOmitted.selector, left));
            board.proveOmission(probe, 0, 0, new address[](0), chosen, position, left);
        }
        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.JobVoided(probe, VoidReason.WrongDraw);
        board.proveOmission(probe, 0, 0, new address[](0), chosen, gap, left);
        checkJob(probe, JobState.Void);
        eq(till.creditOf(ALICE), 1 ether, "refunded");
    }

    /// The first of a later attempt was left out: the members of the attempt before bound it from below.
    function test_proveOmission_firstOfTheSecondAttempt() public {
        Move[] memory plan = moves(3, D0);
        plan[0] = move(D1);
        address[] memory first = play(jobId, 0, plan);
        address left = draw(jobId, 0)[0];
        address[] memory chosen = drawWithoutFirst();

        vm.prank(BRIDGE);
        board.postCommitments(jobId, 0, 1, chosen, keccak256("root"));
        refuses(abi.encodeWithSelector(IJobBoard.WrongMembers.selector, 0));
        board.proveOmission(jobId, 0, 1, chosen, chosen, 0, left);
        board.proveOmission(jobId, 0, 1, first, chosen, 0, left);
        checkJob(jobId, JobState.Void);
    }

    /// The first five in ticket order but for number `skipped`, and that one.
    function drawWithout(JobId id, uint256 skipped) private returns (address left, address[] memory chosen) {
        uint256 snapshot = vm.snapshotState();
        address[] memory four = draw(id, 0);
        // Let the honest four disagree: the next attempt shows who comes fifth.
        Move[] memory plan = moves(4, D0);
        (plan[0], plan[1]) = (move(D1), move(D1));
        play(id, 0, plan);
        address fifth = draw(id, 0)[0];
        vm.revertToState(snapshot);
        left = four[skipped];
        chosen = new address[](4);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 from = i < skipped ? i : i + 1;
            chosen[i] = from < 4 ? four[from] : fifth;
        }
    }

    /// The three that follow the first of the next three: the pool of seven ends with them.
    function drawWithoutFirst() private returns (address[] memory chosen) {
        uint256 snapshot = vm.snapshotState();
        Move[] memory plan = moves(3, D1);
        plan[0] = move(D0);
        address[] memory three = play(jobId, 0, plan);
        address seventh = draw(jobId, 0)[0];
        vm.revertToState(snapshot);
        chosen = new address[](3);
        (chosen[0], chosen[1], chosen[2]) = (three[1], three[2], seventh);
    }
}
