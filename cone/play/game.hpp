// One job, played block by block by honest parties and one attacker, under the contracts' rules.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cone/play/cast.hpp"
#include "cone/play/strategy.hpp"

namespace cone::play {

/// Wei, with a sign.
__extension__ using SignedWei = __int128;

struct Played {
    job::JobState end = job::JobState::None;
    SignedWei attacker = 0;       ///< what the attacker has more than it brought, work paid
    Wei honest_loss;              ///< stake and bonds taken from honest parties, and what the buyer paid for a wrong model
    std::uint64_t blocks = 0;     ///< from the pool's block to the job's end
    std::uint64_t bound = 0;      ///< by then any job can be ended by anybody
    bool captured_first = false;  ///< all members of segment 0's first set were the attacker's
    bool wrong_accepted = false;  ///< some segment, at some time
    bool wrong_final = false;
    bool wrong_last = false;  ///< the verdict that was settled by
    bool conserved = false;   ///< every wei that came in is somewhere
    Till till;                ///< at the end
    bool attacked = false;    ///< the strategy did something that an honest party would not have done
};

/// What the contracts were told, in order; forge replays it. A line is a call: {"block": 12, "call": "post", ...}.
struct Call {
    std::uint64_t block = 0;
    std::string what;  ///< post, cast, close, challenge, finalize, equivocation, falseWitness, reclaim, void, exhausted, settle
    std::uint32_t segment = 0;
    AttemptIndex attempt;
    std::vector<agreement::Vote> votes{};
    Address who{};
    Opening opening{};
};
using Recorder = std::function<void(const Call&)>;

/// The same seed gives the same draws whatever the strategy does. `record` hears every move that was made.
[[nodiscard]] Played play(const GameSetup& setup, const Strategy& strategy, std::uint64_t seed, const Recorder& record = {});

[[nodiscard]] Played play(const GameSetup& setup, const Strategy& strategy, const Cast& cast, const Recorder& record = {});

}  // namespace cone::play
