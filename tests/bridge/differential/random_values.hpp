// Random Ethereum values for differential tests, drawn from one counter-based stream: check i can be repeated alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "bridge/eth/abi.hpp"
#include "bridge/eth/key.hpp"
#include "bridge/eth/rlp.hpp"
#include "bridge/eth/transaction.hpp"
#include "bridge/eth/typed_data.hpp"
#include "cone/base/rng.hpp"

namespace cone::test {

/// All draws of one check.
class Draw {
public:
    Draw(std::uint64_t seed, std::uint32_t check) : rng_(seed, RngStream::Probe, check) {}

    /// Uniform in [0, bound).
    std::uint64_t below(std::uint64_t bound) { return rng_.below(next_++, bound); }
    Bytes bytes(std::size_t size);
    /// Of a random width, so that small and large ones, and zero, all come up.
    eth::U256 u256(std::size_t max_bits);
    Hash32 hash();
    Address address();
    eth::SecretKey key(Hash32& secret);
    /// Letters, signs, an umlaut, CJK, an emoji; no quote and no backslash.
    std::string text(std::size_t max_symbols);

    eth::RlpItem rlp(int depth);
    eth::AbiType abi_type(int depth);
    eth::AbiValue abi_value(const eth::AbiType& type);
    eth::Transaction transaction();
    eth::Vote vote();

private:
    Rng rng_;
    std::uint64_t next_ = 0;
};

/// As cast reads a value on its command line. `type` tells bool from numbers.
[[nodiscard]] std::string cast_text(const eth::AbiType& type, const eth::AbiValue& value);
/// As `cast to-rlp` reads it: nested JSON lists of hexadecimal strings.
[[nodiscard]] std::string cast_text(const eth::RlpItem& item);

}  // namespace cone::test
