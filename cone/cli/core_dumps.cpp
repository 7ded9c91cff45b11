// A limit of one byte: no core file is that small, and for programs behind a pipe, which no other limit binds, Linux takes it as a
// no (core(5), do_coredump). PR_SET_DUMPABLE would also forbid the ranks of one machine to read each other's messages.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/core_dumps.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "cone/base/errors.hpp"

namespace cone::cli {

void forbid_core_dumps() {
    const char* allowed = std::getenv("CONE_CORE_DUMPS");
    if (allowed != nullptr && std::string_view(allowed) == "1") {
        return;
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max == 0) {
        return;  // whoever started us forbade them, for good
    }
    limit = {.rlim_cur = 1, .rlim_max = 1};
    if (::setrlimit(RLIMIT_CORE, &limit) != 0) {
        throw EnvironmentError(std::string("core files cannot be forbidden: ") + std::strerror(errno),
                               "CONE_CORE_DUMPS=1 goes on without; a core file would hold keys");
    }
}

}  // namespace cone::cli
