// Largest-remainder apportionment and the split of a job's escrow.
// SPDX-License-Identifier: Apache-2.0
#include "cone/market/payout.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "cone/base/errors.hpp"

namespace cone::market {
namespace {

constexpr std::uint32_t kWholeBp = 10'000;

Uint128 sum_of(std::span<const std::uint64_t> weights) {
    return std::accumulate(weights.begin(), weights.end(), Uint128{0});
}

Wei sum_of(const std::vector<Wei>& amounts) {
    return std::accumulate(amounts.begin(), amounts.end(), Wei{});
}

/// The remainders total * w mod sum. total * w does not overflow: mul_div_down has checked it.
std::vector<Uint128> remainders(Wei total, std::span<const std::uint64_t> weights, Uint128 sum) {
    std::vector<Uint128> result;
    for (const std::uint64_t weight : weights) {
        result.push_back(total.value * weight % sum);
    }
    return result;
}

/// One wei more for the `count` largest remainders, ties to the lower index.
void hand_out(std::vector<Wei>& amounts, const std::vector<Uint128>& remainder, std::size_t count) {
    std::vector<std::size_t> order(amounts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
    for (std::size_t i = 0; i < count; ++i) {
        amounts[order[i]] += Wei(1);
    }
}

}  // namespace

std::vector<Wei> apportion(Wei total, std::span<const std::uint64_t> weights) {
    const Uint128 sum = sum_of(weights);
    std::vector<Wei> amounts(weights.size());
    if (sum == 0) {
        return amounts;
    }
    std::transform(weights.begin(), weights.end(), amounts.begin(),
                   [&](auto weight) { return mul_div_down(total, weight, sum); });
    const Wei left = total - sum_of(amounts);
    hand_out(amounts, remainders(total, weights, sum), static_cast<std::size_t>(left.value));
    return amounts;
}

Settlement settle(const SettlementInput& input) {
    CONE_ASSERT(input.executor_share_bp <= kWholeBp, "executor_share_bp is a share of the escrow");
    const Wei seller_share_down = mul_div_down(input.escrow, kWholeBp - input.executor_share_bp, kWholeBp);
    Settlement result;
    result.met = input.metric_bp >= input.threshold_bp;
    result.executors = apportion(input.escrow - seller_share_down, input.votes);
    result.sellers = result.met ? apportion(seller_share_down, input.accesses) : std::vector<Wei>(input.accesses.size());
    result.refund = input.escrow - sum_of(result.executors) - sum_of(result.sellers);
    return result;
}

}  // namespace cone::market
