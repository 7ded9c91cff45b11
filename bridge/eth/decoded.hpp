// The outcome of decoding bytes from outside: a value, or the rule that was broken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>

namespace cone::eth {

/// A decoded value, or why there is none. `Error` is an enum with one enumerator a rule.
template <class Value, class Error>
class Decoded {
public:
    Decoded(Value value) : value_(std::move(value)) {}
    Decoded(Error error) : error_(error) {}

    [[nodiscard]] explicit operator bool() const { return value_.has_value(); }
    [[nodiscard]] const Value& operator*() const& { return *value_; }
    [[nodiscard]] Value&& operator*() && { return *std::move(value_); }
    [[nodiscard]] const Value* operator->() const { return &*value_; }
    /// Only when there is no value.
    [[nodiscard]] Error error() const { return error_; }

private:
    std::optional<Value> value_;
    Error error_{};
};

}  // namespace cone::eth
