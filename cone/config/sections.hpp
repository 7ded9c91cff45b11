// From a parsed TOML document to the structs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cone/config/config.hpp"
#include "cone/config/table_reader.hpp"

namespace cone::config {

/// Throws ConfigError on the first unknown key, wrong type or value out of range.
[[nodiscard]] Config read_sections(const toml::table& root, const Source& source);

/// The tables an environment variable can name.
[[nodiscard]] std::vector<std::string> section_names();

}  // namespace cone::config
