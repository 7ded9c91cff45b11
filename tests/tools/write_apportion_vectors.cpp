// Writes tests/vectors/apportion.json, which the C++ tests and forge both read. Usage: write_apportion_vectors > FILE
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "cone/base/rng.hpp"
#include "cone/market/payout.hpp"

namespace {

using cone::Wei;
using cone::market::apportion;
using Weights = std::vector<std::uint64_t>;
using Json = nlohmann::ordered_json;

constexpr cone::Uint128 kEther = 1'000'000'000'000'000'000;

Json digits(const std::vector<Wei>& amounts) {
    Json list = Json::array();
    for (const Wei amount : amounts) {
        list.push_back(to_string(amount));
    }
    return list;
}

Json apportion_case(Wei total, const Weights& weights) {
    return {{"total", to_string(total)}, {"weights", weights}, {"parts", digits(apportion(total, weights))}};
}

Json settle_case(Wei escrow, std::uint32_t share_bp, std::uint32_t metric_bp, std::uint32_t tau_bp, const Weights& accesses,
                 const Weights& votes) {
    const auto result = cone::market::settle({escrow, share_bp, metric_bp, tau_bp, accesses, votes});
    return {{"escrow", to_string(escrow)},
            {"executorShareBp", share_bp},
            {"metricBp", metric_bp},
            {"tauBp", tau_bp},
            {"accesses", accesses},
            {"votes", votes},
            {"met", result.met},
            {"sellers", digits(result.sellers)},
            {"executors", digits(result.executors)},
            {"refund", to_string(result.refund)}};
}

Weights random_weights(const cone::Rng& random, std::uint64_t& at, std::uint64_t bound) {
    Weights weights(1 + random.below(at++, 16));
    for (auto& weight : weights) {
        weight = random.below(at++, 4) == 0 ? 0 : random.below(at++, bound);
    }
    return weights;
}

Json apportion_cases() {
    Json cases = Json::array();
    for (const auto& [total, weights] :
         std::vector<std::pair<cone::Uint128, Weights>>{{0, {1, 2}},
                                                        {1, {1, 1, 1}},
                                                        {2, {1, 1, 1}},
                                                        {10, {1, 1, 1}},
                                                        {10, {1, 2, 4}},
                                                        {7, {0, 3, 0}},
                                                        {5, {0, 0}},
                                                        {100, {3, 3, 3, 1}},
                                                        {3 * kEther, {3, 5, 7, 11, 13, 1}},
                                                        {1, {0xffffffff, 0xffffffff}},
                                                        {120'000'000 * kEther, {0xffffffff, 1, 0xfffffffe}}}) {
        cases.push_back(apportion_case(Wei(total), weights));
    }
    const cone::Rng random(20261121, cone::RngStream::Probe, 0);
    for (std::uint64_t i = 0, at = 0; i < 20; ++i) {
        const auto weights = random_weights(random, at, i % 2 == 0 ? 6 : 0x100000000);
        const Wei total(i % 3 == 0 ? random.below(at++, 50) : kEther * random.below(at++, 1000) + i);
        cases.push_back(apportion_case(total, weights));
    }
    return cases;
}

Json settle_cases() {
    Json cases = Json::array();
    cases.push_back(settle_case(Wei(3 * kEther), 3000, 9750, 9000, {4, 2, 0, 6, 3, 5, 1, 2, 1, 0, 0, 0}, {3, 3, 2, 0, 1, 3}));
    cases.push_back(settle_case(Wei(3 * kEther), 3000, 8999, 9000, {4, 2, 0, 6}, {3, 3, 2}));
    cases.push_back(settle_case(Wei(9), 3000, 9000, 9000, {1, 1}, {1, 1}));
    cases.push_back(settle_case(Wei(1001), 3333, 10000, 0, {0, 0}, {5}));
    cases.push_back(settle_case(Wei(1001), 3333, 10000, 0, {1, 2}, {0}));
    cases.push_back(settle_case(Wei(1), 5000, 1, 1, {1}, {1}));
    cases.push_back(settle_case(Wei(77), 0, 1, 1, {1, 1}, {1}));
    cases.push_back(settle_case(Wei(77), 10000, 1, 1, {1, 1}, {1, 1}));
    const cone::Rng random(20261121, cone::RngStream::Probe, 1);
    for (std::uint64_t i = 0, at = 0; i < 12; ++i) {
        const auto accesses = random_weights(random, at, 500);
        const auto votes = random_weights(random, at, 20);
        const auto share_bp = static_cast<std::uint32_t>(random.below(at++, 10'001));
        const auto metric_bp = static_cast<std::uint32_t>(random.below(at++, 10'001));
        const Wei escrow(kEther + random.below(at++, 1'000'000'007));
        cases.push_back(settle_case(escrow, share_bp, metric_bp, 4000, accesses, votes));
    }
    return cases;
}

}  // namespace

int main() {
    const Json all{{"apportion", apportion_cases()}, {"settle", settle_cases()}};
    std::cout << all.dump(1) << "\n";
}
