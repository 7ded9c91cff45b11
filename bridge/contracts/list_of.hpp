// A list of plain values as one ABI value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <vector>

#include "bridge/eth/abi.hpp"

namespace cone::contracts {

/// One AbiValue, not AbiValues: `{list_of(x)}` would be read as a copy of the list, not as a list of one argument.
template <class Item>
[[nodiscard]] eth::AbiValue list_of(const std::vector<Item>& items) {
    eth::AbiValues out;
    for (const Item& item : items) {
        if constexpr (std::is_integral_v<Item>) {
            out.emplace_back(eth::U256(item));
        } else {
            out.emplace_back(item);
        }
    }
    return out;
}

}  // namespace cone::contracts
