// Required lead and verdict.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/lead.hpp"

#include <cmath>

#include "cone/base/errors.hpp"

namespace cone::agreement {
namespace {

bool is_minority(double share) {
    return share > 0 && share < 0.5;
}

}  // namespace

std::uint32_t required_lead(double fault_share, double error_target) {
    CONE_ASSERT(is_minority(fault_share) && is_minority(error_target), "f and beta lie in (0, 1/2)");
    const double ratio = std::log((1 - error_target) / error_target) / std::log((1 - fault_share) / fault_share);
    return static_cast<std::uint32_t>(std::ceil(ratio - 1e-9));
}

std::optional<Verdict> verdict(const VerdictInput& input) {
    CONE_ASSERT(input.required_lead > 0, "a lead of 0 would accept a tie");
    if (input.standing.lead() >= std::uint64_t{input.required_lead} + input.outstanding) {
        return Verdict::Accepted;
    }
    if (input.outstanding > 0) {
        return std::nullopt;
    }
    return input.members < input.pool ? Verdict::Undecided : Verdict::Void;
}

}  // namespace cone::agreement
