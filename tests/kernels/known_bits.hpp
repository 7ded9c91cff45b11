// What the probes of bits_probe.cpp give with every compiler, on every machine: a change here is a change of every digest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cone {

inline constexpr std::uint64_t kKnownBits = 0xd1829ffdffeb6008;
/// 150 random networks over all operators, 20 steps of SGD, Adam or AdamW each.
inline constexpr std::uint64_t kKnownTrainingBits = 0x046700c09b0d797f;

}  // namespace cone
