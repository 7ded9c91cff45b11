// Loss and accuracy of a classifier from its logits, with one order of operations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cone::kernels {

/// Sum over rows of log(sum_c exp(z_c)) - z_label, in double with exp_exact and log_exact; rows and classes ascending.
/// `logits` has shape (labels.size(), classes), row-major; every label < classes. A row with a NaN or infinite logit makes
/// the sum +infinity: such a model is of no use, and the answer stays ordered.
[[nodiscard]] double cross_entropy_sum(std::span<const float> logits, std::span<const std::uint8_t> labels,
                                       std::size_t classes);

/// Rows whose largest logit is the label's; among equal logits the first wins. A row with NaN is never right.
[[nodiscard]] std::size_t count_correct(std::span<const float> logits, std::span<const std::uint8_t> labels,
                                        std::size_t classes);

}  // namespace cone::kernels
