// Gas of a job's transactions by set size, each measured as a transaction of its own (cold storage, calldata, base fee of 21,000).
// Writes snapshots/gas.json; scripts/test-contracts fails when that file changes.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobId, Request} from "../src/Types.sol";
import {IJobBoard} from "../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Headers} from "./support/Headers.sol";
import {Market} from "./support/Market.sol";
import {Trees} from "./support/Trees.sol";
import {vm} from "./support/Vm.sol";

/// forge-config: default.isolate = true
/// forge-config: full.isolate = true
contract GasTest is Market {
    uint256 private constant SELLERS = 12;

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
        vm.prank(seller(0));
        catalog.register(tagsOf(DIGITS, VISION), shardRoot(0), 4800, 0.05 ether);
        record("register shard, 2 tags", 0);
        addExecutor(0, 1);
        record("register executor", 0);
        for (uint256 i = 1; i < SELLERS; ++i) {
            vm.prank(seller(i));
            catalog.register(tagsOf(DIGITS, VISION), shardRoot(i), 4800, 0.05 ether);
        }
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
        house.close(jobId);
        record("close auction, 12 sellers", 0);
        uint64 seedBlock = board.job(jobId).seedBlock;
        vm.roll(seedBlock + 1);
        vm.setBlockhash(seedBlock, Headers.ANVIL_HASH);
        board.fixSeed(jobId, Headers.ANVIL);
        record("fix seed", 0);
    }

    function measure(uint16 size) private {
        Request memory request = requestForTests();
        (request.segments, request.minSize) = (1, size);
        JobId jobId = openJob(request, 3 ether);
        fixSeed(jobId);
        ISettlement.OpenedDigest memory opened = opening(9500, SELLERS);
        Move[] memory plan = moves(size, lastDigest(jobId, opened));
        address[] memory members = draw(jobId, 0);
        bytes32 root = Trees.root(leavesOf(jobId, 0, 0, members, plan));

        vm.prank(BRIDGE);
        board.postCommitments(jobId, 0, 0, members, root);
        record("post commitments", size);
        vm.roll(board.attempt(jobId, 0, 0).revealFromBlock);
        board.castVotes(jobId, 0, 0, votesOf(jobId, 0, 0, members, plan));
        record("cast votes", size);
        vm.roll(board.segment(jobId, 0).finalFromBlock);
        board.finalize(jobId, 0);
        record("finalize", size);
        till.settle(jobId, opened);
        record("settle, 12 sellers", size);
    }

    function record(string memory call, uint256 size) private {
        string memory name =
            size == 0 ? call : string.concat(call, ", set of ", size < 10 ? "0" : "", vm.toString(size));
        vm.snapshotGasLastCall("gas", name);
    }
}
