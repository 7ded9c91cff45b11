// The two state machines of docs/protocol.md section 3, as one table each. tests/vectors/lifecycle.json tests them here and in C++.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JobState, SegmentState} from "../Types.sol";

enum JobEvent {
    AuctionWon,
    SeedFixed,
    LastSegmentFinal,
    MetricMet,
    MetricMissed,
    PoolExhausted,
    WrongDraw,
    Stalled
}

enum SegmentEvent {
    Committed, // a commitments root was posted
    LeadReached,
    LeadMissed,
    Challenged,
    WindowOver,
    PreviousFlipped // an earlier segment got another verdict; the board drops the record, so it reads as Pending
}

error JobRefuses(JobState state, JobEvent what);
error SegmentRefuses(SegmentState state, SegmentEvent what);

library Lifecycle {
    /// @notice The state after `what`; `allowed` is false when the machine refuses it.
    function next(JobState state, JobEvent what) internal pure returns (bool allowed, JobState to) {
        if (state == JobState.None) {
            return (what == JobEvent.AuctionWon, JobState.Open);
        }
        if (state == JobState.Open) {
            if (what == JobEvent.SeedFixed) return (true, JobState.Running);
            return (what == JobEvent.Stalled, JobState.Void);
        }
        if (state == JobState.Running) {
            if (what == JobEvent.LastSegmentFinal) return (true, JobState.Settling);
            bool void_ = what == JobEvent.PoolExhausted || what == JobEvent.WrongDraw || what == JobEvent.Stalled;
            return (void_, JobState.Void);
        }
        if (state == JobState.Settling) {
            if (what == JobEvent.MetricMet) return (true, JobState.Settled);
            if (what == JobEvent.MetricMissed) return (true, JobState.Unmet);
            return (what == JobEvent.Stalled, JobState.Void);
        }
        return (false, state);
    }

    /// @notice The state after `what`; `allowed` is false when the machine refuses it.
    function next(SegmentState state, SegmentEvent what) internal pure returns (bool allowed, SegmentState to) {
        if (state == SegmentState.Final) return (false, state);
        if (what == SegmentEvent.PreviousFlipped) return (true, SegmentState.Pending);
        if (state == SegmentState.Committed) {
            if (what == SegmentEvent.LeadReached) return (true, SegmentState.Accepted);
            return (what == SegmentEvent.LeadMissed, SegmentState.Undecided);
        }
        if (state == SegmentState.Accepted) {
            if (what == SegmentEvent.Challenged) return (true, SegmentState.Challenged);
            return (what == SegmentEvent.WindowOver, SegmentState.Final);
        }
        return (what == SegmentEvent.Committed, SegmentState.Committed);
    }

    /// @notice Same, reverting with the state and the event when refused.
    function step(JobState state, JobEvent what) internal pure returns (JobState) {
        (bool allowed, JobState to) = next(state, what);
        if (!allowed) revert JobRefuses(state, what);
        return to;
    }

    /// @notice Same, reverting with the state and the event when refused.
    function step(SegmentState state, SegmentEvent what) internal pure returns (SegmentState) {
        (bool allowed, SegmentState to) = next(state, what);
        if (!allowed) revert SegmentRefuses(state, what);
        return to;
    }
}
