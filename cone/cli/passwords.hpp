// The password that opens keystores: from an open descriptor or a file of one's own, never from arguments or environment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridge/eth/private_file.hpp"
#include "cone/config/config.hpp"

namespace cone::cli {

/// keys.password_fd, else keys.password_file. Read at the first call and kept: a descriptor can be read once only. Throws
/// ConfigError when there is neither, or it is empty or open to others.
[[nodiscard]] const eth::Secret& keystore_password(const config::Keys& keys);

[[nodiscard]] bool has_password(const config::Keys& keys);

}  // namespace cone::cli
