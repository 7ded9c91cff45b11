// Pools of executors with recognisable addresses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "cone/sortition/draw.hpp"

namespace cone::sortition {

/// Address 0x..0100 + number.
inline Address executor(std::uint32_t number) {
    Address address;
    address.bytes[18] = static_cast<std::uint8_t>(1 + (number >> 8));
    address.bytes[19] = static_cast<std::uint8_t>(number);
    return address;
}

/// Executor i with units[i].
inline StakeTable pool_of(const std::vector<std::uint32_t>& units) {
    std::vector<Stake> stakes;
    for (std::uint32_t i = 0; i < units.size(); ++i) {
        stakes.push_back({executor(i), units[i]});
    }
    return StakeTable::from(stakes).value();
}

inline DrawContext context(std::uint8_t seed, std::uint32_t segment = 0) {
    DrawContext result{{}, JobId(1), SegmentIndex(segment)};
    result.segment_seed.bytes.fill(seed);
    return result;
}

}  // namespace cone::sortition
