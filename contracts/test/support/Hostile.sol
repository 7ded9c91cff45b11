// Accounts and buyers that misbehave, for the invariants: they revert, burn gas, call back, and force ether on others.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, JobState} from "../../src/Types.sol";
import {IJobConsumer} from "../../src/interfaces/IJobConsumer.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";

library Forcer {
    /// Sends ether where nobody can refuse it: a contract whose creation ends with SELFDESTRUCT to `victim`.
    function force(address victim, uint256 amountWei) internal {
        bytes memory code = abi.encodePacked(hex"73", victim, hex"ff");
        address made;
        assembly ("memory-safe") {
            made := create(amountWei, add(code, 32), mload(code))
        }
        require(made != address(0), "not forced");
    }
}

/// A payee and a buyer of one of three manners.
contract Hostile is IJobConsumer {
    enum Manner {
        Refuses, // takes no ether and fails when called back
        BurnsGas,
        Reenters // withdraws again while it is paid, and from the callback
    }

    Manner private immutable manner;
    ISettlement private immutable till;
    uint256 private burned;

    constructor(Manner manner_, ISettlement till_) {
        (manner, till) = (manner_, till_);
    }

    receive() external payable {
        misbehave();
    }

    function onJobClosed(JobId, JobState, Digest, uint32) external {
        misbehave();
    }

    function withdraw() external returns (uint256) {
        return till.withdraw();
    }

    function withdrawTo(address payable to) external returns (uint256) {
        return till.withdrawTo(to);
    }

    function misbehave() private {
        if (manner == Manner.Refuses) revert("no");
        if (manner == Manner.BurnsGas) {
            for (uint256 i = 0; i < 3000; ++i) {
                burned += i;
            }
        }
        if (manner == Manner.Reenters) {
            try till.withdraw() {} catch {}
        }
    }
}
