// One C-OSMD round as bookkeeping: who is drawn, whose update counts, what the seller distribution becomes.
// SPDX-License-Identifier: Apache-2.0
//
//   draw = draw_sellers(seed, round, p, K)                      everybody computes the same draw
//   train every seller of draw.picked locally                   (training)
//   factors = norm_factors(kind, norms)                         updates are scaled by their factor
//   gains[i] = U(w + factor * D) - U(w)                         (training)
//   decision = decide_round(osmd, {p, accesses, draw, norms, gains})
//   w' = w + sum weights[i] * D_i / total_weight                exact sum (kernels); w' = w when total_weight is 0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/base/ids.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::market {

/// The K picks of a round.
struct SellerDraw {
    std::vector<std::uint32_t> draws;   ///< K seller indices in draw order, with repetitions
    std::vector<std::uint32_t> picked;  ///< the distinct sellers, ascending
    std::vector<std::uint32_t> times;   ///< N_i of picked[i]; adds up to K
    bool operator==(const SellerDraw&) const = default;
};

/// p = 1/n each; the start of every job, and FedAvg's distribution for good.
[[nodiscard]] std::vector<double> uniform_distribution(std::size_t sellers);

/// K draws with replacement from `distribution` by inverse CDF over ascending indices; draw k uses number k of stream
/// SellerDraw, substream `round`. Every seller with p > 0 can be drawn. `distribution` is not empty.
[[nodiscard]] SellerDraw draw_sellers(std::uint64_t training_seed, RoundIndex round, std::span<const double> distribution,
                                      std::uint32_t draws);

/// R: the lower median of the finite norms; 0 when none is finite.
[[nodiscard]] double norm_bound(std::span<const double> norms);

/// What to multiply each picked update by: min(1, R / norm) for C-OSMD, 1 for the baselines, 0 for an update whose norm is
/// not finite (nobody can add it: it counts as gain -infinity and weight 0 under every rule).
[[nodiscard]] std::vector<double> norm_factors(job::Aggregation kind, std::span<const double> norms);

struct RoundInput {
    std::span<const double> distribution;     ///< p, one entry a seller
    std::span<const std::uint32_t> accesses;  ///< cumulative, one entry a seller
    const SellerDraw& draw;
    std::span<const double> norms;  ///< of the updates before scaling, one entry a picked seller
    std::span<const double> gains;  ///< d_i; NaN counts as -infinity; one entry a picked seller
};

struct RoundDecision {
    std::vector<std::uint32_t> weights;   ///< one entry a picked seller; 0: its update is left out
    std::uint64_t total_weight = 0;       ///< divisor of the aggregation; 0: the model stays as it is
    std::vector<double> distribution;     ///< p after the round
    std::vector<std::uint32_t> accesses;  ///< cumulative, after the round
    bool operator==(const RoundDecision&) const = default;
};

/// The rule of `osmd.aggregation` (d2m.md 3.3 and 3.4):
///   COsmd   weight N_i if d_i > 0; feedback clip(N_i d_i / (K p_i), -B, B); an access is a pick that passed
///   OsmdDm  weight N_i;            feedback d_i / (K p_i), once a seller;   every pick is an access
///   FedAvg  weight N_i;            p stays;                                 every pick is an access
[[nodiscard]] RoundDecision decide_round(const job::OsmdSpec& osmd, const RoundInput& input);

/// The picked sellers whose weight is not 0, ascending: RoundTrace::passed.
[[nodiscard]] std::vector<std::uint32_t> passed_sellers(const SellerDraw& draw, const RoundDecision& decision);

}  // namespace cone::market
