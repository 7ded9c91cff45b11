// Random but legal moves of everybody in the market, for the invariants. Never reverts: a move that is not possible is skipped.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, JobState, Request, SegmentState} from "../../src/Types.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Market} from "./Market.sol";
import {vm} from "./Vm.sol";

contract MarketHandler is Market {
    uint256 public constant EXECUTORS = 12;
    uint256 public constant DISHONEST = 2; // fewer than L = 3: a lie can never lead by L
    uint256 private constant MAX_JOBS = 30;

    uint256 public paidIn; // into till and register together
    uint256 public paidOut;
    mapping(JobId => JobState) public seenState;
    bool public wentBack; // some job's state went to an earlier one
    mapping(string move => uint256) public played;

    function setUp() public override {
        super.setUp();
        addSellers(3);
        addExecutors(EXECUTORS);
        paidIn = EXECUTORS * UNIT_WEI;
    }

    function unstakeDelay() internal pure override returns (uint64) {
        return 1_000_000;
    }

    // ----------------------------------------------------------------------------------------------------------- moves

    function bid(uint96 amount, uint8 who) public watched {
        (address bidder, uint256 value) = (buyer(who), bound(amount, 0.2 ether, 2 ether));
        JobId running = house.runningAuction(tagsOf(DIGITS, VISION));
        vm.deal(bidder, bidder.balance + 1000 ether);
        if (JobId.unwrap(running) == 0) {
            if (house.auctionCount() == MAX_JOBS) return;
            vm.prank(bidder);
            house.open{value: value}(tagsOf(DIGITS, VISION), request(amount));
        } else {
            IAuctionHouse.Auction memory lot = house.auction(running);
            value += house.leastBid(running);
            if (block.number > lot.endBlock || value > 500 ether) return;
            vm.prank(bidder);
            house.bid{value: value}(running, request(amount));
        }
        paidIn += value;
        ++played["bid"];
    }

    function closeAuction() public watched {
        JobId running = house.runningAuction(tagsOf(DIGITS, VISION));
        if (JobId.unwrap(running) == 0) return;
        reach(house.auction(running).endBlock + 1);
        house.close(running);
        ++played["close"];
    }

    function seed(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Open, which);
        // Gone: such a job can only become stale.
        if (!found || block.number > uint256(board.job(jobId).seedBlock) + 256) return;
        fixSeed(jobId);
        ++played["seed"];
    }

    /// One attempt at the frontier, or for a challenged segment; the dishonest lie, copy or stay silent.
    function attempt(uint8 which, uint256 dice) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found) return;
        uint32 segment;
        (found, segment) = segmentToRun(jobId);
        if (!found) return;
        waitForLastVotes(jobId, segment);
        address[] memory members = draw(jobId, segment);
        play(jobId, segment, planFor(jobId, segment, members, dice));
        ++played["attempt"];
    }

    function challenge(uint8 which, uint8 who) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        IJobBoard.Job memory job = board.job(jobId);
        if (!found || job.finalized == job.accepted) return;
        uint32 segment = job.finalized + who % (job.accepted - job.finalized);
        IJobBoard.Segment memory s = board.segment(jobId, segment);
        bool open = s.state == SegmentState.Accepted && block.number < s.finalFromBlock && s.setSize < job.setCap;
        if (!open) return;
        vm.deal(CAROL, CAROL.balance + BOND_WEI);
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, segment);
        paidIn += BOND_WEI;
        ++played["challenge"];
    }

    function finalizeNext(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found) return;
        IJobBoard.Job memory job = board.job(jobId);
        IJobBoard.Segment memory s = board.segment(jobId, job.finalized);
        if (s.state != SegmentState.Accepted) return;
        reach(s.finalFromBlock);
        finalizeNow(jobId, job.finalized);
        ++played["finalize"];
    }

    function settle(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Settling, which);
        if (!found) return;
        till.settle(jobId, openingOf(jobId));
        ++played["settle"];
    }

    /// One in eight: else hardly any job would reach its end.
    function voidStale(uint8 which, uint8 dice) public watched {
        if (dice % 8 != 0) return;
        (bool found, JobId jobId) = jobIn(JobState(1 + dice / 8 % 3), which);
        if (!found) return;
        reach(board.job(jobId).lastProgressBlock + 301);
        board.voidStale(jobId);
        ++played["void"];
    }

    function withdraw(uint8 who) public watched {
        address payee = accountAt(who % accountCount());
        uint256 owed = till.creditOf(payee);
        if (owed == 0) return;
        vm.prank(payee);
        till.withdraw();
        paidOut += owed;
        ++played["withdraw"];
    }

    function wait(uint8 blocks) public watched {
        vm.roll(block.number + blocks % 30);
    }

    // ---------------------------------------------------------------------------------------------------------- ledger

    function jobCount() public view returns (uint64) {
        return house.auctionCount();
    }

    /// Everybody who can be owed money.
    function accountCount() public pure returns (uint256) {
        return 3 + 1 + 3 + EXECUTORS;
    }

    function accountAt(uint256 i) public view returns (address) {
        if (i < 3) return buyer(uint8(i));
        if (i < 4) return CAROL;
        if (i < 7) return seller(i - 4);
        return registry.executorAt(i - 7);
    }

    function owedByTill() public view returns (uint256 wei_) {
        wei_ = till.burnedWei();
        for (uint64 i = 1; i <= jobCount(); ++i) {
            wei_ += till.escrowOf(JobId.wrap(i)) + till.bondsOf(JobId.wrap(i));
        }
        for (uint256 i = 0; i < accountCount(); ++i) {
            wei_ += till.creditOf(accountAt(i));
        }
    }

    function stakes() public view returns (uint256 wei_) {
        for (uint256 i = 0; i < EXECUTORS; ++i) {
            wei_ += registry.executor(registry.executorAt(i)).stakeWei;
        }
    }

    function balances() public view returns (uint256 ofTill, uint256 ofRegister) {
        return (address(till).balance, address(registry).balance);
    }

    function holdsElsewhere() public view returns (uint256) {
        return address(house).balance + address(board).balance + address(catalog).balance;
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

    // --------------------------------------------------------------------------------------------------------- private

    /// After each move: no job went back.
    modifier watched() {
        _;
        for (uint64 i = 1; i <= jobCount(); ++i) {
            JobState now_ = board.job(JobId.wrap(i)).state;
            if (now_ < seenState[JobId.wrap(i)]) wentBack = true;
            seenState[JobId.wrap(i)] = now_;
        }
    }

    /// A job in this state, if there is one.
    function jobIn(JobState state, uint8 which) private view returns (bool found, JobId jobId) {
        uint64 count = jobCount();
        for (uint64 i = 0; i < count; ++i) {
            jobId = JobId.wrap(1 + (which + i) % count);
            if (board.job(jobId).state == state) return (true, jobId);
        }
    }

    function buyer(uint8 who) private pure returns (address) {
        return address(uint160(0xB0100 + who % 3));
    }

    function request(uint256 dice) private pure returns (Request memory r) {
        r = requestForTests();
        r.segments = uint16(1 + dice % 3);
        r.policy = uint8(dice % 7 % 3);
        r.minSize = uint16(2 + dice % 2);
        r.minSellers = uint16(1 + dice % 4); // 4 voids the auction: there are three sellers
    }

    function segmentToRun(JobId jobId) private view returns (bool found, uint32 segment) {
        IJobBoard.Job memory job = board.job(jobId);
        for (segment = job.finalized; segment <= job.accepted && segment < job.segments; ++segment) {
            SegmentState state = board.segment(jobId, segment).state;
            if (state == SegmentState.Challenged || state == SegmentState.Undecided) return (true, segment);
            if (state == SegmentState.Pending) return (true, segment);
        }
        return (false, 0);
    }

    /// A segment accepted early and challenged at once may still take votes.
    function waitForLastVotes(JobId jobId, uint32 segment) private {
        uint32 next = board.nextAttempt(jobId, segment).attempt;
        if (uint16(next) == 0) return;
        IJobBoard.Attempt memory last = board.attempt(jobId, segment, next - 1);
        if (last.voted < last.size) reach(last.revealUntilBlock + 1);
    }

    function planFor(JobId jobId, uint32 segment, address[] memory members, uint256 dice)
        private
        view
        returns (Move[] memory plan)
    {
        bool last = segment + 1 == board.job(jobId).segments;
        bytes32 truth = last ? lastDigest(jobId, openingOf(jobId)) : keccak256(abi.encode(jobId, segment));
        plan = moves(members.length, truth);
        for (uint256 i = 0; i < members.length; ++i) {
            bool liar = members[i] == registry.executorAt(0) || members[i] == registry.executorAt(1);
            if (!liar) continue;
            if (dice % 4 == 0) plan[i] = move(keccak256("lie"));
            if (dice % 4 == 1) plan[i].silent = true;
            if (dice % 4 == 2) plan[i].witness = keccak256(abi.encode("invented", members[i]));
            dice >>= 2;
        }
    }

    /// Metric above tau for odd jobs, below for even ones.
    function openingOf(JobId jobId) private view returns (ISettlement.OpenedDigest memory opened) {
        opened = opening(JobId.unwrap(jobId) % 2 == 1 ? 9500 : 8000, board.job(jobId).sellers.length);
    }
}
