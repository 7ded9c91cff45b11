// A consumer of the follower's steps that checks each against the one before and keeps what a fresh reader would see.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "bridge/follower/follower.hpp"

namespace cone::test {

class Replica {
public:
    /// Applies and reverts as a stack; a gap, a repetition or a revert of anything but the newest block is a test failure.
    void take(const std::vector<follower::Step>& steps) {
        for (const follower::Step& step : steps) {
            if (const auto* applied = std::get_if<follower::BlockApplied>(&step)) {
                EXPECT_TRUE(blocks_.empty() || applied->block.number == blocks_.back().block.number + 1);
                blocks_.push_back(*applied);
            } else {
                ++reverts;
                ASSERT_FALSE(blocks_.empty());
                EXPECT_EQ(std::get<follower::BlockReverted>(step).block, blocks_.back().block);
                blocks_.pop_back();
            }
        }
    }

    [[nodiscard]] std::vector<Bytes> log_data() const {
        std::vector<Bytes> out;
        for (const auto& block : blocks_) {
            for (const rpc::Log& log : block.logs) {
                EXPECT_EQ(log.block, block.block);
                out.push_back(log.data);
            }
        }
        return out;
    }

    std::size_t reverts = 0;

private:
    std::vector<follower::BlockApplied> blocks_;
};

}  // namespace cone::test
