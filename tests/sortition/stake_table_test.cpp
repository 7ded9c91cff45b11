// The pool: order, strangers, refused lists.
// SPDX-License-Identifier: Apache-2.0
#include "cone/sortition/stake_table.hpp"

#include <gtest/gtest.h>

#include "pools.hpp"

namespace cone::sortition {
namespace {

TEST(StakeTable, DoesNotDependOnTheOrderOfItsEntries) {
    const auto forwards = StakeTable::from({{executor(1), 2}, {executor(2), 1}, {executor(3), 5}});
    const auto backwards = StakeTable::from({{executor(3), 5}, {executor(2), 1}, {executor(1), 2}});
    EXPECT_EQ(forwards->stakes(), backwards->stakes());
    EXPECT_EQ(forwards->size(), 3u);
}

TEST(StakeTable, RefusesAnExecutorTwice) {
    EXPECT_FALSE(StakeTable::from({{executor(1), 2}, {executor(2), 1}, {executor(1), 3}}));
    EXPECT_FALSE(StakeTable::from({{executor(1), 2}, {executor(1), 0}}));
}

TEST(StakeTable, RefusesTheZeroAddress) {
    EXPECT_FALSE(StakeTable::from({{Address{}, 1}, {executor(1), 1}}));
}

TEST(StakeTable, LeavesOutWhoHasNoStake) {
    const auto table = StakeTable::from({{executor(1), 0}, {executor(2), 4}});
    EXPECT_EQ(table->size(), 1u);
    EXPECT_EQ(table->units_of(executor(1)), 0u);
    EXPECT_EQ(table->units_of(executor(2)), 4u);
    EXPECT_EQ(table->units_of(executor(3)), 0u);
}

TEST(StakeTable, MayBeEmpty) {
    EXPECT_EQ(StakeTable::from({})->size(), 0u);
    EXPECT_EQ(StakeTable{}.units_of(executor(1)), 0u);
}

}  // namespace
}  // namespace cone::sortition
