// Where the local chain keeps its files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "cone/config/config.hpp"

namespace cone::cli {

[[nodiscard]] std::filesystem::path devnet_folder(const config::Config& config);
/// One line: the node's address.
[[nodiscard]] std::filesystem::path devnet_url_file(const config::Config& config);

}  // namespace cone::cli
