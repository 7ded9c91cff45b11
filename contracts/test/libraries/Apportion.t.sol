// Largest-remainder shares against tests/vectors/apportion.json, and as properties.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Apportion} from "../../src/libraries/Apportion.sol";
import {Assert} from "../support/Assert.sol";
import {vm} from "../support/Vm.sol";

contract ApportionTest is Assert {
    function test_split_matchesVectors() public view {
        string memory json = vm.readFile("../tests/vectors/apportion.json");
        uint256 cases = 0;
        for (; vm.keyExistsJson(json, item(cases, "")); ++cases) {
            uint256 total = vm.parseJsonUint(json, item(cases, ".total"));
            uint256[] memory expected = vm.parseJsonUintArray(json, item(cases, ".parts"));
            uint256[] memory parts =
                Apportion.split(total, narrow(vm.parseJsonUintArray(json, item(cases, ".weights"))));
            eq(parts.length, expected.length, "number of parts");
            for (uint256 i = 0; i < parts.length; ++i) {
                eq(parts[i], expected[i], "part");
            }
        }
        check(cases > 20, "vectors present");
    }

    function test_split_allWeightsZero_paysNobody() public pure {
        uint256[] memory parts = Apportion.split(5, new uint32[](3));

        eq(parts.length, 3, "one part a weight");
        eq(parts[0] + parts[1] + parts[2], 0, "nobody is paid");
    }

    function testFuzz_split_sumsToTheWei(uint128 amountWei, uint32[] memory weights) public pure {
        vm.assume(Apportion.sum(weights) > 0);
        uint256[] memory parts = Apportion.split(amountWei, weights);

        uint256 paid = 0;
        for (uint256 i = 0; i < parts.length; ++i) {
            paid += parts[i];
        }
        eq(paid, amountWei, "sum of parts");
    }

    function testFuzz_split_isWithinOneWeiOfExact(uint128 amountWei, uint32[] memory weights) public pure {
        uint256 total = Apportion.sum(weights);
        vm.assume(total > 0);
        uint256[] memory parts = Apportion.split(amountWei, weights);

        for (uint256 i = 0; i < parts.length; ++i) {
            uint256 down = uint256(amountWei) * weights[i] / total;
            check(parts[i] == down || parts[i] == down + 1, "rounded down or up");
            check(weights[i] > 0 || parts[i] == 0, "nothing for nothing");
        }
    }

    function testFuzz_split_moreWeightNeverGetsLess(uint128 amountWei, uint32[] memory weights) public pure {
        vm.assume(Apportion.sum(weights) > 0);
        uint256[] memory parts = Apportion.split(amountWei, weights);

        for (uint256 i = 1; i < parts.length; ++i) {
            if (weights[i - 1] > weights[i]) check(parts[i - 1] >= parts[i], "more weight");
            if (weights[i - 1] < weights[i]) check(parts[i - 1] <= parts[i], "less weight");
            if (weights[i - 1] == weights[i]) check(parts[i - 1] >= parts[i], "ties go to the lower index");
        }
    }

    function narrow(uint256[] memory wide) private pure returns (uint32[] memory weights) {
        weights = new uint32[](wide.length);
        for (uint256 i = 0; i < wide.length; ++i) {
            weights[i] = uint32(wide[i]);
        }
    }

    function item(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".apportion[", vm.toString(i), "]", field);
    }
}
