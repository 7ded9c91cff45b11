// A deployed market with sellers, buyers and executors, and the few moves a test strings together.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request, SegmentState} from "../../src/Types.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IDataCatalog} from "../../src/interfaces/IDataCatalog.sol";
import {IExecutorRegistry} from "../../src/interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Ballot} from "../../src/libraries/Ballot.sol";
import {Records} from "../../src/libraries/Records.sol";
import {Assert} from "./Assert.sol";
import {Headers} from "./Headers.sol";
import {Trees} from "./Trees.sol";
import {vm} from "./Vm.sol";

abstract contract Market is Assert {
    /// What one member of an attempt does. `salt` hides its commitment.
    struct Move {
        Digest digest;
        bytes32 witness;
        bytes32 salt;
        bool silent; // commits, but never reveals
    }

    /// One vote, before equal ones are put into a group.
    struct Vote {
        uint16 position;
        Digest digest;
        bytes32 witness;
        bytes32 salt;
        bytes32 r;
        bytes32 vs;
    }

    uint256 internal constant UNIT_WEI = 1 ether;
    uint256 internal constant BOND_WEI = 0.5 ether;
    uint64 internal constant UNSTAKE_DELAY = 1000;
    address internal constant ADMIN = address(0xAD);
    address internal constant BRIDGE = address(0xB1D);
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    address internal constant CAROL = address(0xCA401);
    bytes32 internal constant SPEC = keccak256("spec");
    bytes32 internal constant RANDAO = keccak256("randao");
    bytes32 internal constant DIGITS = bytes32("digits");
    bytes32 internal constant VISION = bytes32("vision");

    IDataCatalog internal catalog;
    ISettlement internal till;
    IExecutorRegistry internal registry;
    IJobBoard internal board;
    IAuctionHouse internal house;

    uint256 internal sellerCount; // shards registered under digits and vision: shardRoot(0), shardRoot(1) ...
    mapping(address executor => uint256) internal keyOf;
    /// What a bridge keeps of the attempts it posted; by (job, segment, attempt).
    mapping(bytes32 place => address[]) internal membersOf;
    mapping(bytes32 place => bytes32[]) internal commitmentsOf;
    /// Numbers of the attempts in a segment's present record; by (job, segment, 0).
    mapping(bytes32 place => uint32[]) internal attemptsOf;

    function setUp() public virtual {
        vm.roll(100);
        deploy(rulesForTests(), timingForTests());
        vm.deal(ALICE, 1000 ether);
        vm.deal(BOB, 1000 ether);
        vm.deal(CAROL, 1000 ether);
    }

    /// Goes ahead to a block; never back.
    function reach(uint256 blockNumber) internal {
        if (block.number < blockNumber) vm.roll(blockNumber);
    }

    // ------------------------------------------------------------------------------------------------------ deployment

    function rulesForTests() internal pure virtual returns (IJobBoard.Rules memory) {
        return IJobBoard.Rules({
            seedLagBlocks: 2,
            commitBlocks: 2,
            revealBlocks: 10,
            challengeBlocks: 20,
            stallBlocks: 300,
            hardSlashBp: 5000,
            softSlashBp: 100,
            challengeRewardBp: 3000,
            challengeBondWei: uint128(BOND_WEI)
        });
    }

    /// And the longest life of a job.
    function unstakeDelay() internal pure virtual returns (uint64) {
        return UNSTAKE_DELAY;
    }

    function timingForTests() internal pure virtual returns (IAuctionHouse.Timing memory) {
        return IAuctionHouse.Timing({auctionBlocks: 20, extensionBlocks: 5, hardEndBlocks: 40, minIncrementBp: 500});
    }

    /// The deploy order of contracts/README.md: five plain creations by one account.
    function deploy(IJobBoard.Rules memory rules, IAuctionHouse.Timing memory timing) internal {
        uint256 nonce = vm.getNonce(address(this));
        address boardAddress = vm.computeCreateAddress(address(this), nonce + 3);
        address houseAddress = vm.computeCreateAddress(address(this), nonce + 4);
        sellerCount = 0;
        catalog = IDataCatalog(vm.deployCode("DataCatalog.sol:DataCatalog", ""));
        till = ISettlement(vm.deployCode("Settlement.sol:Settlement", abi.encode(catalog, houseAddress, boardAddress)));
        registry = IExecutorRegistry(
            vm.deployCode(
                "ExecutorRegistry.sol:ExecutorRegistry", abi.encode(till, boardAddress, UNIT_WEI, unstakeDelay())
            )
        );
        board = IJobBoard(vm.deployCode("JobBoard.sol:JobBoard", abi.encode(registry, till, houseAddress, rules)));
        house = IAuctionHouse(vm.deployCode("AuctionHouse.sol:AuctionHouse", abi.encode(till, board, ADMIN, timing)));
    }

    // --------------------------------------------------------------------------------------------- sellers, executors

    function tagsOf(bytes32 a) internal pure returns (bytes32[] memory tags) {
        tags = new bytes32[](1);
        tags[0] = a;
    }

    function tagsOf(bytes32 a, bytes32 b) internal pure returns (bytes32[] memory tags) {
        tags = new bytes32[](2);
        (tags[0], tags[1]) = (a, b);
    }

    function seller(uint256 i) internal pure returns (address) {
        return address(uint160(0x5E11E0000 + i));
    }

    function shardRoot(uint256 i) internal pure returns (bytes32) {
        return keccak256(abi.encode("shard", i));
    }

    function addSellers(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            addShard(seller(i), 0.05 ether);
        }
    }

    /// Registers the next shard under digits and vision.
    function addShard(address owner, uint96 reserveWei) internal {
        vm.prank(owner);
        catalog.register(tagsOf(DIGITS, VISION), shardRoot(sellerCount++), 4800, reserveWei);
    }

    function shards(uint256 count) internal pure returns (bytes32[] memory roots) {
        roots = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            roots[i] = shardRoot(i);
        }
    }

    /// What the catalogue must be shown for digits and vision.
    function lists() internal view returns (bytes32[][] memory all) {
        all = new bytes32[][](sellerCount == 0 ? 0 : 1);
        if (sellerCount > 0) all[0] = shards(sellerCount);
    }

    function addExecutor(uint256 i, uint32 units) internal returns (address executor) {
        executor = vm.addr(0xE0000 + i);
        keyOf[executor] = 0xE0000 + i;
        vm.deal(executor, 100 ether);
        vm.prank(executor);
        registry.register{value: units * UNIT_WEI}(units);
    }

    function addExecutors(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            addExecutor(i, 1);
        }
    }

    // ------------------------------------------------------------------------------------------------------------ jobs

    function requestForTests() internal pure virtual returns (Request memory) {
        return Request({
            specHash: SPEC,
            tauBp: 9000,
            minSellers: 2,
            segments: 2,
            lead: 3,
            policy: 0,
            minSize: 3,
            cNum: 1,
            cDen: 1,
            executorShareBp: 3000,
            bridge: BRIDGE
        });
    }

    /// A won auction: the job is Open.
    function openJob(Request memory request, uint256 bidWei) internal returns (JobId jobId) {
        vm.prank(ALICE);
        jobId = house.open{value: bidWei}(tagsOf(DIGITS, VISION), request);
        reach(house.auction(jobId).endBlock + 1);
        house.close(jobId, lists());
    }

    /// Announces the seed block's hash and fixes the seed: the job is Running.
    function fixSeed(JobId jobId) internal {
        uint64 seedBlock = board.job(jobId).seedBlock;
        bytes memory header = Headers.withRandao(keccak256(abi.encode(RANDAO, jobId)));
        reach(seedBlock + 1);
        vm.setBlockhash(seedBlock, keccak256(header));
        board.fixSeed(jobId, header);
    }

    /// A running job over `sellers` sellers and `executors` executors.
    function startJob(uint256 sellers, uint256 executors, Request memory request) internal returns (JobId jobId) {
        addSellers(sellers);
        addExecutors(executors);
        jobId = openJob(request, 3 ether);
        fixSeed(jobId);
    }

    // ------------------------------------------------------------------------------------------------- draw and votes

    /// The members that the next attempt must have.
    function draw(JobId jobId, uint32 segment) internal view returns (address[] memory drawn) {
        IJobBoard.NextAttempt memory next = board.nextAttempt(jobId, segment);
        drawn = new address[](next.newMembers);
        bytes32 last = next.afterTicket;
        for (uint256 i = 0; i < drawn.length; ++i) {
            (drawn[i], last) = lowestAbove(jobId, segment, next.segmentSeed, last);
        }
    }

    function lowestAbove(JobId jobId, uint32 segment, bytes32 seed, bytes32 floor)
        private
        view
        returns (address best, bytes32 least)
    {
        uint64 poolBlock = board.job(jobId).poolBlock;
        least = bytes32(type(uint256).max);
        for (uint256 i = 0; i < registry.executorCount(); ++i) {
            address executor = registry.executorAt(i);
            uint32 units = registry.unitsAt(executor, poolBlock);
            if (units == 0) continue;
            bytes32 ticket = lowestTicket(jobId, segment, seed, executor, units);
            if (ticket > floor && ticket < least) (best, least) = (executor, ticket);
        }
    }

    function lowestTicket(JobId jobId, uint32 segment, bytes32 seed, address executor, uint32 units)
        private
        pure
        returns (bytes32 least)
    {
        least = bytes32(type(uint256).max);
        for (uint32 unit = 0; unit < units; ++unit) {
            bytes32 ticket = Records.ticket(seed, jobId, segment, executor, unit);
            if (ticket < least) least = ticket;
        }
    }

    function move(bytes32 digest) internal pure returns (Move memory) {
        return Move(Digest.wrap(digest), keccak256(abi.encode("witness", digest)), keccak256("salt"), false);
    }

    /// `count` equal moves.
    function moves(uint256 count, bytes32 digest) internal pure returns (Move[] memory all) {
        all = new Move[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = move(digest);
        }
    }

    function commitmentOf(JobId jobId, uint32 segment, uint32 attempt, address executor, Move memory m)
        internal
        view
        returns (bytes32)
    {
        return Records.commitment(
            Records.CommitmentOpening(
                board.domainSeparator(), jobId, segment, attempt, executor, m.digest, m.witness, m.salt
            )
        );
    }

    function commitmentsFor(JobId jobId, uint32 segment, uint32 attempt, address[] memory members, Move[] memory plan)
        internal
        view
        returns (bytes32[] memory commitments)
    {
        commitments = new bytes32[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            commitments[i] = commitmentOf(jobId, segment, attempt, members[i], plan[i]);
        }
    }

    function signVote(JobId jobId, uint32 segment, uint32 attempt, address executor, Move memory m)
        internal
        view
        returns (bytes32 r, bytes32 vs)
    {
        Ballot.Place memory where = Ballot.Place(board.domainSeparator(), jobId, segment, attempt);
        return vm.signCompact(keyOf[executor], Ballot.signingHash(where, m.digest, m.witness));
    }

    /// The votes of all members that are not silent.
    function votesOf(JobId jobId, uint32 segment, uint32 attempt, address[] memory members, Move[] memory plan)
        internal
        view
        returns (Vote[] memory votes)
    {
        votes = new Vote[](members.length);
        uint256 count = 0;
        for (uint16 i = 0; i < members.length; ++i) {
            if (plan[i].silent) continue;
            (bytes32 r, bytes32 vs) = signVote(jobId, segment, attempt, members[i], plan[i]);
            votes[count++] = Vote(i, plan[i].digest, plan[i].witness, plan[i].salt, r, vs);
        }
        assembly ("memory-safe") {
            mstore(votes, count)
        }
    }

    /// Posts the next attempt's commitments and goes to the first block of its reveal window.
    function post(JobId jobId, uint32 segment, Move[] memory plan)
        internal
        returns (uint32 attempt, address[] memory members)
    {
        attempt = board.nextAttempt(jobId, segment).attempt;
        members = draw(jobId, segment);
        bytes32[] memory commitments = commitmentsFor(jobId, segment, attempt, members, plan);
        postAs(jobId, segment, attempt, members, commitments);
        reach(board.attempt(jobId, segment, attempt).revealFromBlock);
    }

    /// Posts exactly this, and keeps it for the calls that need it back.
    function postAs(JobId jobId, uint32 segment, uint32 attempt, address[] memory members, bytes32[] memory commitments)
        internal
    {
        bytes32[] memory leaves = new bytes32[](members.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = Records.commitmentLeaf(members[i], commitments[i]);
        }
        membersOf[place(jobId, segment, attempt)] = members;
        commitmentsOf[place(jobId, segment, attempt)] = commitments;
        if (uint16(attempt) == 0) delete attemptsOf[place(jobId, segment, 0)];
        attemptsOf[place(jobId, segment, 0)].push(attempt);
        vm.prank(BRIDGE);
        board.postCommitments(jobId, segment, attempt, members, Trees.root(leaves));
    }

    function place(JobId jobId, uint32 segment, uint32 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encode(jobId, segment, attempt));
    }

    /// Neighbours that say the same become one group.
    function groupsOf(Vote[] memory votes) internal pure returns (IJobBoard.VoteGroup[] memory groups) {
        groups = new IJobBoard.VoteGroup[](votes.length);
        uint256 count = 0;
        for (uint256 i = 0; i < votes.length;) {
            uint256 end = i + 1;
            while (
                end < votes.length && votes[end].digest == votes[i].digest && votes[end].witness == votes[i].witness
            ) {
                ++end;
            }
            groups[count] = IJobBoard.VoteGroup(votes[i].digest, votes[i].witness, new IJobBoard.Opening[](end - i));
            for (uint256 k = i; k < end; ++k) {
                groups[count].openings[k - i] =
                    IJobBoard.Opening(votes[k].position, votes[k].salt, votes[k].r, votes[k].vs);
            }
            ++count;
            i = end;
        }
        assembly ("memory-safe") {
            mstore(groups, count)
        }
    }

    function castVotes(JobId jobId, uint32 segment, uint32 attempt, Vote[] memory votes) internal {
        bytes32 key = place(jobId, segment, attempt);
        board.castVotes(jobId, segment, attempt, membersOf[key], commitmentsOf[key], groupsOf(votes));
    }

    /// The members of all attempts in the segment's present record. Asks no contract: usable right after `refuses`.
    function allMembers(JobId jobId, uint32 segment) internal view returns (address[][] memory all) {
        uint32[] storage numbers = attemptsOf[place(jobId, segment, 0)];
        all = new address[][](numbers.length);
        for (uint16 i = 0; i < all.length; ++i) {
            all[i] = membersOf[place(jobId, segment, numbers[i])];
        }
    }

    function finalizeNow(JobId jobId, uint32 segment) internal {
        board.finalize(jobId, segment, allMembers(jobId, segment));
    }

    function earnedVotes(JobId jobId, address executor) internal view returns (uint32) {
        (address[] memory executors, uint32[] memory votes) = board.earners(jobId, 0, board.terms(jobId).earners);
        for (uint256 i = 0; i < executors.length; ++i) {
            if (executors[i] == executor) return votes[i];
        }
        return 0;
    }

    /// Plays a whole attempt: commitments, votes, and the end of the reveal window where somebody was silent.
    function play(JobId jobId, uint32 segment, Move[] memory plan) internal returns (address[] memory members) {
        uint32 attempt;
        (attempt, members) = post(jobId, segment, plan);
        castVotes(jobId, segment, attempt, votesOf(jobId, segment, attempt, members, plan));
        if (board.segment(jobId, segment).state == SegmentState.Committed) {
            reach(board.attempt(jobId, segment, attempt).revealUntilBlock + 1);
            board.closeAttempt(jobId, segment);
        }
    }

    /// Plays the next attempt with everybody voting for `digest`.
    function agree(JobId jobId, uint32 segment, bytes32 digest) internal returns (address[] memory members) {
        return play(jobId, segment, moves(board.nextAttempt(jobId, segment).newMembers, digest));
    }

    function finalize(JobId jobId, uint32 segment) internal {
        reach(board.segment(jobId, segment).finalFromBlock);
        finalizeNow(jobId, segment);
    }

    /// Opening, and the digest it belongs to, of the job's last segment.
    function lastDigest(JobId jobId, ISettlement.OpenedDigest memory opened) internal view returns (bytes32) {
        IJobBoard.Job memory job = board.job(jobId);
        uint32 last = job.segments - 1;
        Digest previous = last == 0 ? Digest.wrap(job.jobHash) : board.segment(jobId, last - 1).verdict;
        return Digest.unwrap(
            Records.digest(
                Records.DigestOpening({
                    jobHash: job.jobHash,
                    segment: last,
                    previous: previous,
                    stateRoot: opened.stateRoot,
                    osmdRoot: opened.osmdRoot,
                    metricBp: opened.metricBp,
                    accessesRoot: Records.accessesRoot(opened.accesses)
                })
            )
        );
    }

    function opening(uint32 metricBp, uint256 sellers) internal pure returns (ISettlement.OpenedDigest memory opened) {
        opened = ISettlement.OpenedDigest(keccak256("state"), keccak256("osmd"), metricBp, new uint32[](sellers));
        for (uint32 i = 0; i < sellers; ++i) {
            opened.accesses[i] = i + 1;
        }
    }

    // --------------------------------------------------------------------------------------------------------- checks

    function checkJob(JobId jobId, JobState expected) internal view {
        eq(uint256(board.job(jobId).state), uint256(expected), "job state");
    }

    function checkSegment(JobId jobId, uint32 segment, SegmentState expected) internal view {
        eq(uint256(board.segment(jobId, segment).state), uint256(expected), "segment state");
    }
}
