// The count of a segment's votes: best and second best digest over all attempts (docs/protocol.md 2.3, 2.4).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest} from "../Types.sol";
import {Bits} from "./Bits.sol";

/// Within one attempt, of the votes for one digest only those with the most common witness count:
/// votes[digest] = sum over attempts of (max over witnesses of count[attempt][digest][witness]), kept up to date batch by batch.
/// Who voted is kept as sets of positions: a batch of equal votes costs as much storage as one vote.
library Tally {
    using Bits for uint256;

    struct Standing {
        uint16 votes;
        uint16 id; // the digest's number in this segment, from 1
    }

    /// The votes of one attempt for one digest.
    struct Share {
        uint256 all;
        uint256 most; // those with the most common witness; zero while all have the same one
        bool tied; // another witness is as common: nobody can say who is wrong
    }

    struct State {
        uint16 best;
        uint16 second;
        uint16 digests; // distinct ones so far
        uint16 leaderId;
        Digest leader; // with the most votes; of equals the one that got there first
        mapping(Digest => Standing) standings;
        mapping(bytes32 => uint256) groups; // positions by (attempt, digest, witness)
        mapping(uint256 => Share) shares; // by (attempt, digest id)
    }

    /// @notice Best votes minus second best.
    function lead(State storage self) internal view returns (uint256) {
        return self.best - self.second;
    }

    /// @notice Counts equal votes of an attempt.
    /// @param positions of the members, none of which has voted before; not empty.
    function count(State storage self, uint16 attempt, Digest digest, bytes32 witness, uint256 positions) internal {
        Standing storage standing = self.standings[digest];
        if (standing.id == 0) standing.id = ++self.digests;
        bytes32 key = keccak256(abi.encode(attempt, digest, witness));
        uint256 before = self.groups[key];
        self.groups[key] = before | positions;
        uint16 gained = _gained(self.shares[_key(attempt, standing.id)], before, before | positions);
        if (gained == 0) return;
        standing.votes += gained;
        _rank(self, digest, standing.id, standing.votes);
    }

    /// @notice Who voted for a digest in an attempt, and which of these votes count.
    function votersOf(State storage self, uint16 attempt, uint16 digestId)
        internal
        view
        returns (uint256 all, uint256 counted)
    {
        Share storage share = self.shares[_key(attempt, digestId)];
        all = share.all;
        counted = share.tied ? all : _largest(share, all);
    }

    /// Files a group that grew from `before` to `group`. Returns by how many votes the largest group grew.
    function _gained(Share storage share, uint256 before, uint256 group) private returns (uint16) {
        uint256 all = share.all;
        uint256 largest = _largest(share, all);
        share.all = all | group;
        if (before == all) return group.count() - before.count(); // the only witness so far

        uint16 top = largest.count();
        uint16 votes = group.count();
        if (votes < top) {
            if (share.most == 0) share.most = largest;
            return 0;
        }
        share.tied = votes == top && before != largest;
        share.most = votes == top ? largest : group;
        return votes - top;
    }

    function _largest(Share storage share, uint256 all) private view returns (uint256) {
        uint256 most = share.most;
        return most == 0 ? all : most;
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
