// The few assertions these tests use. Each takes a label, and says both values when it fails.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest} from "../../src/Types.sol";
import {vm} from "./Vm.sol";

error NotEqual(string label, uint256 actual, uint256 expected);
error NotEqualHash(string label, bytes32 actual, bytes32 expected);
error NotEqualAddress(string label, address actual, address expected);
error NotTrue(string label);

abstract contract Assert {
    function check(bool condition, string memory label) internal pure {
        if (!condition) revert NotTrue(label);
    }

    function eq(uint256 actual, uint256 expected, string memory label) internal pure {
        if (actual != expected) revert NotEqual(label, actual, expected);
    }

    function eq(bytes32 actual, bytes32 expected, string memory label) internal pure {
        if (actual != expected) revert NotEqualHash(label, actual, expected);
    }

    function eq(Digest actual, Digest expected, string memory label) internal pure {
        eq(Digest.unwrap(actual), Digest.unwrap(expected), label);
    }

    function eq(address actual, address expected, string memory label) internal pure {
        if (actual != expected) revert NotEqualAddress(label, actual, expected);
    }

    /// Folds a fuzzed number into [low, high].
    function bound(uint256 x, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + x % (high - low + 1);
    }

    /// The next call must revert with exactly these bytes.
    function refuses(bytes memory reason) internal {
        vm.expectRevert(reason);
    }
}
