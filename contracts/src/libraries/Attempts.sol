// One attempt: opening it, its windows, its members' commitments and votes (docs/protocol.md 2.4).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Ballot} from "./Ballot.sol";
import {Bits} from "./Bits.sol";
import {Merkle} from "./Merkle.sol";
import {Record} from "./Record.sol";
import {Records} from "./Records.sol";
import {Tally} from "./Tally.sol";

library Attempts {
    using Ballot for Ballot.Place;
    using Bits for uint256;
    using Tally for Tally.State;

    /// @notice Appends an attempt and its members to a segment.
    function open(Record.Segment storage s, address[] calldata members, bytes32 root, uint48 revealFrom) internal {
        Record.Attempt storage a = s.attempt[s.attempts++];
        a.root = root;
        a.membersHash = hashOf(members);
        a.revealFrom = revealFrom;
        a.size = uint16(members.length);
        s.size += uint16(members.length);
        s.lastMember = members[members.length - 1];
    }

    function hashOf(address[] calldata members) internal pure returns (uint160) {
        return uint160(uint256(keccak256(abi.encodePacked(members))));
    }

    /// INVARIANT: whoever is named as a member was checked when the attempt was opened.
    function requireMembers(Record.Attempt storage a, uint32 number, address[] calldata members) internal view {
        if (a.membersHash != hashOf(members)) revert IJobBoard.WrongMembers(number);
    }

    /// @notice Reverts while the newest attempt, if there is one, still takes votes.
    function requireClosed(Record.Segment storage s, uint32 number, uint32 revealBlocks) internal view {
        if (s.attempts == 0) return;
        Record.Attempt storage a = s.attempt[s.attempts - 1];
        uint64 until = revealUntil(a, revealBlocks);
        if (a.voted.count() < a.size && block.number <= until) revert IJobBoard.AttemptOpen(number, until);
    }

    /// @notice Reverts outside the attempt's reveal window.
    function requireRevealing(Record.Attempt storage a, uint32 revealBlocks) internal view {
        if (block.number < a.revealFrom) revert IJobBoard.RevealWindowNotOpen(a.revealFrom);
        uint64 until = revealUntil(a, revealBlocks);
        if (block.number > until) revert IJobBoard.RevealWindowClosed(until);
    }

    /// @notice Last block in which votes are taken.
    function revealUntil(Record.Attempt storage a, uint32 revealBlocks) internal view returns (uint64) {
        return uint64(a.revealFrom) + revealBlocks - 1;
    }

    /// @notice Keeps the caller's own commitment for a position of its own.
    function commit(Record.Attempt storage a, address[] calldata members, uint16 position, bytes32 commitment)
        internal
    {
        if (block.number >= a.revealFrom) revert IJobBoard.CommitWindowClosed(a.revealFrom);
        if (position >= a.size) revert IJobBoard.NoSuchMember(position, a.size);
        if (msg.sender != members[position]) revert IJobBoard.NotTheMember(msg.sender, members[position]);
        if (commitment == bytes32(0)) revert IJobBoard.ZeroCommitment();
        if (a.direct.has(position)) revert IJobBoard.AlreadyCommitted(position);
        a.direct = a.direct.with(position);
        a.commitments[position] = commitment;
    }

    /// @notice Checks votes and counts them. Returns how many are still outstanding.
    function cast(
        Record.Segment storage s,
        Record.Attempt storage a,
        Ballot.Place memory place,
        address[] calldata members,
        bytes32[] calldata commitments,
        IJobBoard.VoteGroup[] calldata groups
    ) internal returns (uint256) {
        if (commitments.length != members.length) {
            revert IJobBoard.WrongSetSize(commitments.length, members.length);
        }
        bytes32[] memory committed = commitments;
        uint256 before = a.voted;
        uint256 voted = before;
        for (uint256 i = 0; i < groups.length; ++i) {
            uint256 positions = _check(a, place, members, committed, groups[i], before, voted);
            if (positions == 0) continue;
            voted |= positions;
            s.tally.count(uint16(place.attempt), groups[i].digest, positions);
        }
        if (voted == before) revert IJobBoard.NothingToCount();
        // INVARIANT: a vote counts only if it opens what its member committed to before anybody revealed: on the chain, or in the list.
        if (voted & ~before & ~a.direct != 0) _requireRoot(a, members, committed);
        a.voted = voted;
        return a.size - voted.count();
    }

    /// One group's votes: each opens its member's commitment and carries its signature. A zero in `committed` takes the commitment
    /// that the vote opens; the root decides. Votes that were counted by an earlier call are passed over, so that nobody can have a
    /// batch refused by casting one of them first. Returns the votes' positions.
    function _check(
        Record.Attempt storage a,
        Ballot.Place memory place,
        address[] calldata members,
        bytes32[] memory committed,
        IJobBoard.VoteGroup calldata group,
        uint256 before,
        uint256 voted
    ) private returns (uint256 positions) {
        if (group.digest.isZero()) revert IJobBoard.ZeroDigest();
        bytes memory head = Records.commitmentHead(place.domain, place.jobId, place.segment, place.attempt);
        bytes memory what = abi.encodePacked(group.digest, group.witness);
        bytes32 signed = place.signingHash(group.digest, group.witness);
        uint256 direct = a.direct;
        address[] memory executors = new address[](group.openings.length);
        uint256 counted = 0;
        for (uint256 i = 0; i < executors.length; ++i) {
            IJobBoard.Opening calldata own = group.openings[i];
            uint16 position = own.position;
            if (position >= members.length) revert IJobBoard.NoSuchMember(position, uint16(members.length));
            if ((voted | positions).has(position)) {
                if (before.has(position)) continue;
                revert IJobBoard.AlreadyVoted(position);
            }
            address executor = members[position];
            bytes32 commitment = Records.commitment(head, executor, what, own.salt);
            if (direct.has(position)) {
                if (commitment != a.commitments[position]) revert IJobBoard.CommitmentNotOpened(position);
            } else if (committed[position] == bytes32(0)) {
                committed[position] = commitment;
            } else if (commitment != committed[position]) {
                revert IJobBoard.CommitmentNotOpened(position);
            }
            Ballot.requireSigner(signed, executor, own.r, own.vs);
            positions = positions.with(position);
            executors[counted++] = executor;
        }
        if (counted == 0) return 0;
        // In place; Solidity has no other way to shorten an array.
        assembly ("memory-safe") {
            mstore(executors, counted)
        }
        emit IJobBoard.VotesCast(place.jobId, place.segment, place.attempt, group.digest, group.witness, executors);
    }

    /// Turns the commitments into the leaves of the list, then into its root.
    function _requireRoot(Record.Attempt storage a, address[] calldata members, bytes32[] memory committed)
        private
        view
    {
        for (uint256 i = 0; i < committed.length; ++i) {
            committed[i] = Records.commitmentLeaf(members[i], committed[i]);
        }
        bytes32 root = Merkle.root(committed);
        if (root != a.root) revert IJobBoard.RootMismatch(root, a.root);
    }
}
