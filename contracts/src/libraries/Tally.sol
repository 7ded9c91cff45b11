// The count of a segment's votes: best and second best digest over all attempts (docs/protocol.md 2.3, 2.4).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest} from "../Types.sol";
import {Bits} from "./Bits.sol";

/// A vote counts for the digest it names. Who voted is kept as sets of positions: a batch of equal votes costs as much storage as one vote.
library Tally {
    using Bits for uint256;

    struct Standing {
        uint16 votes;
        uint16 id; // the digest's number in this segment, from 1
    }

    struct State {
        uint16 best;
        uint16 second;
        uint16 digests; // distinct ones so far
        uint16 leaderId;
        Digest leader; // with the most votes; of equals the one that got there first
        mapping(Digest => Standing) standings;
        mapping(uint256 => uint256) voters; // positions by (attempt, digest id)
    }

    /// @notice Best votes minus second best.
    function lead(State storage self) internal view returns (uint256) {
        return self.best - self.second;
    }

    /// @notice Counts votes of an attempt for one digest.
    /// @param positions of the members, none of which has voted before; not empty.
    function count(State storage self, uint16 attempt, Digest digest, uint256 positions) internal {
        Standing storage standing = self.standings[digest];
        if (standing.id == 0) standing.id = ++self.digests;
        self.voters[_key(attempt, standing.id)] |= positions;
        standing.votes += positions.count();
        _rank(self, digest, standing.id, standing.votes);
    }

    /// @notice Who voted for a digest in an attempt.
    function votersOf(State storage self, uint16 attempt, uint16 digestId) internal view returns (uint256) {
        return self.voters[_key(attempt, digestId)];
    }

    /// Files the new count of a digest that grew.
    function _rank(State storage self, Digest digest, uint16 digestId, uint16 votes) private {
        if (digestId == self.leaderId) {
            self.best = votes;
        } else if (votes > self.best) {
            (self.second, self.best, self.leaderId, self.leader) = (self.best, votes, digestId, digest);
        } else if (votes > self.second) {
            self.second = votes;
        }
    }

    function _key(uint256 attempt, uint16 digestId) private pure returns (uint256) {
        return (attempt << 16) | digestId;
    }
}
