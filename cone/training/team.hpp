// Work shared over a team: position p belongs to rank p mod size; results are gathered back by position.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "cone/base/errors.hpp"
#include "cone/comm/communicator.hpp"

namespace cone::training {

[[nodiscard]] inline bool is_mine(std::size_t position, const comm::Communicator& team) {
    return position % static_cast<std::size_t>(team.size()) == static_cast<std::size_t>(team.rank());
}

/// Threads for the training at `position`. In the last turn, when there are fewer positions left than ranks, those that have one
/// take the cores of those that wait, where these are on the same machine and nobody else's.
[[nodiscard]] inline std::uint32_t threads_at(std::size_t position, std::size_t positions, std::uint32_t threads,
                                              const comm::Communicator& team) {
    const auto size = static_cast<std::size_t>(team.size());
    const std::size_t rest = positions % size;
    const bool is_alone = team.cores_each() >= static_cast<int>(threads);
    return position + rest < positions || !is_alone ? threads : threads * static_cast<std::uint32_t>(size / rest);
}

/// `values` has one entry a position; those of this rank are filled in. Afterwards all are. Collective. T is sent as its bytes,
/// which a team shares because it runs one program. Throws CommError when a rank sends another number of values.
template <class T>
void gather_by_position(std::vector<T>& values, comm::Communicator& team) {
    static_assert(std::is_trivially_copyable_v<T>);
    Bytes mine;
    for (std::size_t position = 0; position < values.size(); ++position) {
        if (is_mine(position, team)) {
            const auto* raw = reinterpret_cast<const std::uint8_t*>(&values[position]);
            mine.insert(mine.end(), raw, raw + sizeof(T));
        }
    }
    const auto all = team.all_gather(mine);
    const auto size = static_cast<std::size_t>(team.size());
    for (std::size_t rank = 0; rank < size; ++rank) {
        const std::size_t expected = values.size() / size + (rank < values.size() % size ? 1 : 0);
        if (all[rank].size() != expected * sizeof(T)) {
            throw CommError("rank " + std::to_string(rank) + " of the team sent " + std::to_string(all[rank].size()) +
                            " bytes, expected " + std::to_string(expected * sizeof(T)));
        }
        for (std::size_t i = 0; i < expected; ++i) {
            std::memcpy(&values[rank + i * size], all[rank].data() + i * sizeof(T), sizeof(T));
        }
    }
}

}  // namespace cone::training
