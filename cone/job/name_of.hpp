// An enumerator's name from a list in the order of the enumerators.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "cone/base/errors.hpp"

namespace cone::job {

template <class Enum, std::size_t Count>
[[nodiscard]] std::string_view name_of(Enum value, const std::array<std::string_view, Count>& names) {
    const auto at = static_cast<std::size_t>(value);
    CONE_ASSERT(at < Count, "an enumerator without a name");
    return names[at];
}

}  // namespace cone::job
