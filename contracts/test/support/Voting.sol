// Who must be drawn into an attempt, and the commitments and votes that its members sign. Sends nothing.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId} from "../../src/Types.sol";
import {IJobBoard} from "../../src/interfaces/IJobBoard.sol";
import {Ballot} from "../../src/libraries/Ballot.sol";
import {Records} from "../../src/libraries/Records.sol";
import {Parties} from "./Parties.sol";
import {vm} from "./Vm.sol";

abstract contract Voting is Parties {
    /// What one member of an attempt does. `salt` hides its commitment.
    struct Move {
        Digest digest;
        bytes32 witness;
        bytes32 salt;
        bool silent; // commits, but never reveals
    }

    /// One vote, before equal ones are put into a group.
    struct Vote {
        uint16 position;
        Digest digest;
        bytes32 witness;
        bytes32 salt;
        bytes32 r;
        bytes32 vs;
    }

    /// The members that the next attempt must have.
    function draw(JobId jobId, uint32 segment) internal view returns (address[] memory drawn) {
        IJobBoard.NextAttempt memory next = board.nextAttempt(jobId, segment);
        drawn = new address[](next.newMembers);
        bytes32 last = next.afterTicket;
        for (uint256 i = 0; i < drawn.length; ++i) {
            (drawn[i], last) = lowestAbove(jobId, segment, next.segmentSeed, last);
        }
    }

    function lowestAbove(JobId jobId, uint32 segment, bytes32 seed, bytes32 floor)
        private
        view
        returns (address best, bytes32 least)
    {
        uint64 poolBlock = board.job(jobId).poolBlock;
        least = bytes32(type(uint256).max);
        for (uint256 i = 0; i < registry.executorCount(); ++i) {
            address executor = registry.executorAt(i);
            uint32 units = registry.unitsAt(executor, poolBlock);
            if (units == 0) continue;
            bytes32 ticket = lowestTicket(jobId, segment, seed, executor, units);
            if (ticket > floor && ticket < least) (best, least) = (executor, ticket);
        }
    }

    function lowestTicket(JobId jobId, uint32 segment, bytes32 seed, address executor, uint32 units)
        private
        pure
        returns (bytes32 least)
    {
        least = bytes32(type(uint256).max);
        for (uint32 unit = 0; unit < units; ++unit) {
            bytes32 ticket = Records.ticket(seed, jobId, segment, executor, unit);
            if (ticket < least) least = ticket;
        }
    }

    function move(bytes32 digest) internal pure returns (Move memory) {
        return Move(Digest.wrap(digest), keccak256(abi.encode("witness", digest)), keccak256("salt"), false);
    }

    /// `count` equal moves.
    function moves(uint256 count, bytes32 digest) internal pure returns (Move[] memory all) {
        all = new Move[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = move(digest);
        }
    }

    function commitmentOf(JobId jobId, uint32 segment, uint32 attempt, address executor, Move memory m)
        internal
        view
        returns (bytes32)
    {
        return Records.commitment(
            Records.CommitmentOpening(
                board.domainSeparator(), jobId, segment, attempt, executor, m.digest, m.witness, m.salt
            )
        );
    }

    function commitmentsFor(JobId jobId, uint32 segment, uint32 attempt, address[] memory members, Move[] memory plan)
        internal
        view
        returns (bytes32[] memory commitments)
    {
        commitments = new bytes32[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            commitments[i] = commitmentOf(jobId, segment, attempt, members[i], plan[i]);
        }
    }

    function signVote(JobId jobId, uint32 segment, uint32 attempt, address executor, Move memory m)
        internal
        view
        returns (bytes32 r, bytes32 vs)
    {
        Ballot.Place memory where = Ballot.Place(board.domainSeparator(), jobId, segment, attempt);
        return vm.signCompact(keyOf[executor], Ballot.signingHash(where, m.digest, m.witness));
    }

    /// The votes of all members that are not silent.
    function votesOf(JobId jobId, uint32 segment, uint32 attempt, address[] memory members, Move[] memory plan)
        internal
        view
        returns (Vote[] memory votes)
    {
        votes = new Vote[](members.length);
        uint256 count = 0;
        for (uint16 i = 0; i < members.length; ++i) {
            if (plan[i].silent) continue;
            (bytes32 r, bytes32 vs) = signVote(jobId, segment, attempt, members[i], plan[i]);
            votes[count++] = Vote(i, plan[i].digest, plan[i].witness, plan[i].salt, r, vs);
        }
        assembly ("memory-safe") {
            mstore(votes, count)
        }
    }

    /// Neighbours that say the same become one group.
    function groupsOf(Vote[] memory votes) internal pure returns (IJobBoard.VoteGroup[] memory groups) {
        groups = new IJobBoard.VoteGroup[](votes.length);
        uint256 count = 0;
        for (uint256 i = 0; i < votes.length;) {
            uint256 end = i + 1;
            while (
                end < votes.length && votes[end].digest == votes[i].digest && votes[end].witness == votes[i].witness
            ) {
                ++end;
            }
            groups[count] = IJobBoard.VoteGroup(votes[i].digest, votes[i].witness, new IJobBoard.Opening[](end - i));
            for (uint256 k = i; k < end; ++k) {
                groups[count].openings[k - i] =
                    IJobBoard.Opening(votes[k].position, votes[k].salt, votes[k].r, votes[k].vs);
            }
            ++count;
            i = end;
        }
        assembly ("memory-safe") {
            mstore(groups, count)
        }
    }
}
