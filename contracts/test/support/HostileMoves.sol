// Moves that nobody honest makes: two votes, objections for no reason, griefing, ether by force.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState} from "../../src/Types.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Forcer} from "./Hostile.sol";
import {WorkMoves} from "./WorkMoves.sol";
import {vm} from "./Vm.sol";

abstract contract HostileMoves is WorkMoves {
    /// Two signed votes by a dishonest one: proven once, never twice.
    function equivocate(uint8 which, uint8 who) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found) return;
        address executor = registry.executorAt(who % 2);
        (IJobBoard.SignedVote memory a, IJobBoard.SignedVote memory b) = twoVotes(jobId, executor);
        try board.proveEquivocation(jobId, 0, 0, executor, a, b) {
            ++played["equivocation"];
        } catch {}
        try board.proveEquivocation(jobId, 0, 0, executor, b, a) {
            rule(false, "an equivocation was proven twice");
        } catch {}
    }

    /// Who was put out comes back with a fresh stake, once the old one is free.
    function comeBack(uint8 who) public watched {
        address executor = registry.executorAt(who % EXECUTORS);
        IExecutorRegistry.Executor memory own = registry.executor(executor);
        if (own.status != IExecutorRegistry.Status.Leaving || block.number < own.withdrawableBlock) return;
        vm.deal(executor, UNIT_WEI);
        vm.startPrank(executor);
        registry.withdrawStake();
        registry.register{value: UNIT_WEI}(1);
        vm.stopPrank();
        paidOut += own.stakeWei;
        paidIn += UNIT_WEI;
        ++played["come back"];
    }

    /// Somebody objects for no reason. CAROL's bonds are at stake, and nobody else's money.
    function challenge(uint8 which, uint8 who) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found || isLate(jobId, 1)) return;
        IJobBoard.Job memory job = board.job(jobId);
        if (job.finalized == job.accepted) return;
        if (tryChallenge(jobId, job.finalized + who % (job.accepted - job.finalized))) ++played["challenge"];
    }

    /// I9, and the draw: a griefer cannot void an honest draw, nor anybody commit for another or twice.
    function grief(uint8 which, uint8 who) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found || isLate(jobId, 1)) return;
        uint32 segment = board.job(jobId).finalized;
        uint32[] storage numbers = attemptsOf[place(jobId, segment, 0)];
        if (numbers.length == 0) return;
        address[] memory before;
        if (numbers.length > 1) before = membersOf[place(jobId, segment, numbers[numbers.length - 2])];
        griefAttempt(jobId, segment, numbers[numbers.length - 1], before, who);
        ++played["grief"];
    }

    function griefAttempt(JobId jobId, uint32 segment, uint32 number, address[] memory before, uint8 who) private {
        address[] memory members = membersOf[place(jobId, segment, number)];
        uint16 position = uint16(who % members.length);
        address someone = registry.executorAt(who % EXECUTORS);
        try board.proveOmission(jobId, segment, number, before, members, position, someone) {
            rule(false, "an honest draw was voided");
        } catch {}
        vm.prank(address(hostile[1]));
        try board.commitDirect(jobId, segment, number, members, position, keccak256("mine")) {
            rule(false, "I9: somebody committed for another");
        } catch {}
    }

    function forceEther(uint8 where, uint64 amount) public watched {
        address[4] memory victims = [address(till), address(registry), address(board), address(house)];
        address victim = victims[where % 4];
        vm.deal(address(this), amount);
        Forcer.force(victim, amount);
        if (victim == address(till)) forcedOnTill += amount;
        else forcedElsewhere += amount;
        ++played["force"];
    }

    // -------------------------------------------------------------------------------------------------------- private

    function twoVotes(JobId jobId, address executor)
        private
        view
        returns (IJobBoard.SignedVote memory a, IJobBoard.SignedVote memory b)
    {
        (Move memory one, Move memory other) = (move(keccak256("one")), move(keccak256("other")));
        (a.digest, a.witness) = (one.digest, one.witness);
        (a.r, a.vs) = signVote(jobId, 0, 0, executor, one);
        (b.digest, b.witness) = (other.digest, other.witness);
        (b.r, b.vs) = signVote(jobId, 0, 0, executor, other);
    }
}
