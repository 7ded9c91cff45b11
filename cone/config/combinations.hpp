// What each key allows alone but no run can honour together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cone/config/config.hpp"

namespace cone::config {

struct Impossible {
    std::string key;  ///< "section.key", the one to change
    std::string reason;
    std::string hint;
};

/// The first combination that cannot work, or nothing.
[[nodiscard]] std::optional<Impossible> find_impossible(const Config& config);

}  // namespace cone::config
