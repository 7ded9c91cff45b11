// Loss and accuracy of a classifier from its logits, with one order of operations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cone::kernels {

/// Sum over rows of log(sum_c exp(z_c)) - z_label, in double. Of a row, with m its largest logit and S as below:
/// log_exact(S) + (m - double(z_label)), which is finite where m - z_label is, however large m; rows ascending from +0.
/// `logits` has shape (labels.size(), classes), row-major; every label < classes. A row with a NaN or infinite logit adds
/// +infinity: such a model is of no use, and the answer stays ordered.
[[nodiscard]] double cross_entropy_sum(std::span<const float> logits, std::span<const std::uint8_t> labels,
                                       std::size_t classes);

/// Gradient of cross_entropy_sum / divisor in the logits, in double, rounded to float once. With m the row's largest logit,
/// E_c = exp_exact(double(z_c) - double(m)) and S = sum E_c, classes ascending from +0:
/// out_c = float((E_c / S - (c == label ? 1 : 0)) / divisor). A row with NaN or +infinity, or of -infinity alone, gives
/// NaN throughout.
/// `out` has the shape of `logits`; classes <= 256, divisor > 0.
void cross_entropy_gradient(std::span<const float> logits, std::span<const std::uint8_t> labels, std::size_t classes,
                            std::uint32_t divisor, std::span<float> out);

/// Rows whose largest logit is the label's; among equal logits the first wins. A row with NaN is never right.
[[nodiscard]] std::size_t count_correct(std::span<const float> logits, std::span<const std::uint8_t> labels,
                                        std::size_t classes);

}  // namespace cone::kernels
