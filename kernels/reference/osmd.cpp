// KL projection onto {sum p = 1, p_i >= alpha / n} by its closed form (d2m.md 6.3), in logarithms.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/osmd.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "cone_kernels/elementary.hpp"
#include "require.hpp"

namespace cone::kernels {
namespace {

/// Indices by ascending weight, ties by index: one order on every machine.
std::vector<std::size_t> ascending_order(std::span<const double> weights) {
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return weights[a] != weights[b] ? weights[a] < weights[b] : a < b; });
    return order;
}

/// Weights divided by the largest, so that nothing overflows: exp(l - max l).
std::vector<double> relative_weights(std::span<const double> log_values, double largest) {
    std::vector<double> weights;
    weights.reserve(log_values.size());
    for (const double value : log_values) {
        weights.push_back(exp_exact(value - largest));
    }
    return weights;
}

/// How many of the smallest weights end at the floor (m* - 1), and the sum of the others, added from the largest down.
struct Clipping {
    std::size_t clipped;
    double free_sum;
};

/// Walks m from n down while the condition of 6.3 holds: it holds for all m >= m*, so the last one that holds is m*.
Clipping find_clipping(std::span<const double> weights, std::span<const std::size_t> order, double alpha) {
    const auto n = order.size();
    const double floor = alpha / static_cast<double>(n);
    Clipping found{n, 0};
    double sum = 0;
    for (std::size_t before = n; before-- > 0;) {
        const double weight = weights[order[before]];
        sum += weight;
        if (!(weight * (1.0 - floor * static_cast<double>(before)) > floor * sum)) {
            break;
        }
        found = {before, sum};
    }
    return found;
}

}  // namespace

Status kl_project(std::span<const double> log_values, double alpha, std::span<double> p) {
    require(!p.empty() && p.size() == log_values.size(), "kl_project: sizes differ or are 0");
    require(alpha > 0 && alpha <= 1, "kl_project: alpha outside (0, 1]");
    if (std::any_of(log_values.begin(), log_values.end(), [](double v) { return v != v; })) {
        return Status::NotFinite;
    }
    const double largest = *std::max_element(log_values.begin(), log_values.end());
    if (!std::isfinite(largest)) {
        return Status::NotFinite;
    }
    const auto weights = relative_weights(log_values, largest);
    const auto order = ascending_order(weights);
    const auto n = static_cast<double>(p.size());
    const double floor = alpha / n;
    const auto [clipped, free_sum] = find_clipping(weights, order, alpha);
    if (clipped == p.size()) {
        std::fill(p.begin(), p.end(), 1.0 / n);  // alpha = 1: only the uniform distribution is left
        return Status::Ok;
    }
    const double free_mass = 1.0 - floor * static_cast<double>(clipped);
    for (std::size_t m = 0; m < order.size(); ++m) {
        p[order[m]] = m < clipped ? floor : std::max(floor, weights[order[m]] * free_mass / free_sum);
    }
    return Status::Ok;
}

Status osmd_step(std::span<double> p, std::span<const double> feedback, double eta, double alpha) {
    require(p.size() == feedback.size(), "osmd_step: sizes differ");
    std::vector<double> log_values(p.size());
    for (std::size_t i = 0; i < p.size(); ++i) {
        log_values[i] = std::fma(eta, feedback[i], log_exact(p[i]));
    }
    return kl_project(log_values, alpha, p);
}

}  // namespace cone::kernels
