// Keeps keys and passwords out of core files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cone::cli {

/// From now on this process and its children leave no core file, nor hand one to a program (core_pattern), when they die. Called
/// before a key or a password is read. With CONE_CORE_DUMPS=1 in the environment, for who debugs with keys that are worth
/// nothing, it does nothing.
void forbid_core_dumps();

}  // namespace cone::cli
