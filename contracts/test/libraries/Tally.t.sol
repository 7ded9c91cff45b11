// The tally against a naive recount from the list of votes.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest} from "../../src/Types.sol";
import {Tally} from "../../src/libraries/Tally.sol";
import {Assert} from "../support/Assert.sol";

contract TallyTest is Assert {
    using Tally for Tally.State;

    struct Vote {
        uint8 attempt;
        uint8 digest;
        uint8 witness;
    }

    uint256 private constant KINDS = 3; // attempts, digests and witnesses in the fuzzed votes

    Tally.State private tally;

    function test_count_firstVoteLeads() public {
        tally.count(0, digestOf(0), bytes32("w"));

        eq(tally.best, 1, "best");
        eq(tally.second, 0, "second");
        eq(tally.leader, digestOf(0), "leader");
    }

    function test_count_tieKeepsTheFirstLeader() public {
        tally.count(0, digestOf(0), bytes32("w"));
        tally.count(0, digestOf(1), bytes32("w"));

        eq(tally.lead(), 0, "lead");
        eq(tally.leader, digestOf(0), "leader");
    }

    function test_count_overtakingSwapsBestAndSecond() public {
        tally.count(0, digestOf(0), bytes32("w"));
        tally.count(0, digestOf(1), bytes32("w"));
        tally.count(0, digestOf(1), bytes32("w"));

        eq(tally.best, 2, "best");
        eq(tally.second, 1, "second");
        eq(tally.leader, digestOf(1), "leader");
    }

    function test_count_uncommonWitnessDoesNotCount() public {
        (uint16 digestId, uint16 common) = tally.count(0, digestOf(0), bytes32("common"));
        tally.count(0, digestOf(0), bytes32("common"));
        (, uint16 uncommon) = tally.count(0, digestOf(0), bytes32("uncommon"));

        eq(tally.best, 2, "votes");
        check(tally.isUncommon(0, digestId, uncommon), "uncommon");
        check(!tally.isUncommon(0, digestId, common), "common");
    }

    function test_isUncommon_tied_blamesNobody() public {
        (uint16 digestId, uint16 one) = tally.count(0, digestOf(0), bytes32("one"));
        (, uint16 two) = tally.count(0, digestOf(0), bytes32("two"));

        eq(tally.best, 1, "only the largest group counts");
        check(!tally.isUncommon(0, digestId, one) && !tally.isUncommon(0, digestId, two), "tie");
    }

    function test_count_witnessesAreComparedWithinAnAttemptOnly() public {
        tally.count(0, digestOf(0), bytes32("attempt 0"));
        tally.count(1, digestOf(0), bytes32("attempt 1"));

        eq(tally.best, 2, "both count");
    }

    function testFuzz_count_matchesARecount(Vote[] memory votes) public {
        for (uint256 i = 0; i < votes.length && i < 40; ++i) {
            Vote memory v = votes[i];
            v.attempt = uint8(v.attempt % KINDS);
            v.digest = uint8(v.digest % KINDS);
            v.witness = uint8(v.witness % KINDS);
            tally.count(v.attempt, digestOf(v.digest), bytes32(uint256(v.witness)));

            (uint256 best, uint256 second) = recount(votes, i + 1);
            eq(tally.best, best, "best");
            eq(tally.second, second, "second");
            eq(tally.standings[tally.leader].votes, best, "the leader has the best count");
        }
    }

    function recount(Vote[] memory votes, uint256 length) private pure returns (uint256 best, uint256 second) {
        for (uint256 d = 0; d < KINDS; ++d) {
            uint256 total = 0;
            for (uint256 a = 0; a < KINDS; ++a) {
                total += largestGroup(votes, length, a, d);
            }
            if (total > best) (best, second) = (total, best);
            else if (total > second) second = total;
        }
    }

    function largestGroup(Vote[] memory votes, uint256 length, uint256 attempt, uint256 digest)
        private
        pure
        returns (uint256 largest)
    {
        uint256[KINDS] memory groups;
        for (uint256 i = 0; i < length; ++i) {
            if (votes[i].attempt != attempt || votes[i].digest != digest) continue;
            uint256 size = ++groups[votes[i].witness];
            if (size > largest) largest = size;
        }
    }

    function digestOf(uint256 i) private pure returns (Digest) {
        return Digest.wrap(keccak256(abi.encode("digest", i)));
    }
}
