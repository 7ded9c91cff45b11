// Names of steps and operators, and the first record that differs.
// SPDX-License-Identifier: Apache-2.0
#include "cone/trace/operators.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "cone/base/errors.hpp"

namespace cone::trace {

const char* name_of(OperatorPass pass) {
    constexpr const char* kNames[] = {"forward",        "loss_gradient", "weight_gradient", "bias_gradient", "data_gradient",
                                      "other_gradient", "shard_sum",     "first_moment",    "second_moment", "weights"};
    const auto index = static_cast<std::size_t>(pass);
    CONE_ASSERT(index < std::size(kNames), "a pass");
    return kNames[index];
}

StepName parse_step_name(const std::string& text) {
    std::array<std::uint32_t, 4> numbers{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto [stop, error] = std::from_chars(at, end, numbers[i]);
        const bool last = i + 1 == numbers.size();
        if (error != std::errc() || (last ? stop != end : (stop == end || *stop != '.'))) {
            throw ConfigError("\"" + text + "\" names no step", "SEGMENT.ROUND.SELLER.STEP, each counted from 0: 0.1.3.12");
        }
        at = last ? stop : stop + 1;
    }
    return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

std::string text_of(const StepName& name) {
    return std::to_string(name.segment) + "." + std::to_string(name.round) + "." + std::to_string(name.seller) + "." +
           std::to_string(name.step);
}

std::optional<OperatorDifference> first_difference(std::span<const OperatorRecord> first,
                                                   std::span<const OperatorRecord> second) {
    const auto [a, b] = std::mismatch(first.begin(), first.end(), second.begin(), second.end());
    if (a == first.end() && b == second.end()) {
        return std::nullopt;
    }
    OperatorDifference found{.position = static_cast<std::size_t>(a - first.begin()), .first = {}, .second = {}};
    if (a != first.end()) {
        found.first = *a;
    }
    if (b != second.end()) {
        found.second = *b;
    }
    return found;
}

}  // namespace cone::trace
