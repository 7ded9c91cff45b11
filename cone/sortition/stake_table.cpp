// Sorting and looking up stakes.
// SPDX-License-Identifier: Apache-2.0
#include "cone/sortition/stake_table.hpp"

#include <algorithm>

namespace cone::sortition {

std::optional<StakeTable> StakeTable::from(std::vector<Stake> stakes) {
    std::sort(stakes.begin(), stakes.end());
    const auto same_executor = [](const Stake& a, const Stake& b) { return a.executor == b.executor; };
    if (std::adjacent_find(stakes.begin(), stakes.end(), same_executor) != stakes.end() ||
        (!stakes.empty() && stakes.front().executor.is_zero())) {
        return std::nullopt;
    }
    std::erase_if(stakes, [](const Stake& stake) { return stake.units == 0; });
    StakeTable table;
    table.stakes_ = std::move(stakes);
    return table;
}

std::uint32_t StakeTable::units_of(const Address& executor) const {
    const auto at = std::lower_bound(stakes_.begin(), stakes_.end(), executor,
                                     [](const Stake& stake, const Address& wanted) { return stake.executor < wanted; });
    return at != stakes_.end() && at->executor == executor ? at->units : 0;
}

}  // namespace cone::sortition
