// toml++, with its assertions as exceptions. Version 3.3 asserts on some malformed headers ("[=x]") instead of reporting them,
// and without assertions runs into undefined behaviour there. Every file of this folder includes toml++ through here: its
// functions are inline, so all of them must see one definition. SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cone::config {

/// toml++ met text that it does not expect and does not report.
struct TomlGaveUp {};

constexpr void toml_requires(bool condition) {
    if (!condition) {
        throw TomlGaveUp{};
    }
}

}  // namespace cone::config

#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(condition) ::cone::config::toml_requires(static_cast<bool>(condition))
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
