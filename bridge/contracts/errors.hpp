// Why a contract said no, by name and with the values: "JobBoard: WrongAttempt(given=1, expected=2)".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/contracts/interface.hpp"
#include "bridge/contracts/spec.hpp"
#include "cone/base/bytes.hpp"

namespace cone::contracts {

struct NamedError {
    std::string name;
    std::vector<Argument> arguments;
};

/// Our contracts' errors, and Solidity's own `Error(string)` and `Panic(uint256)`. Nothing for other or malformed data.
[[nodiscard]] std::optional<NamedError> decode_error(ByteSpan revert_data);

/// One line for people; `called` is the contract that the transaction went to. Never fails: unknown data is shown as it is.
[[nodiscard]] std::string describe_revert(Contract called, ByteSpan revert_data);

}  // namespace cone::contracts
