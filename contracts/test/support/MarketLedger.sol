// What every move of the market is held against: the sums of all money, and what no move may change.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Hostile} from "./Hostile.sol";
import {Market} from "./Market.sol";
import {vm} from "./Vm.sol";

abstract contract MarketLedger is Market {
    uint256 public constant EXECUTORS = 12;
    uint256 public constant DISHONEST = 5;

    uint256 public paidIn; // into till and register together
    uint256 public paidOut;
    uint256 public forcedOnTill;
    uint256 public forcedElsewhere;
    Hostile[3] public hostile;
    mapping(string move => uint256) public played;
    string public broken; // the first rule that did not hold

    mapping(JobId => JobState) private seenState;
    mapping(JobId => bytes32) private seenSeed;
    mapping(address payee => uint256) private seenCredit;
    address internal withdrawing; // whose credit may go down in this move

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 3; ++i) {
            hostile[i] = new Hostile(Hostile.Manner(i), till);
        }
        addSellers(2);
        addShard(address(hostile[0]), 0.05 ether);
        addShard(address(hostile[2]), 0.05 ether);
        addExecutors(EXECUTORS);
        paidIn = EXECUTORS * UNIT_WEI;
        vm.roll(block.number + 1);
    }

    function unstakeDelay() internal pure override returns (uint64) {
        return 1500;
    }

    function jobCount() public view returns (uint64) {
        return house.auctionCount();
    }

    /// Everybody who can be owed money.
    function accountCount() public pure returns (uint256) {
        return 3 + 2 + 2 + 3 + EXECUTORS;
    }

    function accountAt(uint256 i) public view returns (address) {
        if (i < 3) return address(hostile[i]);
        if (i < 5) return i == 3 ? CAROL : BOB;
        if (i < 7) return seller(i - 5);
        if (i < 10) return buyer(uint8(i - 7));
        return registry.executorAt(i - 10);
    }

    function creditsOfAll() public view returns (uint256 wei_) {
        for (uint256 i = 0; i < accountCount(); ++i) {
            wei_ += till.creditOf(accountAt(i));
        }
    }

    function owedByTill() public view returns (uint256 wei_) {
        wei_ = till.burnedWei() + creditsOfAll();
        for (uint64 i = 1; i <= jobCount(); ++i) {
            wei_ += till.escrowOf(JobId.wrap(i)) + till.bondsOf(JobId.wrap(i));
        }
    }

    function stakes() public view returns (uint256 wei_) {
        for (uint256 i = 0; i < EXECUTORS; ++i) {
            wei_ += registry.executor(registry.executorAt(i)).stakeWei;
        }
    }

    function heldByAll() public view returns (uint256) {
        return address(till).balance + address(registry).balance + address(house).balance + address(board).balance
            + address(catalog).balance;
    }

    function tillBalance() public view returns (uint256) {
        return address(till).balance;
    }

    function honestStakeLost() public view returns (bool) {
        for (uint256 i = DISHONEST; i < EXECUTORS; ++i) {
            if (registry.executor(registry.executorAt(i)).stakeWei != UNIT_WEI) return true;
        }
        return false;
    }

    function closedJobHoldsEscrow() public view returns (bool) {
        for (uint64 i = 1; i <= jobCount(); ++i) {
            JobState state = board.job(JobId.wrap(i)).state;
            bool closed = state == JobState.Settled || state == JobState.Unmet || state == JobState.Void;
            if (closed && till.escrowOf(JobId.wrap(i)) != 0) return true;
        }
        return false;
    }

    // ---------------------------------------------------------------------------------------------------------- rules

    /// After each move: I2 no job went back, I7 nobody's credit went down but by its own hand, I10 no seed changed.
    modifier watched() {
        withdrawing = address(0);
        _;
        countCallbackWithdrawals();
        for (uint64 i = 1; i <= jobCount(); ++i) {
            IJobBoard.Job memory job = board.job(JobId.wrap(i));
            rule(job.state >= seenState[JobId.wrap(i)], "I2: a job went back");
            bytes32 known = seenSeed[JobId.wrap(i)];
            rule(known == bytes32(0) || known == job.jobSeed, "I10: a seed changed");
            (seenState[JobId.wrap(i)], seenSeed[JobId.wrap(i)]) = (job.state, job.jobSeed);
        }
        for (uint256 i = 0; i < accountCount(); ++i) {
            address payee = accountAt(i);
            uint256 now_ = till.creditOf(payee);
            rule(now_ >= seenCredit[payee] || payee == withdrawing, "I7: a credit went down");
            seenCredit[payee] = now_;
        }
    }

    /// The one that re-enters takes its money from within a callback: it counts as paid out.
    function countCallbackWithdrawals() internal {
        uint256 got = address(hostile[2]).balance;
        if (got == 0) return;
        vm.prank(address(hostile[2]));
        (bool sent,) = address(0xCA5E).call{value: got}("");
        rule(sent, "test");
        if (withdrawing != address(hostile[2])) {
            paidOut += got;
            withdrawing = address(hostile[2]);
        }
    }

    function rule(bool holds, string memory what) internal {
        if (!holds && bytes(broken).length == 0) broken = what;
    }

    function isLate(JobId jobId, uint256 blocks) internal view returns (bool) {
        return block.number + blocks > board.job(jobId).deadlineBlock;
    }

    /// A job in this state, if there is one.
    function jobIn(JobState state, uint8 which) internal view returns (bool found, JobId jobId) {
        uint64 count = jobCount();
        for (uint64 i = 0; i < count; ++i) {
            jobId = JobId.wrap(1 + (which + i) % count);
            if (board.job(jobId).state == state) return (true, jobId);
        }
    }

    function buyer(uint8 who) internal pure returns (address) {
        return address(uint160(0xB0100 + who % 3));
    }

    function isDishonest(address executor) internal view returns (bool) {
        for (uint256 i = 0; i < DISHONEST; ++i) {
            if (executor == registry.executorAt(i)) return true;
        }
        return false;
    }

    /// Metric above tau for odd jobs, below for even ones.
    function openingOf(JobId jobId) internal view returns (ISettlement.OpenedDigest memory opened) {
        opened = opening(JobId.unwrap(jobId) % 2 == 1 ? 9500 : 8000, board.job(jobId).sellers);
    }
}
