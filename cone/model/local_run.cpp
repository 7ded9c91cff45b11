// Steps, order and checks of a local training, whichever engine runs it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/model/trainer.hpp"

namespace cone::model {
namespace {

constexpr unsigned kSellerShift = 44;  // index of a shuffle draw: seller | epoch (12 bits) | position (32 bits)
constexpr unsigned kEpochShift = 32;

std::array<float, 256> make_pixel_table() {
    std::array<float, 256> table{};
    for (std::size_t x = 0; x < table.size(); ++x) {
        table[x] = static_cast<float>((static_cast<double>(x) / 255.0 - 0.1307) / 0.3081);
    }
    return table;
}

}  // namespace

std::span<const float, 256> pixel_table() {
    static const auto kTable = make_pixel_table();
    return kTable;
}

std::uint32_t local_steps(const job::LocalTraining& local, std::uint32_t images) {
    CONE_ASSERT(local.batch > 0, "validated by the job spec");
    return local.epochs * (images / local.batch + (images % local.batch != 0 ? 1 : 0));
}

std::vector<std::uint32_t> epoch_order(const LocalRun& run, std::uint32_t epoch, std::uint32_t images) {
    CONE_ASSERT(run.seller.value < (1u << 20) && epoch < (1u << 12), "fields of the shuffle index");
    const std::uint64_t base = (std::uint64_t{run.seller.value} << kSellerShift) | (std::uint64_t{epoch} << kEpochShift);
    const Rng rng(run.training_seed, RngStream::Shuffle, run.round.value);
    std::vector<std::uint32_t> order(images);
    std::iota(order.begin(), order.end(), 0u);
    for (std::uint32_t i = images; i > 1; --i) {
        std::swap(order[i - 1], order[rng.below(base | i, i)]);
    }
    return order;
}

void require_fits(const job::ModelSpec& model, const data::Shard& shard) {
    if (shard.channels != model.channels || shard.height != model.height || shard.width != model.width) {
        const auto shape = [](auto c, auto h, auto w) {
            return std::to_string(c) + " x " + std::to_string(h) + " x " + std::to_string(w);
        };
        throw DataError("images of " + shape(shard.channels, shard.height, shard.width) + ", the model takes " +
                        shape(model.channels, model.height, model.width));
    }
    for (std::size_t row = 0; row < shard.labels.size(); ++row) {
        if (shard.labels[row] >= model.classes) {
            throw DataError("label " + std::to_string(shard.labels[row]) + " in row " + std::to_string(row) + " is not below " +
                            std::to_string(model.classes));
        }
    }
}

}  // namespace cone::model
