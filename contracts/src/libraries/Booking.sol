// The books of a Final segment: votes earned, faults slashed, challenges judged, seized stake and lost bonds shared out.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault, JobId, Role} from "../Types.sol";
import {IExecutorRegistry} from "../interfaces/IExecutorRegistry.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Attempts} from "./Attempts.sol";
import {Bits} from "./Bits.sol";
import {Record} from "./Record.sol";
import {Tally} from "./Tally.sol";

/// Nobody ever gets the whole of what another lost: half of a bond or of seized stake is burned, so losing to oneself costs.
library Booking {
    using Attempts for Record.Attempt;
    using Bits for uint256;
    using Record for Record.Job;
    using Tally for Tally.State;

    uint256 private constant BP = 10_000;

    /// Where the books are kept.
    struct Ledger {
        JobId jobId;
        uint32 segment;
        IExecutorRegistry registry;
        ISettlement settlement;
    }

    /// @notice Books all attempts of a Final segment.
    function book(
        Record.Job storage j,
        Ledger memory ledger,
        IJobBoard.Rules storage rules,
        address[][] calldata members
    ) internal {
        Record.Segment storage s = j.current(ledger.segment);
        if (members.length != s.attempts) revert IJobBoard.WrongAttempt(uint32(members.length), s.attempts);
        uint256 seizedWei = 0;
        for (uint16 index = 0; index < members.length; ++index) {
            s.attempt[index].requireMembers(j.number(ledger.segment, index), members[index]);
            seizedWei += _judge(j, s, ledger, rules, members[index], index);
        }
        Outcome memory outcome = _judgeChallengers(s, ledger, rules, seizedWei);
        _share(s, ledger, members, outcome.afterRight, seizedWei - outcome.rewardWei);
        _share(s, ledger, members, outcome.afterLost, outcome.lostWei);
    }

    /// @notice Slashes one executor; the stake taken lies with the job's bonds.
    function slash(Ledger memory ledger, IJobBoard.Rules storage rules, uint32 number, address executor, Fault fault)
        internal
        returns (uint256 slashedWei)
    {
        uint16 bp = fault == Fault.NoReveal ? rules.softSlashBp : rules.hardSlashBp;
        slashedWei = ledger.registry.slash(ledger.jobId, executor, fault, bp);
        emit IJobBoard.FaultFound(ledger.jobId, ledger.segment, executor, number, fault, slashedWei);
    }

    /// How a segment's challenges ended. Attempts that growth asked for belong to the challenge before them.
    struct Outcome {
        uint256 afterRight; // attempts that were asked for because of a right challenge
        uint256 afterLost; // because of a lost one
        uint256 lostWei; // bonds
        uint256 rewardWei; // to the first who was right
    }

    /// Members with an accepted vote earn it. Another vote is slashed, and silence where most of those asked voted for the accepted
    /// digest: a job that most cannot do, for want of its data, must not cost them their stakes. Returns what was taken.
    function _judge(
        Record.Job storage j,
        Record.Segment storage s,
        Ledger memory ledger,
        IJobBoard.Rules storage rules,
        address[] calldata members,
        uint16 index
    ) private returns (uint256 seizedWei) {
        uint256 voted = s.attempt[index].voted;
        uint256 right = s.tally.votersOf(index, s.tally.leaderId);
        uint32 number = j.number(ledger.segment, index);
        for (uint256 i = 0; i < members.length; ++i) {
            if (right.has(i)) {
                j.earn(members[i]);
                continue;
            }
            if (!voted.has(i) && 2 * uint256(s.tally.best) <= s.size) continue;
            Fault fault = voted.has(i) ? Fault.MinorityDigest : Fault.NoReveal;
            seizedWei += slash(ledger, rules, number, members[i], fault);
        }
    }

    /// A challenger was right when the verdict it disputed did not become Final: its bond comes back. The first of them gets
    /// its share of what was seized.
    function _judgeChallengers(
        Record.Segment storage s,
        Ledger memory ledger,
        IJobBoard.Rules storage rules,
        uint256 seizedWei
    ) private returns (Outcome memory outcome) {
        uint256 bondWei = rules.challengeBondWei;
        bool challenged = false;
        bool right = false;
        for (uint16 index = 1; index < s.attempts; ++index) {
            Record.Attempt storage a = s.attempt[index];
            address challenger = a.challenger;
            if (challenger != address(0)) {
                a.challenger = address(0);
                (challenged, right) = (true, a.disputed != s.tally.leaderId);
                if (right) {
                    bool first = outcome.afterRight == 0;
                    uint256 rewardWei = first ? seizedWei * rules.challengeRewardBp / BP : 0;
                    outcome.rewardWei += rewardWei;
                    ledger.settlement.payBond(ledger.jobId, challenger, Role.Challenger, bondWei + rewardWei);
                } else {
                    outcome.lostWei += bondWei;
                }
            }
            if (challenged && right) outcome.afterRight = outcome.afterRight.with(index);
            if (challenged && !right) outcome.afterLost = outcome.afterLost.with(index);
        }
    }

    /// Half goes, evenly and rounded down, to those who re-executed the segment in one of `attempts` and were right; the rest is
    /// burned. Nothing ever goes to the buyer, and nothing to who was asked because somebody was silent or lied: else it would pay
    /// to be silent where one's own are asked next.
    function _share(
        Record.Segment storage s,
        Ledger memory ledger,
        address[][] calldata members,
        uint256 attempts,
        uint256 potWei
    ) private {
        if (potWei == 0) return;
        address[] memory checkers = new address[](s.size);
        uint256 count = 0;
        for (uint16 index = 1; index < members.length; ++index) {
            if (!attempts.has(index)) continue;
            uint256 right = s.tally.votersOf(index, s.tally.leaderId);
            for (uint256 i = 0; i < members[index].length; ++i) {
                if (right.has(i)) checkers[count++] = members[index][i];
            }
        }
        uint256 eachWei = count == 0 ? 0 : potWei / 2 / count;
        for (uint256 i = 0; i < count && eachWei > 0; ++i) {
            ledger.settlement.payBond(ledger.jobId, checkers[i], Role.Checker, eachWei);
        }
        ledger.settlement.burnBond(ledger.jobId, potWei - eachWei * count);
    }
}
