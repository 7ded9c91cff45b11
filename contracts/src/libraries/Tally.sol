// The count of a segment's votes: best and second best digest over all attempts (docs/protocol.md 2.3, 2.4).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest} from "../Types.sol";

/// Within one attempt, of the votes for one digest only those with the most common witness count:
/// votes[digest] = sum over attempts of (max over witnesses of count[attempt][digest][witness]), kept up to date vote by vote.
library Tally {
    struct Standing {
        uint16 votes;
        uint16 id; // the digest's number in this segment, from 1
    }

    /// The votes of one attempt for one digest with one witness.
    struct Group {
        uint16 votes;
        uint16 id; // the witness's number in its (attempt, digest), from 1
    }

    /// The largest group of one attempt for one digest.
    struct Top {
        uint16 votes;
        uint16 id;
        uint16 groups;
        bool tied; // another group is as large: nobody can say who is wrong
    }

    struct State {
        uint16 best;
        uint16 second;
        uint16 digests; // distinct ones so far
        uint16 leaderId;
        Digest leader; // with the most votes; of equals the one that got there first
        mapping(Digest => Standing) standings;
        mapping(bytes32 => Group) groups; // by (attempt, digest, witness)
        mapping(uint256 => Top) tops; // by (attempt, digest id)
    }

    /// @notice Best votes minus second best.
    function lead(State storage self) internal view returns (uint256) {
        return self.best - self.second;
    }

    /// @notice Counts one vote and says under which numbers it was filed.
    function count(State storage self, uint256 attempt, Digest digest, bytes32 witness)
        internal
        returns (uint16 digestId, uint16 witnessId)
    {
        Standing storage standing = self.standings[digest];
        if (standing.id == 0) standing.id = ++self.digests;
        digestId = standing.id;

        Top storage top = self.tops[_topKey(attempt, digestId)];
        Group storage group = self.groups[keccak256(abi.encode(attempt, digest, witness))];
        if (group.id == 0) group.id = ++top.groups;
        witnessId = group.id;

        uint16 votes = ++group.votes;
        if (votes > top.votes) {
            (top.votes, top.id, top.tied) = (votes, witnessId, false);
            _rank(self, digest, digestId, ++standing.votes);
        } else if (votes == top.votes) {
            top.tied = true;
        }
    }

    /// @notice True when a vote's witness is not the most common one of its attempt and digest.
    function isUncommon(State storage self, uint256 attempt, uint16 digestId, uint16 witnessId)
        internal
        view
        returns (bool)
    {
        Top storage top = self.tops[_topKey(attempt, digestId)];
        return !top.tied && top.id != witnessId;
    }

    /// Files the new count of a digest that grew by one.
    function _rank(State storage self, Digest digest, uint16 digestId, uint16 votes) private {
        if (digestId == self.leaderId) {
            self.best = votes;
        } else if (votes > self.best) {
            (self.second, self.best, self.leaderId, self.leader) = (self.best, votes, digestId, digest);
        } else if (votes > self.second) {
            self.second = votes;
        }
    }

    function _topKey(uint256 attempt, uint16 digestId) private pure returns (uint256) {
        return (attempt << 16) | digestId;
    }
}
