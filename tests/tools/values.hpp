// Values to fill vectors with: edge cases first, then pseudo-random ones, always the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cone/base/rng.hpp"

namespace cone::test {

/// Case 0 is all zeros, case 1 all ones, the others random; each `draw` continues where the last one stopped.
class Values {
public:
    Values(std::uint32_t record, std::uint32_t case_number)
        : rng_(record, RngStream::Probe, case_number), case_number_(case_number) {}

    [[nodiscard]] std::uint64_t u64() {
        const std::uint64_t random = rng_.bits(next_++);
        return case_number_ == 0 ? 0 : case_number_ == 1 ? ~std::uint64_t{0} : random;
    }
    [[nodiscard]] std::uint32_t u32() { return static_cast<std::uint32_t>(u64()); }

    template <class Fixed>
    [[nodiscard]] Fixed fixed() {
        Fixed value;
        for (std::uint8_t& byte : value.bytes) {
            byte = static_cast<std::uint8_t>(u64());
        }
        return value;
    }
    [[nodiscard]] Hash32 hash() { return fixed<Hash32>(); }
    [[nodiscard]] Address address() { return fixed<Address>(); }

private:
    Rng rng_;
    std::uint32_t case_number_;
    std::uint64_t next_ = 0;
};

}  // namespace cone::test
