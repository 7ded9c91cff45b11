// Two votes signed by one executor: what proves it, and what it costs.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, Fault, JobId} from "../../src/Types.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract EquivocationTest is Market {
    bytes32 private constant D0 = keccak256("digest 0");
    bytes32 private constant D1 = keccak256("digest 1");

    JobId private jobId;

    function setUp() public override {
        super.setUp();
        jobId = startJob(2, 7, requestForTests());
    }

    function test_proveEquivocation_sameVoteTwice_reverts() public {
        address executor = registry.executorAt(0);
        IJobBoard.SignedVote memory a = signed(executor, D0);

        refuses(abi.encodeWithSelector(IJobBoard.NotEquivocation.selector));
        board.proveEquivocation(jobId, 0, 0, executor, a, a);
    }

    /// One witness under two digests, or one digest with two witnesses: either is two votes.
    function test_proveEquivocation_oneFieldDiffers_slashes() public {
        address executor = registry.executorAt(0);
        Move memory a = move(D0);
        Move memory b = move(D0);
        b.witness = keccak256("another");
        proveBoth(executor, 0, a, b);
        b = move(D1);
        b.witness = a.witness;
        proveBoth(executor, 1, a, b);
        eq(registry.executor(executor).stakeWei, 50 ether, "slashed for each attempt");
        eq(till.burnedWei(), 150 ether, "and burned");
        eq(till.bondsOf(jobId), 0, "nothing held back");
    }

    function test_proveEquivocation_ofNothingLeft_burnsNothing() public {
        (Move memory a, Move memory b) = (move(D0), move(D1));
        keyOf[vm.addr(0xABCDE)] = 0xABCDE;
        proveBoth(vm.addr(0xABCDE), 0, a, b);
        eq(till.burnedWei(), 0, "never registered");
    }

    function test_proveEquivocation_signedByAnother_reverts() public {
        address executor = registry.executorAt(0);
        address other = registry.executorAt(1);
        IJobBoard.SignedVote memory a = signed(executor, D0);
        IJobBoard.SignedVote memory b = signed(other, D1);

        refuses(abi.encodeWithSelector(IJobBoard.BadSignature.selector, other, executor));
        board.proveEquivocation(jobId, 0, 0, executor, a, b);
        refuses(abi.encodeWithSelector(IJobBoard.BadSignature.selector, other, executor));
        board.proveEquivocation(jobId, 0, 0, executor, b, a);
    }

    function test_proveEquivocation_ofAnotherAttempt_reverts() public {
        address executor = registry.executorAt(0);
        IJobBoard.SignedVote memory a = signed(executor, D0);
        IJobBoard.SignedVote memory b = signed(executor, D1);

        vm.expectPartialRevert(IJobBoard.BadSignature.selector);
        board.proveEquivocation(jobId, 0, 1, executor, a, b);
    }

    function test_proveEquivocation_unknownJob_reverts() public {
        IJobBoard.SignedVote memory none;
        refuses(abi.encodeWithSelector(IJobBoard.NoSuchJob.selector, JobId.wrap(9)));
        board.proveEquivocation(JobId.wrap(9), 0, 0, ALICE, none, none);
    }

    function test_proveEquivocation_slashesOnce() public {
        address executor = registry.executorAt(0);
        IJobBoard.SignedVote memory a = signed(executor, D0);
        IJobBoard.SignedVote memory b = signed(executor, D1);

        vm.expectEmit(true, true, true, true, address(board));
        emit IJobBoard.FaultFound(jobId, 0, executor, 0, Fault.Equivocation, 100 ether);
        board.proveEquivocation(jobId, 0, 0, executor, a, b);
        eq(
            uint256(registry.executor(executor).status),
            uint256(IExecutorRegistry.Status.Leaving),
            "ejected from the pool"
        );

        refuses(abi.encodeWithSelector(IJobBoard.AlreadyProven.selector));
        board.proveEquivocation(jobId, 0, 0, executor, b, a);
    }

    function proveBoth(address executor, uint32 attempt, Move memory a, Move memory b) private {
        (bytes32 r0, bytes32 vs0) = signVote(jobId, 0, attempt, executor, a);
        (bytes32 r1, bytes32 vs1) = signVote(jobId, 0, attempt, executor, b);
        board.proveEquivocation(
            jobId,
            0,
            attempt,
            executor,
            IJobBoard.SignedVote(a.digest, a.witness, r0, vs0),
            IJobBoard.SignedVote(b.digest, b.witness, r1, vs1)
        );
    }

    function signed(address executor, bytes32 digest) private view returns (IJobBoard.SignedVote memory) {
        Move memory m = move(digest);
        (bytes32 r, bytes32 vs) = signVote(jobId, 0, 0, executor, m);
        return IJobBoard.SignedVote(m.digest, m.witness, r, vs);
    }
}
