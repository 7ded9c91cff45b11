// The process's libsecp256k1 context. Included by the .cpp files of this folder only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <secp256k1.h>

namespace cone::eth {

/// Made once, blinded against side channels, read-only afterwards: safe to share between threads.
/// Throws EnvironmentError when the system has no randomness to give.
[[nodiscard]] const secp256k1_context* secp_context();

}  // namespace cone::eth
