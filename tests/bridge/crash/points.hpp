// Where the bridge is killed: between each two stages of the journal, in the middle of a write, and while it recovers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace cone::test {

inline constexpr std::array<std::string_view, 12> kCrashPoints{
    "before-intent",        ///< decided, nothing kept
    "after-intent",         ///< kept what is wanted, nothing signed
    "before-signed",        ///< signed in memory, not kept
    "inside-signed-write",  ///< between two writes of the database's log: the entry is torn
    "after-signed",         ///< kept, not sent
    "after-broadcast",      ///< the node has it, its answer is lost
    "after-sent",           ///< kept that the node has it
    "while-waiting",        ///< asked for the receipt, there is none yet
    "between-versions",     ///< a version that pays more is kept, the node has the first only
    "before-mined",         ///< the receipt was read, nothing kept of it
    "after-mined",          ///< kept that it is mined, the caller not told
    "in-recovery",          ///< killed after-signed, and again when the restarted process has sent the bytes
};

}  // namespace cone::test
