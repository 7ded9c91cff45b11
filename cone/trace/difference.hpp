// Where two executions of the same rounds part.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "cone/trace/records.hpp"

namespace cone::trace {

/// The first round that differs and the first field of it, in the order of a round: what was drawn decides what is computed.
struct Difference {
    std::uint32_t round = 0;
    std::string field;  ///< "draws", "gains", "passed", "state_root", ... or "missing"
    std::string claimed;
    std::string executed;
    bool operator==(const Difference&) const = default;
};

/// Nothing when all rounds are equal. A round that only one side has counts as a difference ("missing").
[[nodiscard]] std::optional<Difference> first_difference(std::span<const RoundTrace> claimed,
                                                         std::span<const RoundTrace> executed);

}  // namespace cone::trace
