// Cross-entropy and accuracy, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/classification.hpp"

#include <algorithm>
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

std::size_t count_correct(std::span<const float> logits, std::span<const std::uint8_t> labels, std::size_t classes) {
    check(logits, labels, classes);
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        right += is_right(logits.subspan(i * classes, classes), labels[i]) ? 1u : 0u;
    }
    return right;
}

}  // namespace cone::kernels
