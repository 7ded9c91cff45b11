// The vote's typed data against a signature that `cast wallet sign --data` made: an EIP-712 encoder that is not ours.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Ballot} from "../../src/libraries/Ballot.sol";
import {Assert} from "../support/Assert.sol";
import {vm} from "../support/Vm.sol";

contract BallotTest is Assert {
    struct Vote {
        JobId jobId;
        uint32 segment;
        uint32 attempt;
        Digest digest;
        bytes32 witness;
    }

    address private constant BOARD = 0x5FbDB2315678afecb367f032d93F642f64180aa3;
    address private constant SIGNER = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266; // anvil's first account
    bytes32 private constant R = 0x20bac4a0a132e7d6e36af3829a6eac97e75e4f0ee2b834155372feba6211aa6a;
    bytes32 private constant VS = 0xed5caefb280de59ba51c385bbd3e174225252343dfac6fd43bf3afbfa293f7b4;

    function setUp() public {
        vm.chainId(31337);
    }

    function test_requireSigner_acceptsCastsSignature() public view {
        this.verify(vote(), BOARD);
    }

    function test_requireSigner_anyFieldChanged_reverts() public {
        Vote memory v = vote();
        v.jobId = JobId.wrap(8);
        refusesVote(v, BOARD);
        (v = vote()).segment = 3;
        refusesVote(v, BOARD);
        (v = vote()).attempt = 1;
        refusesVote(v, BOARD);
        (v = vote()).digest = Digest.wrap(bytes32(uint256(1)));
        refusesVote(v, BOARD);
        (v = vote()).witness = bytes32(uint256(1));
        refusesVote(v, BOARD);
        refusesVote(vote(), address(this));
        vm.chainId(1);
        refusesVote(vote(), BOARD);
    }

    function verify(Vote calldata v, address board) external view {
        Ballot.Place memory place = Ballot.Place(Ballot.domainSeparator(board), v.jobId, v.segment, v.attempt);
        Ballot.requireSigner(Ballot.signingHash(place, v.digest, v.witness), SIGNER, R, VS);
    }

    function refusesVote(Vote memory v, address board) private {
        vm.expectPartialRevert(IJobBoard.BadSignature.selector);
        this.verify(v, board);
    }

    function vote() private pure returns (Vote memory) {
        bytes32 digest = 0x1111111111111111111111111111111111111111111111111111111111111111;
        bytes32 witness = 0x2222222222222222222222222222222222222222222222222222222222222222;
        return Vote(JobId.wrap(7), 2, 65_537, Digest.wrap(digest), witness);
    }
}
