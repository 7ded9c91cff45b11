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
