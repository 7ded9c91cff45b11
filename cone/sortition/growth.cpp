// The three growth policies.
// SPDX-License-Identifier: Apache-2.0
#include "cone/sortition/growth.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"

namespace cone::sortition {
namespace {

using job::Growth;

constexpr std::uint32_t kLargestPower = 16;  // 2^16 exceeds every pool; the contract stops there too

std::uint64_t first_total(const job::AgreementSpec& spec) {
    return spec.growth == Growth::D2m ? std::uint64_t{spec.min_size} + 1 : std::max(spec.lead, spec.min_size);
}

std::uint64_t missing_lead_scaled_up(const job::AgreementSpec& spec, std::uint32_t lead) {
    const std::uint64_t missing = lead < spec.lead ? spec.lead - lead : spec.lead;
    return (spec.c_num * missing + spec.c_den - 1) / spec.c_den;
}

std::uint64_t added(const job::AgreementSpec& spec, const GrowthInput& input) {
    switch (spec.growth) {
        case Growth::Doubling:
            return input.total;
        case Growth::D2m:
            return spec.min_size + (std::uint64_t{1} << std::min(input.attempt.value, kLargestPower));
        case Growth::Lead:
            return missing_lead_scaled_up(spec, input.lead);
    }
    CONE_ASSERT(false, "no such growth policy");
    return 0;
}

}  // namespace

std::uint32_t next_total(const job::AgreementSpec& spec, const GrowthInput& input) {
    CONE_ASSERT(spec.c_den > 0, "c_den is 0");
    CONE_ASSERT(input.attempt.value > 0 || input.total == 0, "attempt 0 starts from nobody");
    const std::uint64_t wanted = input.attempt.value == 0 ? first_total(spec) : input.total + added(spec, input);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, input.pool));
}

}  // namespace cone::sortition
