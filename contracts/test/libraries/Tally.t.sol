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
        tally.count(0, digestOf(0), bytes32("w"), 1);

        eq(tally.best, 1, "best");
        eq(tally.second, 0, "second");
        eq(tally.leader, digestOf(0), "leader");
        eq(tally.leaderId, 1, "ids begin with 1");
    }

    function test_count_tieKeepsTheFirstLeader() public {
        tally.count(0, digestOf(0), bytes32("w"), 1);
        tally.count(0, digestOf(1), bytes32("w"), 2);

        eq(tally.lead(), 0, "lead");
        eq(tally.leader, digestOf(0), "leader");
    }

    function test_count_overtakingSwapsBestAndSecond() public {
        tally.count(0, digestOf(0), bytes32("w"), 1);
        tally.count(0, digestOf(1), bytes32("w"), 6);

        eq(tally.best, 2, "best");
        eq(tally.second, 1, "second");
        eq(tally.leader, digestOf(1), "leader");
    }

    function test_count_uncommonWitnessDoesNotCount() public {
        tally.count(0, digestOf(0), bytes32("common"), 3);
        tally.count(0, digestOf(0), bytes32("uncommon"), 4);

        eq(tally.best, 2, "votes");
        (uint256 all, uint256 counted) = tally.votersOf(0, 1);
        eq(all, 7, "all three said it");
        eq(counted, 3, "two count");
    }

    function test_votersOf_tied_blamesNobody() public {
        tally.count(0, digestOf(0), bytes32("one"), 1);
        tally.count(0, digestOf(0), bytes32("two"), 2);

        eq(tally.best, 1, "only the largest group counts");
        (, uint256 counted) = tally.votersOf(0, 1);
        eq(counted, 3, "tie");
        tally.count(0, digestOf(0), bytes32("two"), 4);
        (, counted) = tally.votersOf(0, 1);
        eq(counted, 6, "no tie any more");
        eq(tally.best, 2, "votes");
    }

    function test_votersOf_theLargestGrows_staysUntied() public {
        tally.count(0, digestOf(0), bytes32("one"), 3);
        tally.count(0, digestOf(0), bytes32("two"), 4);
        tally.count(0, digestOf(0), bytes32("one"), 8);

        (, uint256 counted) = tally.votersOf(0, 1);
        eq(counted, 11, "the first group");
        eq(tally.best, 3, "votes");
    }

    function test_count_witnessesAreComparedWithinAnAttemptOnly() public {
        tally.count(0, digestOf(0), bytes32("attempt 0"), 1);
        tally.count(1, digestOf(0), bytes32("attempt 1"), 1);

        eq(tally.best, 2, "both count");
    }

    function testFuzz_count_matchesARecount(Vote[] memory votes) public {
        for (uint256 i = 0; i < votes.length && i < 40; ++i) {
            Vote memory v = votes[i];
            v.attempt = uint8(v.attempt % KINDS);
            v.digest = uint8(v.digest % KINDS);
            v.witness = uint8(v.witness % KINDS);
            tally.count(v.attempt, digestOf(v.digest), bytes32(uint256(v.witness)), uint256(1) << i);

            (uint256 best, uint256 second) = recount(votes, i + 1);
            eq(tally.best, best, "best");
            eq(tally.second, second, "second");
            eq(tally.standings[tally.leader].votes, best, "the leader has the best count");
        }
    }

    /// Equal votes of an attempt in one call, or one by one.
    function testFuzz_count_batchesAreSumsOfVotes(Vote[] memory votes) public {
        uint256[KINDS ** 3] memory batches;
        for (uint256 i = 0; i < votes.length && i < 40; ++i) {
            Vote memory v = votes[i];
            (v.attempt, v.digest, v.witness) =
            (uint8(v.attempt % KINDS), uint8(v.digest % KINDS), uint8(v.witness % KINDS));
            batches[(uint256(v.attempt) * KINDS + v.digest) * KINDS + v.witness] |= uint256(1) << i;
        }
        for (uint256 b = 0; b < batches.length; ++b) {
            if (batches[b] == 0) continue;
            uint16 attempt = uint16(b / KINDS / KINDS);
            tally.count(attempt, digestOf(b / KINDS % KINDS), bytes32(b % KINDS), batches[b]);
        }

        (uint256 best, uint256 second) = recount(votes, votes.length < 40 ? votes.length : 40);
        eq(tally.best, best, "best");
        eq(tally.second, second, "second");
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
