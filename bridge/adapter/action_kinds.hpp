// What each transaction of the bridge is for: in which mode it may be sent, and how it pays.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "bridge/sender/fees.hpp"

namespace cone::adapter {

/// What a bridge may send. Watch: nothing. Defend: what protects money that is at stake already. Act: everything.
enum class Mode : std::uint8_t { Watch, Defend, Act };
[[nodiscard]] std::optional<Mode> mode_from_name(std::string_view name);
[[nodiscard]] std::string_view to_string(Mode mode);

/// A contract's function that CONE's programs call, by its name in Solidity.
struct ActionKind {
    std::string_view call;
    Mode least;  ///< from this mode on it may be sent
    sender::FeeClass fee_class;
};

[[nodiscard]] std::span<const ActionKind> action_kinds();
/// `call` is one of the table's.
[[nodiscard]] const ActionKind& kind_of(std::string_view call);
[[nodiscard]] bool allows(Mode mode, std::string_view call);

}  // namespace cone::adapter
