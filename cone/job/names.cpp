// Enumerators to names and back, by position.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/names.hpp"

#include <algorithm>

#include "cone/job/name_of.hpp"

namespace cone::job {
namespace {

template <class Choice, std::size_t Count>
std::optional<Choice> choice_of(std::string_view name, const std::array<std::string_view, Count>& names) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::nullopt : std::optional(static_cast<Choice>(found - names.begin()));
}

}  // namespace

std::string_view to_string(Aggregation aggregation) {
    return name_of(aggregation, kAggregationNames);
}
std::string_view to_string(Growth growth) {
    return name_of(growth, kGrowthNames);
}
std::string_view to_string(OptimiserKind optimiser) {
    return name_of(optimiser, kOptimiserNames);
}
std::optional<Aggregation> aggregation_from(std::string_view name) {
    return choice_of<Aggregation>(name, kAggregationNames);
}
std::optional<Growth> growth_from(std::string_view name) {
    return choice_of<Growth>(name, kGrowthNames);
}

std::string list_choices(std::span<const std::string_view> choices) {
    std::string text;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        text += i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ";
        text += choices[i];
    }
    return text;
}

}  // namespace cone::job
