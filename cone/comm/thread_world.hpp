// Ranks as threads of one process: the communicator and mailbox that nearly all tests use.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/comm/communicator.hpp"
#include "cone/comm/mailbox.hpp"

namespace cone::comm {

/// The state the threads of one world share. Endpoints keep it alive.
class ThreadWorld {
public:
    /// Real time a rank waits in a collective before it throws CommError.
    [[nodiscard]] static std::shared_ptr<ThreadWorld> create(int size, Millis timeout);
    virtual ~ThreadWorld() = default;

    /// A group over some of the world's ranks, in the order given. Call once a group, then hand each member its rank's
    /// endpoint.
    [[nodiscard]] virtual std::vector<std::unique_ptr<Communicator>> make_group(const std::vector<int>& world_ranks) = 0;
    [[nodiscard]] virtual std::unique_ptr<Mailbox> mailbox(int rank) = 0;
    /// Marks a rank as dead: collectives with it throw, peers see it in failed_peers().
    virtual void kill(int rank) = 0;
};

/// What `spawn` gives each rank.
struct ThreadRank {
    ThreadWorld& world;
    Communicator& comm;
    Mailbox& mailbox;
};

/// Runs `body` on `size` threads and joins them. A rank whose body throws is dead for the others; the first exception
/// (lowest rank) is thrown again after all have ended.
void spawn(int size, const std::function<void(ThreadRank&)>& body, Millis timeout = Millis{20000});

}  // namespace cone::comm
