// Both state machines against tests/vectors/lifecycle.json, every state with every event.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobState, SegmentState} from "../../src/Types.sol";
import {JobEvent, JobRefuses, Lifecycle, SegmentEvent, SegmentRefuses} from "../../src/libraries/Lifecycle.sol";
import {Assert} from "../support/Assert.sol";
import {vm} from "../support/Vm.sol";

contract LifecycleTest is Assert {
    string private json;
    string[7] private jobStates = ["None", "Open", "Running", "Settling", "Settled", "Unmet", "Void"];
    string[8] private jobEvents = [
        "AuctionWon",
        "SeedFixed",
        "LastSegmentFinal",
        "MetricMet",
        "MetricMissed",
        "PoolExhausted",
        "WrongDraw",
        "Stalled"
    ];
    string[6] private segmentStates = ["Pending", "Committed", "Undecided", "Accepted", "Challenged", "Final"];
    string[6] private segmentEvents =
        ["Committed", "LeadReached", "LeadMissed", "Challenged", "WindowOver", "PreviousFlipped"];

    function setUp() public {
        json = vm.readFile("../tests/vectors/lifecycle.json");
    }

    function test_job_followsTheVectors() public view {
        uint256 row = 0;
        for (uint256 s = 0; s < jobStates.length; ++s) {
            for (uint256 e = 0; e < jobEvents.length; ++e) {
                (bool allowed, JobState to) = Lifecycle.next(JobState(s), JobEvent(e));
                string memory next = allowed ? jobStates[uint256(to)] : "refused";
                checkRow("job", row++, jobStates[s], jobEvents[e], next);
            }
        }
        check(!vm.keyExistsJson(json, item("job", row, "")), "no row left over");
    }

    function test_segment_followsTheVectors() public view {
        uint256 row = 0;
        for (uint256 s = 0; s < segmentStates.length; ++s) {
            for (uint256 e = 0; e < segmentEvents.length; ++e) {
                (bool allowed, SegmentState to) = Lifecycle.next(SegmentState(s), SegmentEvent(e));
                string memory next = allowed ? segmentStates[uint256(to)] : "refused";
                checkRow("segment", row++, segmentStates[s], segmentEvents[e], next);
            }
        }
        check(!vm.keyExistsJson(json, item("segment", row, "")), "no row left over");
    }

    function test_step_refused_reverts() public {
        refuses(abi.encodeWithSelector(JobRefuses.selector, JobState.Settled, JobEvent.Stalled));
        this.stepJob(JobState.Settled, JobEvent.Stalled);

        refuses(abi.encodeWithSelector(SegmentRefuses.selector, SegmentState.Final, SegmentEvent.Challenged));
        this.stepSegment(SegmentState.Final, SegmentEvent.Challenged);
    }

    /// No state can be left once the money is paid, and none leads back to an earlier one.
    function test_job_onlyMovesForward() public pure {
        for (uint8 s = 0; s <= uint8(type(JobState).max); ++s) {
            for (uint8 e = 0; e <= uint8(type(JobEvent).max); ++e) {
                (bool allowed, JobState to) = Lifecycle.next(JobState(s), JobEvent(e));
                check(!allowed || uint8(to) > s, "forward");
                check(!allowed || JobState(s) < JobState.Settled, "terminal states stay");
            }
        }
    }

    function stepJob(JobState state, JobEvent what) external pure returns (JobState) {
        return Lifecycle.step(state, what);
    }

    function stepSegment(SegmentState state, SegmentEvent what) external pure returns (SegmentState) {
        return Lifecycle.step(state, what);
    }

    function checkRow(string memory machine, uint256 row, string memory state, string memory event_, string memory next)
        private
        view
    {
        same(vm.parseJsonString(json, item(machine, row, ".state")), state);
        same(vm.parseJsonString(json, item(machine, row, ".event")), event_);
        same(vm.parseJsonString(json, item(machine, row, ".next")), next);
    }

    function same(string memory a, string memory b) private pure {
        check(keccak256(bytes(a)) == keccak256(bytes(b)), string.concat("vector says ", a, ", contract ", b));
    }

    function item(string memory machine, uint256 row, string memory field) private pure returns (string memory) {
        return string.concat(".", machine, "[", vm.toString(row), "]", field);
    }
}
