// MPI as this program uses it: one world, teams split off once at start-up, mail between ranks. Hides mpi.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cone/base/clock.hpp"
#include "cone/comm/communicator.hpp"
#include "cone/comm/mailbox.hpp"

namespace cone::comm {

/// Owns MPI_Init and MPI_Finalize. Every MPI call of the program comes from the thread that made it. One at a time.
class MpiWorld {
public:
    /// Throws CommError when MPI cannot start.
    MpiWorld(int& argc, char**& argv);
    /// Finalizes MPI, unless a failure was seen: MPI_Finalize may then hang for ever, so it is left out (see `leave`).
    ~MpiWorld();
    MpiWorld(const MpiWorld&) = delete;
    MpiWorld& operator=(const MpiWorld&) = delete;

    [[nodiscard]] int rank() const;
    [[nodiscard]] int size() const;

    /// Collective over the world: ranks of equal `color` become a team, ordered by world rank. Each collective of the team has
    /// `timeout` to complete; buffers above `chunk_bytes` go in pieces. Teams and mailboxes must not outlive the world.
    [[nodiscard]] std::unique_ptr<Communicator> split_team(int color, Millis timeout,
                                                           std::size_t chunk_bytes = kDefaultChunkBytes);
    /// Collective over the world: a private channel for mail.
    [[nodiscard]] std::unique_ptr<Mailbox> open_mailbox();

    /// From now on MPI_Finalize is not called.
    void note_failure();
    /// Flushes output and ends the process at once, without MPI_Finalize: the only safe way out after a failure.
    [[noreturn]] void leave(int exit_code);

    /// Whether this MPI reports dead ranks (ULFM); else only deadlines see them.
    [[nodiscard]] static bool reports_dead_ranks();
    /// For people: "Open MPI v5.0.11, ULFM".
    [[nodiscard]] static std::string version();

    static constexpr std::size_t kDefaultChunkBytes = std::size_t{16} << 20;

private:
    bool failed_ = false;
};

}  // namespace cone::comm
