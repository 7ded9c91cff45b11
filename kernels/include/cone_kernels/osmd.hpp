// The mirror step of OSMD: exponentiated gradient and KL projection onto the truncated simplex.
// SPDX-License-Identifier: Apache-2.0
//
// A = {p : sum p = 1, p_i >= alpha / n}. Closed form of the projection: Zhao, Lyu, Wang, Kolar, "Adaptive client sampling in
// federated learning via online learning with bandit feedback" (arXiv 2112.14332), Proposition on the KL projection.
//
// kl_project, in double. M: the largest of the log_values l; v_i = exp_exact(l_i - M); floor = alpha / n. The indices stand in
// ascending order of (v_i, i). Positions b = n - 1, n - 2 .. 0 of that order, so from the largest v down, and of equal ones from the
// largest index: sum = sum + v from +0, then go on while v * (1 - floor * b) > floor * sum. F and c are the sum and the b of
// the last position where that held. Nowhere: p_i = 1 / n. Else p_i is floor at positions below c, and at the others the larger of
// floor and (v_i * (1 - floor * c)) / F.
#pragma once

#include <span>

#include "cone_kernels/status.hpp"

namespace cone::kernels {

/// p = argmin over q in A of KL(q || exp(log_values)), for weights known up to a common factor by their logarithms.
/// alpha in (0, 1]; alpha = 1 gives the uniform distribution. -inf stands for weight 0 and ends at the floor.
/// NotFinite when an entry is NaN or +inf, or all are -inf. Sizes of both spans agree, n >= 1.
[[nodiscard]] Status kl_project(std::span<const double> log_values, double alpha, std::span<double> p);

/// p <- projection of p_i * exp(eta * feedback_i): log p_i and fma(eta, feedback_i, log p_i), then kl_project.
[[nodiscard]] Status osmd_step(std::span<double> p, std::span<const double> feedback, double eta, double alpha);

}  // namespace cone::kernels
