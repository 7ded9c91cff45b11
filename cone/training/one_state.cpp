// Three numbers a rank.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/one_state.hpp"

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone_kernels/universal_hash.hpp"

namespace cone::training {
namespace {

template <class Value>
std::uint64_t hash_of(std::uint64_t key, const std::vector<Value>& values) {
    static_assert(sizeof(Value) % sizeof(std::uint32_t) == 0);
    std::vector<std::uint32_t> words(values.size() * sizeof(Value) / sizeof(std::uint32_t));
    if (!words.empty()) {
        std::memcpy(words.data(), values.data(), words.size() * sizeof(std::uint32_t));
    }
    return kernels::universal_hash(key, words);
}

}  // namespace

void require_one_state(comm::Communicator& team, const Hash32& seed, const LiveState& state) {
    if (team.size() == 1) {
        return;
    }
    const std::uint64_t key = Rng(seed, RngStream::TeamEquality, 0).bits(0);
    Bytes mine;
    for (const std::uint64_t hash :
         {hash_of(key, state.weights), hash_of(key, state.distribution), hash_of(key, state.accesses)}) {
        append_big_endian(mine, hash);
    }
    const auto all = team.all_gather(mine);
    std::string others;
    for (std::size_t rank = 1; rank < all.size(); ++rank) {
        if (all[rank] != all[0]) {
            others += (others.empty() ? "" : ", ") + std::to_string(rank);
        }
    }
    if (!others.empty()) {
        throw CommError("the ranks of the team hold different states: " + others + " differ from 0",
                        "look at the memory of their nodes; the executor's vote of this segment is lost");
    }
}

}  // namespace cone::training
