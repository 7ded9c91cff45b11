// What every communicator must do, whatever carries it: run by threads and by real mpirun at 1, 2, 3 and 4 ranks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "cone/base/rng.hpp"
#include "cone/comm/communicator.hpp"

namespace cone::comm {

/// Values a rank holds; anybody can recompute them, so the expected sum needs no communication.
inline std::vector<std::int64_t> values_of(int rank, std::size_t count) {
    const Rng rng(std::uint64_t{17}, RngStream::Probe, static_cast<std::uint32_t>(rank));
    std::vector<std::int64_t> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = static_cast<std::int64_t>(rng.bits(i)) / 8;
    }
    return values;
}

inline void check_sum_is_exact(Communicator& comm, std::size_t count) {
    std::vector<std::int64_t> expected(count, 0);
    for (int rank = 0; rank < comm.size(); ++rank) {
        const auto values = values_of(rank, count);
        std::transform(values.begin(), values.end(), expected.begin(), expected.begin(), std::plus<>());
    }
    auto mine = values_of(comm.rank(), count);

    comm.all_reduce_sum(mine);

    EXPECT_EQ(mine, expected) << count << " values on rank " << comm.rank();
}

inline void check_max(Communicator& comm) {
    std::vector<std::int32_t> mine(37, std::numeric_limits<std::int32_t>::min());
    mine.at(static_cast<std::size_t>(comm.rank())) = 100 + comm.rank();
    mine.back() = -comm.rank();

    comm.all_reduce_max(mine);

    for (int rank = 0; rank < comm.size(); ++rank) {
        EXPECT_EQ(mine.at(static_cast<std::size_t>(rank)), 100 + rank);
    }
    EXPECT_EQ(mine.at(static_cast<std::size_t>(comm.size())), std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(mine.back(), 0);
}

inline Bytes text_of(int rank) {
    const std::string text(static_cast<std::size_t>(rank) * 100, static_cast<char>('a' + rank));
    return {text.begin(), text.end()};  // rank 0 gives nothing: lengths differ and may be zero
}

inline void check_gather_and_broadcast(Communicator& comm) {
    const auto everybody = comm.all_gather(text_of(comm.rank()));
    ASSERT_EQ(everybody.size(), static_cast<std::size_t>(comm.size()));
    for (int rank = 0; rank < comm.size(); ++rank) {
        EXPECT_EQ(everybody[static_cast<std::size_t>(rank)], text_of(rank));
        EXPECT_EQ(comm.broadcast(text_of(comm.rank() + 1), rank), text_of(rank + 1));
    }
}

inline void check_all(Communicator& comm) {
    for (const std::size_t count : {0U, 1U, 7U, 8U, 9U, 1000U}) {
        check_sum_is_exact(comm, count);
    }
    check_max(comm);
    check_gather_and_broadcast(comm);
}

}  // namespace cone::comm
