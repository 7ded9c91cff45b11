// Money: whole wei, never negative, never silently wrapped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cone {

__extension__ using Uint128 = unsigned __int128;

/// An amount of wei. 128 bits hold 3.4e20 ether, far above all there is; arithmetic throws std::overflow_error.
struct Wei {
    Uint128 value = 0;

    constexpr Wei() = default;
    constexpr explicit Wei(Uint128 v) : value(v) {}
    auto operator<=>(const Wei&) const = default;
};

[[nodiscard]] Wei operator+(Wei a, Wei b);
/// Throws std::overflow_error when b > a.
[[nodiscard]] Wei operator-(Wei a, Wei b);
inline Wei& operator+=(Wei& a, Wei b) {
    return a = a + b;
}
inline Wei& operator-=(Wei& a, Wei b) {
    return a = a - b;
}

/// floor(amount * numerator / denominator), exact in between. Throws std::overflow_error when the product exceeds 128 bits,
/// std::domain_error when the denominator is 0.
[[nodiscard]] Wei mul_div_down(Wei amount, Uint128 numerator, Uint128 denominator);

/// Decimal digits.
[[nodiscard]] std::string to_string(Wei amount);
/// Ether with up to 6 decimals for people, rounded down: "1.25".
[[nodiscard]] std::string to_ether_string(Wei amount);
/// Reads decimal digits; nothing on anything else or above 128 bits.
[[nodiscard]] std::optional<Wei> wei_from_string(std::string_view digits);
/// Reads ether with up to 18 decimals, exactly: "0.05", "3". Nothing on anything else: no sign, no exponent, no bare dot.
[[nodiscard]] std::optional<Wei> wei_from_ether(std::string_view text);

}  // namespace cone
