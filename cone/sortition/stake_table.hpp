// The pool of a job: who has staked how much, as fixed at the job's pool block.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::sortition {

/// An executor and its stake in whole units; each unit is one ticket.
struct Stake {
    Address executor;
    std::uint32_t units = 0;
    auto operator<=>(const Stake&) const = default;
};

/// Distinct executors with at least one unit each, ascending by address whatever the order they came in.
class StakeTable {
public:
    StakeTable() = default;
    /// Nothing when an address is zero or appears twice. Entries without units are left out.
    [[nodiscard]] static std::optional<StakeTable> from(std::vector<Stake> stakes);

    [[nodiscard]] const std::vector<Stake>& stakes() const { return stakes_; }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(stakes_.size()); }
    /// 0 for a stranger.
    [[nodiscard]] std::uint32_t units_of(const Address& executor) const;

private:
    std::vector<Stake> stakes_;
};

}  // namespace cone::sortition
