// One attempt: opening it, its windows, its members' commitments and votes (docs/protocol.md 2.4).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Ballot} from "./Ballot.sol";
import {Merkle} from "./Merkle.sol";
import {Record} from "./Record.sol";
import {Records} from "./Records.sol";
import {Tally} from "./Tally.sol";

library Attempts {
    using Tally for Tally.State;

    /// @notice Appends an attempt and its members to a segment.
    function open(
        Record.Segment storage s,
        address[] calldata members,
        bytes32 root,
        uint64 revealFrom,
        uint64 revealUntil
    ) internal {
        Record.Attempt storage a = s.attempt[s.attempts++];
        a.root = root;
        a.revealFrom = revealFrom;
        a.revealUntil = revealUntil;
        a.first = uint16(s.set.length);
        a.size = uint16(members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            s.set.push(Record.Member(members[i], 0, 0));
        }
    }

    /// @notice Reverts while the newest attempt, if there is one, still takes votes.
    function requireClosed(Record.Segment storage s, uint32 number) internal view {
        if (s.attempts == 0) return;
        Record.Attempt storage a = s.attempt[s.attempts - 1];
        if (a.voted < a.size && block.number <= a.revealUntil) revert IJobBoard.AttemptOpen(number, a.revealUntil);
    }

    /// @notice Reverts outside the attempt's reveal window.
    function requireRevealing(Record.Attempt storage a) internal view {
        if (block.number < a.revealFrom) revert IJobBoard.RevealWindowNotOpen(a.revealFrom);
        if (block.number > a.revealUntil) revert IJobBoard.RevealWindowClosed(a.revealUntil);
    }

    /// @notice Keeps the caller's own commitment for a position of its own.
    function commit(Record.Segment storage s, Record.Attempt storage a, uint16 position, bytes32 commitment) internal {
        if (block.number >= a.revealFrom) revert IJobBoard.CommitWindowClosed(a.revealFrom);
        address member = memberAt(s, a, position).executor;
        if (msg.sender != member) revert IJobBoard.NotTheMember(msg.sender, member);
        if (commitment == bytes32(0)) revert IJobBoard.ZeroCommitment();
        if (a.direct[position] != bytes32(0)) revert IJobBoard.AlreadyCommitted(position);
        a.direct[position] = commitment;
    }

    /// @notice Checks one vote and counts it.
    function cast(
        Record.Segment storage s,
        Record.Attempt storage a,
        bytes32 domain,
        Ballot.Vote memory vote,
        IJobBoard.VoteInput calldata input
    ) internal {
        Record.Member storage member = memberAt(s, a, input.position);
        address executor = member.executor;
        if (vote.digest.isZero()) revert IJobBoard.ZeroDigest();
        if (member.digestId != 0) revert IJobBoard.AlreadyVoted(input.position);
        _requireCommitted(a, _commitment(domain, vote, executor, input.salt), executor, input);
        Ballot.requireSigned(domain, vote, executor, input.r, input.vs);

        ++a.voted;
        (member.digestId, member.witnessId) = s.tally.count(uint16(vote.attempt), vote.digest, vote.witness);
        emit IJobBoard.VoteCast(vote.jobId, vote.segment, executor, vote.attempt, vote.digest, vote.witness);
    }

    function memberAt(Record.Segment storage s, Record.Attempt storage a, uint16 position)
        internal
        view
        returns (Record.Member storage)
    {
        if (position >= a.size) revert IJobBoard.NoSuchMember(position, a.size);
        return s.set[a.first + position];
    }

    function isMember(Record.Segment storage s, address executor) internal view returns (bool) {
        for (uint256 i = 0; i < s.set.length; ++i) {
            if (s.set[i].executor == executor) return true;
        }
        return false;
    }

    /// INVARIANT: a vote counts only if it opens what its member committed to before anybody revealed.
    function _requireCommitted(
        Record.Attempt storage a,
        bytes32 commitment,
        address executor,
        IJobBoard.VoteInput calldata input
    ) private view {
        bytes32 direct = a.direct[input.position];
        bytes32 leaf = Records.commitmentLeaf(executor, commitment);
        bool opened = direct == bytes32(0)
            ? Merkle.verify(a.root, leaf, input.position, a.size, input.proof)
            : direct == commitment;
        if (!opened) revert IJobBoard.CommitmentNotOpened(input.position);
    }

    function _commitment(bytes32 domain, Ballot.Vote memory vote, address executor, bytes32 salt)
        private
        pure
        returns (bytes32)
    {
        return Records.commitment(
            Records.CommitmentOpening({
                domainSeparator: domain,
                jobId: vote.jobId,
                segment: vote.segment,
                attempt: vote.attempt,
                executor: executor,
                digest: vote.digest,
                witness: vote.witness,
                salt: salt
            })
        );
    }
}
