// Sizes of execution sets: hand-computed rows of docs/protocol.md 2.3, and bounds.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Growth} from "../../src/libraries/Growth.sol";
import {Assert} from "../support/Assert.sol";

contract GrowthTest is Assert {
    function test_doubling_doubles() public pure {
        Growth.Policy memory p = Growth.Policy(Growth.DOUBLING, 3, 2, 1, 1);

        eq(Growth.sizeAfter(p, 0, 0, 0, 100), 3, "max(L, minSize) = L");
        eq(Growth.sizeAfter(p, 1, 3, 1, 100), 6, "twice 3");
        eq(Growth.sizeAfter(p, 2, 6, 1, 100), 12, "twice 6");
        eq(Growth.sizeAfter(p, 2, 6, 1, 7), 7, "capped by the pool");
        p.minSize = 5;
        eq(Growth.sizeAfter(p, 0, 0, 0, 100), 5, "max(L, minSize) = minSize");
    }

    function test_d2m_followsThePapersLaw() public pure {
        Growth.Policy memory p = Growth.Policy(Growth.D2M, 3, 4, 1, 1);

        // d2m.md 2.2: base 4 gives sets of 5, 6, 8, 12, 20; totals 5, 11, 19, 31, 51.
        uint256[5] memory totals = [uint256(5), 11, 19, 31, 51];
        uint256 total = 0;
        for (uint256 i = 0; i < totals.length; ++i) {
            total = Growth.sizeAfter(p, i, total, 0, 1000);
            eq(total, totals[i], "total after attempt i");
        }
    }

    function test_lead_asksForWhatIsMissing() public pure {
        Growth.Policy memory p = Growth.Policy(Growth.LEAD, 3, 2, 1, 1);

        eq(Growth.sizeAfter(p, 0, 0, 0, 100), 3, "first set");
        eq(Growth.sizeAfter(p, 1, 3, 1, 100), 5, "3 - 1 missing");
        (p.cNum, p.cDen) = (3, 2);
        eq(Growth.sizeAfter(p, 1, 3, 2, 100), 5, "ceil(3/2 * 1)");
        eq(Growth.sizeAfter(p, 1, 3, 0, 100), 8, "ceil(3/2 * 3)");
    }

    function test_lead_challengedWithFullLead_asksForAWholeLead() public pure {
        Growth.Policy memory p = Growth.Policy(Growth.LEAD, 3, 2, 1, 1);

        eq(Growth.sizeAfter(p, 1, 5, 3, 100), 8, "lead = L");
        eq(Growth.sizeAfter(p, 1, 5, 5, 100), 8, "lead > L");
    }

    function testFuzz_sizeAfter_growsUntilTheCap(
        uint8 kind,
        uint16 lead,
        uint16 minSize,
        uint16 total,
        uint16 leadNow,
        uint16 cap
    ) public pure {
        Growth.Policy memory p =
            Growth.Policy(kind % 3, uint16(bound(lead, 1, 50)), uint16(bound(minSize, 1, 300)), 3, 2);
        uint256 sizeCap = bound(cap, 1, 256);
        uint256 before = bound(total, 1, sizeCap);

        uint256 size = Growth.sizeAfter(p, 1 + total % 9, before, bound(leadNow, 0, before), sizeCap);
        check(size <= sizeCap, "never above the cap");
        check(size > before || size == sizeCap, "grows unless the pool is exhausted");
    }

    function testFuzz_sizeAfter_d2mNeverOverflows(uint16 index) public pure {
        Growth.Policy memory p = Growth.Policy(Growth.D2M, 3, 4, 1, 1);

        eq(Growth.sizeAfter(p, 1 + uint256(index) % 300 + 10, 50, 0, 256), 256, "capped");
    }
}
