// Checked 128-bit arithmetic of amounts.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/wei.hpp"

#include <algorithm>
#include <stdexcept>

namespace cone {
namespace {

constexpr Uint128 kEther = Uint128{1'000'000'000} * 1'000'000'000;
constexpr std::size_t kEtherDecimals = 18;

std::string digits_of(Uint128 value) {
    std::string text;
    do {
        text.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    std::reverse(text.begin(), text.end());
    return text;
}

Uint128 checked_mul(Uint128 a, Uint128 b) {
    Uint128 product = 0;
    if (__builtin_mul_overflow(a, b, &product)) {
        throw std::overflow_error("Wei: product exceeds 128 bits");
    }
    return product;
}

}  // namespace

Wei operator+(Wei a, Wei b) {
    Uint128 sum = 0;
    if (__builtin_add_overflow(a.value, b.value, &sum)) {
        throw std::overflow_error("Wei: sum exceeds 128 bits");
    }
    return Wei(sum);
}

Wei operator-(Wei a, Wei b) {
    if (b.value > a.value) {
        throw std::overflow_error("Wei: " + to_string(a) + " - " + to_string(b) + " is negative");
    }
    return Wei(a.value - b.value);
}

Wei mul_div_down(Wei amount, Uint128 numerator, Uint128 denominator) {
    if (denominator == 0) {
        throw std::domain_error("Wei: division by zero");
    }
    return Wei(checked_mul(amount.value, numerator) / denominator);
}

std::string to_string(Wei amount) {
    return digits_of(amount.value);
}

std::string to_ether_string(Wei amount) {
    std::string text = digits_of(amount.value / kEther);
    std::string micro = digits_of(amount.value % kEther / (kEther / 1'000'000));
    micro.insert(0, 6 - micro.size(), '0');
    while (!micro.empty() && micro.back() == '0') {
        micro.pop_back();
    }
    return micro.empty() ? text : text + "." + micro;
}

std::optional<Wei> wei_from_string(std::string_view digits) {
    if (digits.empty()) {
        return std::nullopt;
    }
    Uint128 value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        const auto digit = static_cast<Uint128>(c - '0');
        if (__builtin_mul_overflow(value, Uint128{10}, &value) || __builtin_add_overflow(value, digit, &value)) {
            return std::nullopt;
        }
    }
    return Wei(value);
}

std::optional<Wei> wei_from_ether(std::string_view text) {
    const std::size_t dot = text.find('.');
    const std::string_view whole = text.substr(0, dot);
    std::string decimals(dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1));
    if (whole.empty() || decimals.size() > kEtherDecimals || (dot != std::string_view::npos && decimals.empty())) {
        return std::nullopt;
    }
    decimals.append(kEtherDecimals - decimals.size(), '0');
    return wei_from_string(std::string(whole) + decimals);
}

}  // namespace cone
