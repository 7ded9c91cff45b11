// The cores this process may run on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

namespace cone::comm {

/// As bound by the launcher; at least 1.
[[nodiscard]] inline int usable_cores() {
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

}  // namespace cone::comm
