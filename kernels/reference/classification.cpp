// Cross-entropy and accuracy, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/classification.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "elementary_inline.hpp"
#include "fma_clones.hpp"
#include "require.hpp"

namespace cone::kernels {
namespace {

void check(std::span<const float> logits, std::span<const std::uint8_t> labels, std::size_t classes) {
    require(classes > 0 && logits.size() == labels.size() * classes, "logits must have shape (labels, classes)");
    require(std::all_of(labels.begin(), labels.end(), [&](std::uint8_t label) { return label < classes; }),
            "label outside [0, classes)");
}

[[gnu::always_inline]] inline double row_loss(std::span<const float> row, std::size_t label) {
    double largest = row[0];
    bool finite = true;
    for (const float logit : row) {
        finite = finite && std::isfinite(logit);
        largest = logit > largest ? logit : largest;
    }
    if (!finite) {
        return kInfinity;
    }
    double sum = 0;
    for (const float logit : row) {
        sum += exp_inline(logit - largest);
    }
    return log_inline(sum) + (largest - row[label]);
}

/// (softmax - one-hot) / divisor of one row; `power` is room for the exponentials.
[[gnu::always_inline]] inline void row_gradient(std::span<const float> row, std::size_t label, double divisor,
                                                std::span<double> power, std::span<float> gradient) {
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
        power[c] = exp_inline(row[c] - largest);
        sum += power[c];
    }
    for (std::size_t c = 0; c < row.size(); ++c) {
        gradient[c] = static_cast<float>((power[c] / sum - (c == label ? 1.0 : 0.0)) / divisor);
    }
}

bool is_right(std::span<const float> row, std::size_t label) {
    const bool has_nan = std::any_of(row.begin(), row.end(), [](float logit) { return std::isnan(logit); });
    return !has_nan && static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin()) == label;
}

}  // namespace

CONE_FMA_CLONES double cross_entropy_sum(std::span<const float> logits, std::span<const std::uint8_t> labels,
                                         std::size_t classes) {
    check(logits, labels, classes);
    double sum = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        sum += row_loss(logits.subspan(i * classes, classes), labels[i]);
    }
    return sum;
}

CONE_FMA_CLONES void cross_entropy_gradient(std::span<const float> logits, std::span<const std::uint8_t> labels,
                                            std::size_t classes, std::uint32_t divisor, std::span<float> out) {
    check(logits, labels, classes);
    require(classes <= 256 && divisor > 0 && out.size() == logits.size(), "cross_entropy_gradient: classes, divisor or sizes");
    std::array<double, 256> power{};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        row_gradient(logits.subspan(i * classes, classes), labels[i], divisor, power, out.subspan(i * classes, classes));
    }
}

std::size_t count_correct(std::span<const float> logits, std::span<const std::uint8_t> labels, std::size_t classes) {
    check(logits, labels, classes);
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        right += is_right(logits.subspan(i * classes, classes), labels[i]) ? 1u : 0u;
    }
    return right;
}

}  // namespace cone::kernels
