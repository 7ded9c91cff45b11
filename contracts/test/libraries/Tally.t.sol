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
    }

    uint256 private constant KINDS = 3; // attempts and digests in the fuzzed votes

    Tally.State private tally;

    function test_count_firstVoteLeads() public {
        tally.count(0, digestOf(0), 1);

        eq(tally.best, 1, "best");
        eq(tally.second, 0, "second");
        eq(tally.leader, digestOf(0), "leader");
        eq(tally.leaderId, 1, "ids begin with 1");
    }

    function test_count_tieKeepsTheFirstLeader() public {
        tally.count(0, digestOf(0), 1);
        tally.count(0, digestOf(1), 2);

        eq(tally.lead(), 0, "lead");
        eq(tally.leader, digestOf(0), "leader");
    }

    function test_count_overtakingSwapsBestAndSecond() public {
        tally.count(0, digestOf(0), 1);
        tally.count(0, digestOf(1), 6);

        eq(tally.best, 2, "best");
        eq(tally.second, 1, "second");
        eq(tally.leader, digestOf(1), "leader");
    }

    function test_count_sumsOverAttempts() public {
        tally.count(0, digestOf(0), 1);
        tally.count(1, digestOf(0), 1);
        tally.count(1, digestOf(0), 6);

        eq(tally.best, 4, "all count");
        eq(tally.votersOf(0, 1), 1, "attempt 0");
        eq(tally.votersOf(1, 1), 7, "attempt 1");
        eq(tally.votersOf(2, 1), 0, "no attempt 2");
    }

    function test_votersOf_tellsDigestsApart() public {
        tally.count(0, digestOf(0), 3);
        tally.count(0, digestOf(1), 4);

        eq(tally.votersOf(0, 1), 3, "the first digest's");
        eq(tally.votersOf(0, 2), 4, "the second's");
    }

    function testFuzz_count_matchesARecount(Vote[] memory votes) public {
        for (uint256 i = 0; i < votes.length && i < 40; ++i) {
            Vote memory v = votes[i];
            v.attempt = uint8(v.attempt % KINDS);
            v.digest = uint8(v.digest % KINDS);
            tally.count(v.attempt, digestOf(v.digest), uint256(1) << i);

            (uint256 best, uint256 second) = recount(votes, i + 1);
            eq(tally.best, best, "best");
            eq(tally.second, second, "second");
            eq(tally.standings[tally.leader].votes, best, "the leader has the best count");
        }
    }

    /// Equal votes of an attempt in one call, or one by one.
    function testFuzz_count_batchesAreSumsOfVotes(Vote[] memory votes) public {
        uint256[KINDS ** 2] memory batches;
        for (uint256 i = 0; i < votes.length && i < 40; ++i) {
            Vote memory v = votes[i];
            (v.attempt, v.digest) = (uint8(v.attempt % KINDS), uint8(v.digest % KINDS));
            batches[uint256(v.attempt) * KINDS + v.digest] |= uint256(1) << i;
        }
        for (uint256 b = 0; b < batches.length; ++b) {
            if (batches[b] > 0) tally.count(uint16(b / KINDS), digestOf(b % KINDS), batches[b]);
        }

        (uint256 best, uint256 second) = recount(votes, votes.length < 40 ? votes.length : 40);
        eq(tally.best, best, "best");
        eq(tally.second, second, "second");
    }

    function recount(Vote[] memory votes, uint256 length) private pure returns (uint256 best, uint256 second) {
        for (uint256 d = 0; d < KINDS; ++d) {
            uint256 total = 0;
            for (uint256 i = 0; i < length; ++i) {
                if (votes[i].digest == d) ++total;
            }
            if (total > best) (best, second) = (total, best);
            else if (total > second) second = total;
        }
    }

    function digestOf(uint256 i) private pure returns (Digest) {
        return Digest.wrap(keccak256(abi.encode("digest", i)));
    }
}
