// The smallest lead for a fault share and an error target.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/lead.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cone::job {

std::uint32_t required_lead(double fault_share, double error_target) {
    constexpr auto kNever = std::numeric_limits<std::uint32_t>::max();
    const auto below_half = [](double x) { return x > 0 && x < 0.5; };
    if (!below_half(fault_share) || !below_half(error_target)) {
        return kNever;
    }
    const double quotient = std::log((1 - error_target) / error_target) / std::log((1 - fault_share) / fault_share);
    const double lead = std::max(1.0, std::ceil(quotient - 1e-9));
    return lead < static_cast<double>(kNever) ? static_cast<std::uint32_t>(lead) : kNever;
}

}  // namespace cone::job
