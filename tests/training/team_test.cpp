// Who lends cores to whom in the last turn of a round.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/team.hpp"

#include <gtest/gtest.h>

namespace cone::training {
namespace {

/// A team that only knows its place.
class Place final : public comm::Communicator {
public:
    Place(int size, int cores_each) : size_(size), cores_each_(cores_each) {}
    [[nodiscard]] int rank() const override { return 0; }
    [[nodiscard]] int size() const override { return size_; }
    [[nodiscard]] int cores_each() const override { return cores_each_; }
    void all_reduce_sum(std::span<std::int64_t>) override {}
    void all_reduce_max(std::span<std::int32_t>) override {}
    [[nodiscard]] std::vector<Bytes> all_gather(ByteSpan) override { return {}; }
    [[nodiscard]] Bytes broadcast(ByteSpan, int) override { return {}; }

private:
    int size_;
    int cores_each_;
};

TEST(LastTurn, TakesTheCoresOfRanksThatWait) {
    const Place team(2, 1);
    EXPECT_EQ(threads_at(0, 5, 1, team), 1U);
    EXPECT_EQ(threads_at(3, 5, 1, team), 1U);
    EXPECT_EQ(threads_at(4, 5, 1, team), 2U);
    EXPECT_EQ(threads_at(0, 1, 1, Place(6, 4)), 6U);
    EXPECT_EQ(threads_at(1, 2, 4, Place(6, 4)), 12U);
}

TEST(LastTurn, LeavesThemWhereAllHaveWork) {
    EXPECT_EQ(threads_at(3, 4, 1, Place(2, 8)), 1U);
    EXPECT_EQ(threads_at(4, 5, 3, Place(3, 3)), 3U) << "two of three work: one cannot be shared out";
    EXPECT_EQ(threads_at(0, 1, 2, Place(1, 8)), 2U) << "a team of one waits for nobody";
}

TEST(LastTurn, LeavesThemWhereTheyAreNotThere) {
    EXPECT_EQ(threads_at(4, 5, 1, Place(2, 0)), 1U) << "more ranks than cores, or on another machine";
    EXPECT_EQ(threads_at(4, 5, 2, Place(2, 1)), 2U) << "each rank's own threads fill the machine";
}

}  // namespace
}  // namespace cone::training
