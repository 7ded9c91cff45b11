// What a process must still know when it is started again after it was killed: the port.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cone/node/messages.hpp"

namespace cone::node {

/// One job of one process: the bridge, or one executor's leader. Trusted by nobody but its writer, and even that one checks what
/// comes out: lists against the root on chain, votes against signature and commitment. Implementations: in memory (tests), a file (cli).
class Notebook {
public:
    virtual ~Notebook() = default;
    /// Returns when the note survives this process and its machine. Throws EnvironmentError; whatever was to follow from the note
    /// must not happen then.
    virtual void keep(const Note& note) = 0;
    /// All notes, oldest first.
    [[nodiscard]] virtual std::vector<Note> read() = 0;
};

}  // namespace cone::node
