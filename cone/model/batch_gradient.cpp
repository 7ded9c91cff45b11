// Rows to pointers, shards in ascending order, the exact sum.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/batch_gradient.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"

namespace cone::model {

using kernels::Status;

kernels::Optimiser optimiser_of(const LocalRun& run) {
    return {.kind = static_cast<kernels::Optimiser::Kind>(run.local.optimiser),
            .rate = static_cast<float>(run.learning_rate),
            .momentum = static_cast<float>(run.local.momentum),
            .decay = static_cast<float>(run.local.weight_decay),
            .max_norm = static_cast<float>(run.local.max_gradient_norm)};
}

Status BatchGradient::compute(const data::Shard& shard, std::span<const std::uint32_t> rows, const LocalRun& run,
                              std::uint32_t epoch, const ShardTeam* team) {
    const auto shards = run.local.virtual_shards;
    if (shards == 1) {
        return compute_part(shard, rows, narrow<std::uint32_t>(rows.size()), run, epoch);
    }
    const std::size_t size = run.local.batch / shards;
    sum_.start();
    for (std::uint32_t v = team == nullptr ? 0 : team->rank; v < shards; v += team == nullptr ? 1 : team->size) {
        const std::size_t first = std::min(v * size, rows.size());
        const auto part = rows.subspan(first, std::min(size, rows.size() - first));
        if (!part.empty()) {
            const auto status = compute_part(shard, part, narrow<std::uint32_t>(rows.size()), run, epoch);
            sum_.add(engine_.gradient_values(), status);
        }
    }
    return sum_.finish(team, engine_.gradient_values());
}

Status BatchGradient::compute_part(const data::Shard& shard, std::span<const std::uint32_t> rows, std::uint32_t divisor,
                                   const LocalRun& run, std::uint32_t epoch) {
    rows_.clear();
    labels_.clear();
    for (const auto row : rows) {
        rows_.push_back(shard.pixels.data() + row * shard.image_bytes());
        labels_.push_back(shard.labels[row]);
    }
    return engine_.gradient(
        {.samples = {.rows = rows_, .table = pixel_table()},
         .labels = labels_,
         .divisor = divisor,
         .indices = rows,
         .dropout_seed = run.training_seed,
         .dropout_stream = (std::uint64_t{run.round.value} << 32) | (std::uint64_t{run.seller.value} << 12) | epoch});
}

}  // namespace cone::model
