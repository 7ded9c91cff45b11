// Random moves of everybody in the market, honest and hostile, for the invariants. Never reverts: what is not possible is skipped,
// and what must be refused is checked to be.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, SegmentState} from "../../src/Types.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Forcer, Hostile} from "./Hostile.sol";
import {Market} from "./Market.sol";
import {vm} from "./Vm.sol";

/// Of twelve executors five are dishonest: they lie together, lie alone, stay silent, invent a witness, copy a commitment, or sign
/// two votes. One honest challenger disputes what they get accepted.
contract MarketHandler is Market {
    uint256 public constant EXECUTORS = 12;
    uint256 public constant DISHONEST = 5;
    uint256 private constant MAX_JOBS = 40;
    bytes32 private constant LIE = keccak256("the lie they agreed on");

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
    address private withdrawing; // whose credit may go down in this move

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

    // --------------------------------------------------------------------------------------------- auctions and orders

    function bid(uint96 amount, uint8 who) public watched {
        JobId running = house.runningAuction(tagsOf(DIGITS, VISION));
        uint256 value = bound(amount, 0.2 ether, 2 ether);
        if (JobId.unwrap(running) == 0) {
            if (house.paused() || house.auctionCount() >= MAX_JOBS) return;
            place(who, value, abi.encodeCall(house.open, (tagsOf(DIGITS, VISION), request(amount))));
        } else {
            value += house.leastBid(running);
            if (block.number > house.auction(running).endBlock || value > 500 ether) return;
            place(who, value, abi.encodeCall(house.bid, (running, request(amount))));
        }
        ++played["bid"];
    }

    function order(uint96 amount, uint8 who) public watched {
        if (house.paused() || house.auctionCount() >= MAX_JOBS) return;
        Request memory r = request(amount);
        r.minSellers = 1;
        place(who, bound(amount, 0.2 ether, 2 ether), abi.encodeCall(house.order, (tagsOf(DIGITS, VISION), r, lists())));
        ++played["order"];
    }

    function closeAuction() public watched {
        JobId running = house.runningAuction(tagsOf(DIGITS, VISION));
        if (JobId.unwrap(running) == 0) return;
        reach(house.auction(running).endBlock + 1);
        house.close(running, lists());
        ++played["close"];
    }

    /// I8: a pause changes nothing that anybody is owed.
    function pause(uint8 dice) public watched {
        uint256 owed = owedByTill();
        bool now_ = dice % 2 == 0 && house.auctionCount() % 4 == 3;
        vm.prank(ADMIN);
        house.setPaused(now_);
        rule(owedByTill() == owed, "I8: a pause moved money");
        ++played["pause"];
    }

    // ------------------------------------------------------------------------------------------------- work and votes

    function seed(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Open, which);
        // Gone: such a job can only become stale.
        if (!found || block.number > uint256(board.job(jobId).seedBlock) + 256) return;
        fixSeed(jobId);
        ++played["seed"];
    }

    /// One attempt at the frontier, or for a challenged segment.
    function attempt(uint8 which, uint256 dice) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found || isLate(jobId, 40)) return;
        uint32 segment;
        (found, segment) = segmentToRun(jobId);
        if (!found) return;
        waitForLastVotes(jobId, segment);
        address[] memory members = draw(jobId, segment);
        playAll(jobId, segment, planFor(jobId, segment, members, dice), dice);
        ++played["attempt"];
        // I4: an honest challenger re-executes, and disputes what is wrong while it can.
        if (isWrong(jobId, segment) && tryChallenge(jobId, segment)) ++played["honest challenge"];
    }

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

    // ------------------------------------------------------------------------------------------------------- disputes

    /// Somebody objects for no reason. CAROL's bonds are at stake, and nobody else's money.
    function challenge(uint8 which, uint8 who) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found || isLate(jobId, 1)) return;
        IJobBoard.Job memory job = board.job(jobId);
        if (job.finalized == job.accepted) return;
        if (tryChallenge(jobId, job.finalized + who % (job.accepted - job.finalized))) ++played["challenge"];
    }

    function finalizeNext(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Running, which);
        if (!found) return;
        uint32 segment = board.job(jobId).finalized;
        IJobBoard.Segment memory s = board.segment(jobId, segment);
        if (s.state != SegmentState.Accepted || s.finalFromBlock > board.job(jobId).deadlineBlock) return;
        reach(s.finalFromBlock);
        finalizeNow(jobId, segment);
        rule(!isWrong(jobId, segment), "I4: a lie is final");
        ++played["finalize"];
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

    // ---------------------------------------------------------------------------------------------------------- money

    /// I6: what is paid out is the price.
    function settle(uint8 which) public watched {
        (bool found, JobId jobId) = jobIn(JobState.Settling, which);
        if (!found) return;
        (uint256 escrow, uint256 owed) = (till.escrowOf(jobId), creditsOfAll() + paidOut);
        till.settle(jobId, openingOf(jobId), SPEC, shards(board.job(jobId).sellers));
        countCallbackWithdrawals();
        rule(creditsOfAll() + paidOut == owed + escrow, "I6: shares do not add up to the price");
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
        withdrawing = payee;
        uint256 before = payee.balance;
        if (payee == address(hostile[0])) {
            try Hostile(payable(payee)).withdraw() {
                rule(false, "who takes no ether was paid");
            } catch {}
            return;
        }
        vm.prank(payee);
        till.withdraw();
        paidOut += owed;
        rule(payee.balance == before + owed, "I7: paid something else than what was owed");
        ++played["withdraw"];
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

    function wait(uint8 blocks) public watched {
        vm.roll(block.number + blocks % 30);
    }

    /// I5: whatever was left undone, past its deadline and a stall every job can be closed, and every wei withdrawn.
    function windUp() public {
        for (uint64 i = 1; i <= jobCount(); ++i) {
            JobId jobId = JobId.wrap(i);
            if (house.auction(jobId).status == IAuctionHouse.Status.Bidding) {
                reach(house.auction(jobId).endBlock + 1);
                house.close(jobId, lists());
            }
        }
        vm.roll(block.number + unstakeDelay() + rulesForTests().stallBlocks + 2);
        for (uint64 i = 1; i <= jobCount(); ++i) {
            JobId jobId = JobId.wrap(i);
            JobState state = board.job(jobId).state;
            bool live = state == JobState.Open || state == JobState.Running || state == JobState.Settling;
            if (live) board.voidStale(jobId);
            reclaimAll(jobId);
            rule(till.escrowOf(jobId) == 0, "I5: escrow left");
            rule(till.bondsOf(jobId) == 0, "I5: bonds left");
        }
        for (uint256 i = 0; i < accountCount(); ++i) {
            address payee = accountAt(i);
            uint256 owed = till.creditOf(payee);
            if (owed == 0) continue;
            vm.prank(payee);
            till.withdrawTo(payable(address(0xCA5E)));
        }
        rule(address(till).balance == till.burnedWei() + forcedOnTill, "I5: a wei that nobody can withdraw");
    }

    // ---------------------------------------------------------------------------------------------------------- ledger

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

    // --------------------------------------------------------------------------------------------------------- private

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
    function countCallbackWithdrawals() private {
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

    function rule(bool holds, string memory what) private {
        if (!holds && bytes(broken).length == 0) broken = what;
    }

    /// A call of the house with ether, by one of three people or three contracts.
    function place(uint8 who, uint256 value, bytes memory call_) private {
        address bidder = who % 2 == 0 ? buyer(who) : address(hostile[who / 2 % 3]);
        vm.deal(bidder, value);
        vm.prank(bidder);
        (bool done,) = address(house).call{value: value}(call_);
        rule(done, "a legal bid was refused");
        paidIn += value;
    }

    function tryChallenge(JobId jobId, uint32 segment) private returns (bool) {
        IJobBoard.Segment memory s = board.segment(jobId, segment);
        bool open = s.state == SegmentState.Accepted && block.number < s.finalFromBlock
            && s.setSize < board.job(jobId).setCap && !isLate(jobId, 0);
        if (!open) return false;
        vm.deal(CAROL, BOND_WEI);
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, segment);
        paidIn += BOND_WEI;
        return true;
    }

    function isLate(JobId jobId, uint256 blocks) private view returns (bool) {
        return block.number + blocks > board.job(jobId).deadlineBlock;
    }

    /// Bonds of challenges that can no longer be decided: every attempt of every epoch.
    function reclaimAll(JobId jobId) private {
        IJobBoard.Job memory job = board.job(jobId);
        for (uint32 segment = 0; segment < job.segments; ++segment) {
            for (uint32 epoch = 0; epoch <= job.epoch; ++epoch) {
                for (uint32 index = 1; index < 12; ++index) {
                    try board.reclaimBond(jobId, segment, epoch << 16 | index) {} catch {}
                }
            }
        }
    }

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
        r.lead = uint16(1 + dice / 3 % 3);
        r.minSize = uint16(1 + dice % 3);
        r.minSellers = uint16(1 + dice % 5); // 5 voids the auction: there are four sellers
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
        plan = moves(members.length, truthOf(jobId, segment));
        bool together = dice % 2 == 0;
        dice >>= 1;
        for (uint256 i = 0; i < members.length; ++i) {
            plan[i].salt = keccak256(abi.encode("salt of", members[i]));
            if (!isDishonest(members[i])) continue;
            uint256 manner = together ? 0 : dice % 8;
            if (manner < 3) plan[i] = move(LIE);
            if (manner == 3) plan[i] = move(keccak256(abi.encode("a lie of its own", members[i])));
            if (manner == 4) plan[i].silent = true;
            if (manner == 5) plan[i].witness = keccak256(abi.encode("invented", members[i]));
            dice >>= 3;
        }
    }

    function truthOf(JobId jobId, uint32 segment) private view returns (bytes32) {
        bool last = segment + 1 == board.job(jobId).segments;
        return last ? lastDigest(jobId, openingOf(jobId)) : keccak256(abi.encode(jobId, segment));
    }

    function isWrong(JobId jobId, uint32 segment) private view returns (bool) {
        Digest verdict = board.segment(jobId, segment).verdict;
        return !verdict.isZero() && verdict != Digest.wrap(truthOf(jobId, segment));
    }

    function isDishonest(address executor) private view returns (bool) {
        for (uint256 i = 0; i < DISHONEST; ++i) {
            if (executor == registry.executorAt(i)) return true;
        }
        return false;
    }

    /// As `play`, but a dishonest member may have copied its neighbour's commitment, which then opens for neither of its votes.
    function playAll(JobId jobId, uint32 segment, Move[] memory plan, uint256 dice) private {
        uint32 number = board.nextAttempt(jobId, segment).attempt;
        address[] memory members = draw(jobId, segment);
        bytes32[] memory commitments = commitmentsFor(jobId, segment, number, members, plan);
        for (uint256 i = 1; i < members.length; ++i) {
            if (dice % 3 != 0 || !isDishonest(members[i])) continue;
            commitments[i] = commitments[i - 1];
            plan[i].silent = true;
            ++played["copy"];
        }
        postAs(jobId, segment, number, members, commitments);
        reach(board.attempt(jobId, segment, number).revealFromBlock);
        castVotes(jobId, segment, number, votesOf(jobId, segment, number, members, plan));
        if (board.segment(jobId, segment).state == SegmentState.Committed) {
            reach(board.attempt(jobId, segment, number).revealUntilBlock + 1);
            board.closeAttempt(jobId, segment);
        }
    }

    /// Metric above tau for odd jobs, below for even ones.
    function openingOf(JobId jobId) private view returns (ISettlement.OpenedDigest memory opened) {
        opened = opening(JobId.unwrap(jobId) % 2 == 1 ? 9500 : 8000, board.job(jobId).sellers);
    }
}
