// From a node's JSON to values: each field must be there, of the right type and in canonical hexadecimal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "bridge/rpc/client.hpp"
#include "bridge/rpc/types.hpp"

namespace cone::rpc {

/// Throws CallFailed(BadResult) naming `what`.
[[noreturn]] void bad_result(const std::string& what);

// `name` is what the value is called in the failure.
[[nodiscard]] U256 u256_from(const Json& value, const std::string& name);
[[nodiscard]] std::uint64_t u64_from(const Json& value, const std::string& name);
[[nodiscard]] Bytes bytes_from(const Json& value, const std::string& name);

template <class Fixed>
[[nodiscard]] Fixed fixed_from(const Json& value, const std::string& name) {
    const Bytes bytes = bytes_from(value, name);
    if (bytes.size() != Fixed::kSize) {
        bad_result(name + " has " + std::to_string(bytes.size()) + " bytes instead of " + std::to_string(Fixed::kSize));
    }
    Fixed out;
    std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
    return out;
}

/// `input` of a transaction.
[[nodiscard]] Bytes input_from(const Json& transaction);
[[nodiscard]] BlockHeader header_from(const Json& block);
[[nodiscard]] Log log_from(const Json& log);
/// Ordered by (block, index). Refuses removed logs and two logs in one place.
[[nodiscard]] std::vector<Log> logs_from(const Json& list);
[[nodiscard]] Receipt receipt_from(const Json& receipt);

}  // namespace cone::rpc
