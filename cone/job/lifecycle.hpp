// The states of jobs and segments as the contracts keep them (docs/protocol.md 3), and the only ways between them.
// tests/vectors/lifecycle.json holds both tables in full; forge and GoogleTest read the same file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cone::job {

//   None --AuctionWon--> Open --SeedFixed--> Running --LastSegmentFinal--> Settling --MetricMet--> Settled
//                         |                     |                             |    '--MetricMissed--> Unmet
//                       Stalled    PoolExhausted, WrongDraw, Stalled       Stalled
//                         '---------------------+-----------------------------'--> Void

/// Enumerators have the contract's numbers (contracts/src/Types.sol).
enum class JobState : std::uint8_t { None, Open, Running, Settling, Settled, Unmet, Void };
enum class JobEvent : std::uint8_t {
    AuctionWon,
    SeedFixed,
    LastSegmentFinal,
    MetricMet,
    MetricMissed,
    PoolExhausted,
    WrongDraw,
    Stalled
};

//   Pending --Committed--> Committed --LeadReached--> Accepted --WindowOver--> Final
//                           ^  |  ^                     |
//                           |  |  '----Committed---- Challenged <--Challenged-- (Accepted)
//                 Committed |  | LeadMissed
//                         Undecided                  PreviousFlipped: from everywhere but Final back to Pending

enum class SegmentState : std::uint8_t { Pending, Committed, Undecided, Accepted, Challenged, Final };
enum class SegmentEvent : std::uint8_t { Committed, LeadReached, LeadMissed, Challenged, WindowOver, PreviousFlipped };

/// The state after `event`; nothing when the contract would refuse it.
[[nodiscard]] std::optional<JobState> step(JobState state, JobEvent event);
[[nodiscard]] std::optional<SegmentState> step(SegmentState state, SegmentEvent event);

/// True for Settled, Unmet and Void: nothing can happen to the job any more.
[[nodiscard]] bool is_over(JobState state);

/// Names in the order of the enumerators, as the vectors, logs and `cone status` spell them.
inline constexpr std::array<std::string_view, 7> kJobStateNames = {"None",    "Open",  "Running", "Settling",
                                                                   "Settled", "Unmet", "Void"};
inline constexpr std::array<std::string_view, 8> kJobEventNames = {
    "AuctionWon", "SeedFixed", "LastSegmentFinal", "MetricMet", "MetricMissed", "PoolExhausted", "WrongDraw", "Stalled"};
inline constexpr std::array<std::string_view, 6> kSegmentStateNames = {"Pending",  "Committed",  "Undecided",
                                                                       "Accepted", "Challenged", "Final"};
inline constexpr std::array<std::string_view, 6> kSegmentEventNames = {"Committed",  "LeadReached", "LeadMissed",
                                                                       "Challenged", "WindowOver",  "PreviousFlipped"};

[[nodiscard]] std::string_view to_string(JobState state);
[[nodiscard]] std::string_view to_string(SegmentState state);

}  // namespace cone::job
