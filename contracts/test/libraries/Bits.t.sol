// Sets of positions: counting against the obvious loop.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bits} from "../../src/libraries/Bits.sol";
import {Assert} from "../support/Assert.sol";

contract BitsTest is Assert {
    using Bits for uint256;

    function test_count_emptyAndFull() public pure {
        eq(uint256(0).count(), 0, "empty");
        eq(type(uint256).max.count(), 256, "full");
        eq((type(uint256).max - 1).count(), 255, "all but one");
    }

    function testFuzz_count_isTheNumberOfPositions(uint256 set) public pure {
        uint256 expected = 0;
        for (uint256 i = 0; i < 256; ++i) {
            if (set.has(i)) ++expected;
        }
        eq(set.count(), expected, "count");
    }

    function testFuzz_with_addsOnePosition(uint256 set, uint8 position) public pure {
        check(set.with(position).has(position), "is in");
        eq(set.with(position).count(), set.has(position) ? set.count() : set.count() + 1, "one more");
    }
}
