// Exponents by maximum, mantissas by sum.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/aggregation.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"

namespace cone::training {
namespace {

void require_ok(kernels::Status status) {
    CONE_ASSERT(status == kernels::Status::Ok, "updates that take part are finite and under the shared exponents");
}

std::vector<std::int32_t> shared_exponents(std::size_t values, std::span<const Contribution> mine,
                                           const kernels::BlockFormat& format, comm::Communicator& team) {
    std::vector<std::int32_t> shared(format.blocks(values), kernels::kZeroBlock);
    std::vector<std::int32_t> own(shared.size());
    for (const auto& contribution : mine) {
        require_ok(kernels::block_exponents(contribution.update, format, own));
        std::transform(shared.begin(), shared.end(), own.begin(), shared.begin(),
                       [](auto a, auto b) { return std::max(a, b); });
    }
    team.all_reduce_max(shared);
    return shared;
}

}  // namespace

kernels::Status aggregate(std::vector<float>& weights, std::span<const Contribution> mine, std::uint64_t total_weight,
                          const kernels::BlockFormat& format, comm::Communicator& team) {
    if (total_weight == 0) {
        return kernels::Status::Ok;
    }
    const auto shared = shared_exponents(weights.size(), mine, format, team);
    std::vector<std::int64_t> sums(weights.size(), 0);
    std::vector<std::int32_t> mantissas(weights.size());
    for (const auto& contribution : mine) {
        require_ok(kernels::quantise(contribution.update, format, shared, mantissas));
        kernels::accumulate(mantissas, contribution.weight, sums);
    }
    team.all_reduce_sum(sums);
    return kernels::dequantise_add(weights, sums, format, shared, total_weight);
}

}  // namespace cone::training
