// Keccak-256 as Ethereum uses it (original padding 0x01, not SHA3-256's 0x06).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "cone/base/bytes.hpp"

namespace cone::hash {

/// Keccak-256 of `data`.
[[nodiscard]] Hash32 keccak256(ByteSpan data);

/// Incremental form: `update` any number of times, then `finish` once.
class Keccak256 {
public:
    void update(ByteSpan data);
    [[nodiscard]] Hash32 finish();

private:
    static constexpr std::size_t kRate = 136;
    std::array<std::uint64_t, 25> state_{};
    std::array<std::uint8_t, kRate> block_{};
    std::size_t filled_ = 0;
};

/// Four messages of equal length at once (AVX2 when the machine has it, else one by one): the same bits as keccak256.
[[nodiscard]] std::array<Hash32, 4> keccak256_x4(const std::array<ByteSpan, 4>& messages);

}  // namespace cone::hash
