// Exponents by maximum, mantissas by integer sum (kernels/fixed_point.hpp).
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/shard_sum.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"

namespace cone::model {

using kernels::Status;

void ShardSum::add(std::span<const float> gradient, Status status) {
    CONE_ASSERT(gradient.size() == values_, "a gradient of the network");
    finite_ = (shards_ == 0 || finite_) && status == Status::Ok;
    if (shards_ == gradients_.size()) {
        gradients_.emplace_back(values_);
    }
    std::copy(gradient.begin(), gradient.end(), gradients_[shards_++].begin());
}

Status ShardSum::finish(const ShardTeam* team, std::span<float> gradient) {
    const std::size_t blocks = format_.blocks(values_);
    const bool finite = shards_ == 0 || finite_;
    exponents_.assign(blocks + 1, kernels::kZeroBlock);
    own_.resize(blocks);
    for (std::size_t s = 0; finite && s < shards_; ++s) {
        CONE_ASSERT(kernels::block_exponents(gradients_[s], format_, own_) == Status::Ok, "the engine found it finite");
        std::transform(own_.begin(), own_.end(), exponents_.begin(), exponents_.begin(),
                       [](std::int32_t a, std::int32_t b) { return std::max(a, b); });
    }
    exponents_.back() = finite ? 0 : 1;
    if (team != nullptr) {
        team->maximum(exponents_);
    }
    if (exponents_.back() != 0) {
        return Status::NotFinite;
    }
    const auto shared = std::span<const std::int32_t>(exponents_).first(blocks);
    sums_.assign(values_, 0);
    mantissas_.resize(values_);
    for (std::size_t s = 0; s < shards_; ++s) {
        CONE_ASSERT(kernels::quantise(gradients_[s], format_, shared, mantissas_) == Status::Ok, "under the shared exponents");
        kernels::accumulate(mantissas_, 1, sums_);
    }
    if (team != nullptr) {
        team->sum(sums_);
    }
    std::fill(gradient.begin(), gradient.end(), 0.0f);
    return kernels::dequantise_add(gradient, sums_, format_, shared, 1);
}

}  // namespace cone::model
