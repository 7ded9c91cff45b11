// How a broken assertion ends the program.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/errors.hpp"

#include <cstdio>
#include <cstdlib>

namespace cone {

void assertion_failed(std::string_view condition, std::string_view message, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: assertion failed: %.*s (%.*s)\n", file, line, static_cast<int>(condition.size()),
                 condition.data(), static_cast<int>(message.size()), message.data());
    std::abort();
}

}  // namespace cone
