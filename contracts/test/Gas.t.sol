// Gas of a job's transactions by set size, each measured as a transaction of its own (cold storage, calldata, base fee of 21,000).
// Writes snapshots/gas.json; scripts/test-contracts fails when that file changes.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, Request} from "../src/Types.sol";
import {IJobBoard} from "../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Records} from "../src/libraries/Records.sol";
import {Headers} from "./support/Headers.sol";
import {Market} from "./support/Market.sol";
import {Trees} from "./support/Trees.sol";
import {vm} from "./support/Vm.sol";

/// forge-config: default.isolate = true
/// forge-config: full.isolate = true
contract GasTest is Market {
    uint256 private constant SELLERS = 12;

    string private pool; // named with the figures when it is not the usual one

    function test_gas_bySetSize() public {
        addSellers(SELLERS);
        addExecutors(24);
        uint16[4] memory sizes = [uint16(3), 6, 12, 24];
        for (uint256 i = 0; i < sizes.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            measure(sizes[i]);
            vm.revertToState(snapshot);
        }
    }

    function test_gas_ofTheMarket() public {
        addShard(seller(0), 0.05 ether);
        record("register shard, first with its tags", 0);
        addShard(seller(1), 0.05 ether);
        record("register shard, 2 tags", 0);
        for (uint256 i = 2; i < SELLERS; ++i) {
            addShard(seller(i), 0.05 ether);
        }
        addExecutor(0, 1);
        record("register executor", 0);
        for (uint256 i = 1; i < 6; ++i) {
            addExecutor(i, 1);
        }

        vm.prank(ALICE);
        JobId jobId = house.open{value: 2 ether}(tagsOf(DIGITS, VISION), requestForTests());
        record("open auction", 0);
        vm.prank(BOB);
        house.bid{value: 3 ether}(jobId, requestForTests());
        record("outbid", 0);
        vm.roll(house.auction(jobId).endBlock + 1);
        house.close(jobId, lists());
        record("close auction, 12 sellers", 0);
        uint64 seedBlock = board.job(jobId).seedBlock;
        vm.roll(seedBlock + 1);
        vm.setBlockhash(seedBlock, Headers.ANVIL_HASH);
        board.fixSeed(jobId, Headers.ANVIL);
        record("fix seed", 0);
    }

    function test_gas_ofDisputes() public {
        JobId jobId = startJob(2, 24, requestForTests());
        agree(jobId, 0, keccak256("digest"));
        agree(jobId, 1, keccak256("next digest"));
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, 0);
        record("challenge", 0);
        vm.prank(CAROL);
        board.challenge{value: BOND_WEI}(jobId, 1);
        record("challenge, second of a job", 0);

        // Somebody burned before, and somebody left the pool before: their slots are in use.
        equivocate(jobId, registry.executorAt(0));
        record("equivocation, first of all", 0);
        vm.roll(block.number + 1);
        equivocate(jobId, registry.executorAt(1));
        record("equivocation", 0);

        // In a job without bonds.
        JobId other = openJob(requestForTests(), 3 ether);
        equivocate(other, registry.executorAt(2));
        record("equivocation, no bonds held", 0);
    }

    function test_gas_ofAFalseWitness() public {
        JobId jobId = startJob(2, 24, requestForTests());
        bytes32 jobHash = board.job(jobId).jobHash;
        Records.DigestOpening memory opened =
            Records.DigestOpening(jobHash, 0, Digest.wrap(jobHash), SPEC, SPEC, 9500, SPEC, SPEC);
        address[] memory members = agree(jobId, 0, Digest.unwrap(Records.digest(opened)));
        finalize(jobId, 0);
        Move memory m = move(Digest.unwrap(Records.digest(opened)));
        for (uint256 i = 0; i < 2; ++i) {
            (bytes32 r, bytes32 vs) = signVote(jobId, 0, 0, members[i], m);
            IJobBoard.SignedVote memory vote = IJobBoard.SignedVote(m.digest, m.witness, r, vs);
            board.proveFalseWitness(jobId, 0, 0, members[i], vote, opened);
            record(i == 0 ? "false witness, first of all" : "false witness", 0);
            vm.roll(block.number + 1);
        }
    }

    function test_gas_ofAnExclusion() public {
        addSellers(2);
        addExecutors(24);
        proveOmission("exclusion, pool of 0024");
    }

    /// The dearest ends of a segment: challenged until the largest set is reached, all for nothing, so that everybody has earned a vote
    /// and nearly everybody a share of the lost bonds; the set doubling, or growing by one a challenge. A transaction may use 2^24 gas
    /// (EIP-7825): who could push a segment beyond that could keep it from ever becoming Final.
    function test_gas_ofTheLargestSet() public {
        addSellers(2);
        addExecutors(170);
        Request memory request = requestForTests();
        request.segments = 1;
        record("finalize, the largest set", finalizeLargest(request));
        (request.policy, request.lead, request.minSize) = (2, 1, 1);
        record("finalize, the largest set, one by one", finalizeLargest(request));
    }

    function finalizeLargest(Request memory request) private returns (uint256) {
        JobId jobId = openJob(request, 3 ether);
        fixSeed(jobId);
        agree(jobId, 0, keccak256("truth"));
        while (board.segment(jobId, 0).setSize < board.job(jobId).setCap) {
            vm.deal(CAROL, BOND_WEI);
            vm.prank(CAROL);
            board.challenge{value: BOND_WEI}(jobId, 0);
            agree(jobId, 0, keccak256("truth"));
        }
        reach(board.segment(jobId, 0).finalFromBlock);
        uint256 before = gasleft();
        finalizeNow(jobId, 0);
        check(before - gasleft() < 15_900_000, "5 % below the cap of a transaction");
        return 0;
    }

    /// As many sellers as a match can have, as many executors as are paid at once.
    function test_gas_ofTheLargestSettlement() public {
        addSellers(256);
        addExecutors(64);
        Request memory request = requestForTests();
        (request.segments, request.minSize) = (1, 64);
        JobId jobId = openJob(request, 3 ether);
        record("close auction, 256 sellers", 0);
        fixSeed(jobId);
        ISettlement.OpenedDigest memory opened = opening(9500, 256);
        agree(jobId, 0, lastDigest(jobId, opened));
        finalize(jobId, 0);
        uint256 before = gasleft();
        till.settle(jobId, opened, SPEC, shards(256));
        check(before - gasleft() < 15_900_000, "5 % below the cap of a transaction");
        record("settle, 256 sellers, 64 executors", 0);
    }

    function unstakeDelay() internal pure override returns (uint64) {
        return 100_000;
    }

    /// No call grows with the pool.
    function test_gas_ofAPoolOfThousand() public {
        addSellers(SELLERS);
        addExecutors(1000);
        proveOmission("exclusion, pool of 1000");
        uint256 snapshot = vm.snapshotState();
        pool = ", pool of 1000";
        measure(3);
        vm.revertToState(snapshot);
    }

    /// Every contract's creation, transaction and calldata included, with the settings of these tests.
    function test_gas_ofDeployment() public {
        deploy(rulesForTests(), timingForTests());
        uint256 total = 0;
        string[5] memory names = ["DataCatalog", "Settlement", "ExecutorRegistry", "JobBoard", "AuctionHouse"];
        for (uint256 i = 0; i < 5; ++i) {
            total += creationGas(names[i]);
        }
        vm.snapshotValue("gas", "deploy all", total);
    }

    /// 21,000 + 32,000 of the transaction, 2 a word of code, its calldata, 200 a byte kept. Constructors run for a little more.
    function creationGas(string memory name) private view returns (uint256 gas_) {
        bytes memory code = vm.getCode(string.concat(name, ".sol:", name));
        bytes memory kept = vm.getDeployedCode(string.concat(name, ".sol:", name));
        gas_ = 53_000 + 2 * ((code.length + 31) / 32) + 200 * kept.length;
        for (uint256 i = 0; i < code.length; ++i) {
            gas_ += code[i] == 0 ? 4 : 16;
        }
    }

    /// The first of four is skipped, and proves it.
    function proveOmission(string memory name) private {
        Request memory request = requestForTests();
        request.minSize = 5;
        JobId jobId = openJob(request, 3 ether);
        fixSeed(jobId);
        address[] memory five = draw(jobId, 0);
        request.minSize = 4;
        vm.deal(ALICE, 100 ether);
        uint256 snapshot = vm.snapshotState();
        // The same draw with four members is a prefix of it.
        address[] memory chosen = new address[](5);
        for (uint256 i = 0; i < 4; ++i) {
            chosen[i] = five[i + 1];
        }
        chosen[4] = sixth(jobId, five);
        vm.prank(BRIDGE);
        board.postCommitments(jobId, 0, 0, chosen, keccak256("root"));
        board.proveOmission(jobId, 0, 0, new address[](0), chosen, 0, five[0]);
        record(name, 0);
        vm.revertToState(snapshot);
    }

    function sixth(JobId jobId, address[] memory five) private returns (address member) {
        uint256 snapshot = vm.snapshotState();
        Move[] memory plan = moves(5, keccak256("a"));
        (plan[0], plan[1]) = (move(keccak256("b")), move(keccak256("b")));
        play(jobId, 0, plan);
        member = draw(jobId, 0)[0];
        vm.revertToState(snapshot);
        check(member != five[4], "another");
    }

    function equivocate(JobId jobId, address executor) private {
        Move memory a = move(keccak256("one"));
        Move memory b = move(keccak256("other"));
        (bytes32 r0, bytes32 vs0) = signVote(jobId, 0, 0, executor, a);
        (bytes32 r1, bytes32 vs1) = signVote(jobId, 0, 0, executor, b);
        board.proveEquivocation(
            jobId,
            0,
            0,
            executor,
            IJobBoard.SignedVote(a.digest, a.witness, r0, vs0),
            IJobBoard.SignedVote(b.digest, b.witness, r1, vs1)
        );
    }

    function measure(uint16 size) private {
        Request memory request = requestForTests();
        (request.segments, request.minSize) = (1, size);
        JobId jobId = openJob(request, 3 ether);
        fixSeed(jobId);
        ISettlement.OpenedDigest memory opened = opening(9500, SELLERS);
        Move[] memory plan = moves(size, lastDigest(jobId, opened));
        address[] memory members = draw(jobId, 0);
        postAs(jobId, 0, 0, members, commitmentsFor(jobId, 0, 0, members, plan));
        record("post commitments", size);
        vm.roll(board.attempt(jobId, 0, 0).revealFromBlock);
        IJobBoard.VoteGroup[] memory groups = groupsOf(votesOf(jobId, 0, 0, members, plan));
        // All vote: their commitments need not be sent.
        board.castVotes(jobId, 0, 0, members, new bytes32[](size), groups);
        record("cast votes", size);
        vm.roll(board.segment(jobId, 0).finalFromBlock);
        finalizeNow(jobId, 0);
        record("finalize", size);
        till.settle(jobId, opened, SPEC, shards(opened.accesses.length));
        record("settle, 12 sellers", size);
    }

    function record(string memory call, uint256 size) private {
        string memory name =
            size == 0 ? call : string.concat(call, ", set of ", size < 10 ? "0" : "", vm.toString(size));
        vm.snapshotGasLastCall("gas", string.concat(name, pool));
    }
}
