// How a broken assertion ends the program.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/errors.hpp"

#include <cstdio>
#include <cstdlib>

namespace cone {

void assertion_failed(std::string_view condition, std::string_view message, std::source_location where) {
    std::fprintf(stderr, "%s:%u: assertion failed: %.*s (%.*s)\n", where.file_name(), static_cast<unsigned>(where.line()),
                 static_cast<int>(condition.size()), condition.data(), static_cast<int>(message.size()), message.data());
    std::abort();
}

}  // namespace cone
