// What this binary is and what it was built with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cone::cli {

/// "cone 0.1.0 (git abc1234), Open MPI 5.0.11 (ULFM yes), libtorch 2.11.0, Keccak avx2".
[[nodiscard]] std::string version_text();

/// Folder of the sources this binary was built from: where configs/, contracts/out and .tools are in a checkout.
[[nodiscard]] std::string source_dir();

}  // namespace cone::cli
