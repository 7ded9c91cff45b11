// A contract buys a model, hears how the job ended, and uses only what the accepted digest opens to.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState, Request} from "../../src/Types.sol";
import {ModelUser} from "../../src/examples/ModelUser.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

contract ModelUserTest is Market {
    ModelUser private user;
    ISettlement.OpenedDigest private opened;

    function setUp() public override {
        super.setUp();
        addSellers(2);
        addExecutors(6);
        vm.roll(101);
        vm.prank(ALICE);
        user = new ModelUser(house);
    }

    function test_buy_stranger_reverts() public {
        refuses(abi.encodeWithSelector(ModelUser.OnlyOwner.selector, BOB));
        vm.prank(BOB);
        user.buy{value: 1 ether}(tagsOf(DIGITS, VISION), oneSegment(), lists());
    }

    function test_buy_whileOneRuns_reverts() public {
        JobId jobId = bought();

        refuses(abi.encodeWithSelector(ModelUser.JobRunning.selector, jobId));
        vm.prank(ALICE);
        user.buy{value: 1 ether}(tagsOf(DIGITS, VISION), oneSegment(), lists());
    }

    function test_onJobClosed_stranger_reverts() public {
        JobId jobId = bought();

        refuses(abi.encodeWithSelector(ModelUser.OnlySettlement.selector, address(this)));
        user.onJobClosed(jobId, JobState.Settled, Digest.wrap(keccak256("mine")), 10_000);
    }

    function test_install_beforeTheJobSettled_reverts() public {
        bought();

        refuses(abi.encodeWithSelector(ModelUser.NoModel.selector));
        user.install(Digest.wrap(bytes32(0)), opening(9500, 2));
    }

    function test_install_anotherModel_reverts() public {
        JobId jobId = bought();
        settleWith(jobId, 9500);
        Digest previous = Digest.wrap(board.job(jobId).jobHash);
        ISettlement.OpenedDigest memory other = opening(9500, 2);
        other.stateRoot = keccak256("my own weights");

        vm.expectPartialRevert(ModelUser.NotTheModel.selector);
        user.install(previous, other);
        vm.expectPartialRevert(ModelUser.NotTheModel.selector);
        user.install(Digest.wrap(keccak256("other")), opening(9500, 2));
    }

    function test_settled_theModelIsAcceptedAndInstalled() public {
        JobId jobId = bought();
        bytes32 digest = settleWith(jobId, 9500);

        eq(user.model(), Digest.wrap(digest), "told the digest");
        vm.expectEmit(true, true, true, true, address(user));
        emit ModelUser.ModelInstalled(jobId, keccak256("state"));
        user.install(Digest.wrap(board.job(jobId).jobHash), opening(9500, 2));
        eq(user.stateRoot(), keccak256("state"), "state root");
    }

    function test_unmet_theMoneyBackIsTheOwnersAndItCanBuyAgain() public {
        JobId jobId = bought();
        settleWith(jobId, 100);

        check(user.model().isZero(), "no model");
        eq(till.creditOf(address(user)), 0.7 ether, "the sellers' part");
        uint256 before = ALICE.balance;
        user.recover();
        eq(ALICE.balance, before + 0.7 ether, "recovered");
        bought();
    }

    function test_void_isToldToo() public {
        JobId jobId = bought();
        vm.roll(block.number + 301);

        vm.expectEmit(true, true, true, true, address(till));
        emit ISettlement.BuyerTold(jobId, address(user), true);
        board.voidStale(jobId);
        eq(JobId.unwrap(user.job()), 0, "may buy again");
    }

    function test_receive_takesItsCredit() public {
        vm.deal(address(this), 1 ether);
        (bool sent,) = address(user).call{value: 1 ether}("");
        check(sent, "takes ether");
    }

    function bought() private returns (JobId jobId) {
        vm.prank(ALICE);
        jobId = user.buy{value: 1 ether}(tagsOf(DIGITS, VISION), oneSegment(), lists());
    }

    function settleWith(JobId jobId, uint32 metricBp) private returns (bytes32 digest) {
        fixSeed(jobId);
        ISettlement.OpenedDigest memory o = opening(metricBp, 2);
        digest = lastDigest(jobId, o);
        agree(jobId, 0, digest);
        finalize(jobId, 0);
        till.settle(jobId, o, SPEC, shards(o.accesses.length));
    }

    function oneSegment() private pure returns (Request memory request) {
        request = requestForTests();
        request.segments = 1;
    }
}
