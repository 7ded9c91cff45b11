// Permutation, selection, label corruption.
// SPDX-License-Identifier: Apache-2.0
#include "cone/data/split.hpp"

#include <numeric>
#include <span>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/rng.hpp"

namespace cone::data {
namespace {

constexpr std::uint32_t kTrainingSet = 0;
constexpr std::uint32_t kTestSet = 1;

void require_enough(const char* set, std::uint64_t asked, std::uint32_t have) {
    if (asked > have) {
        throw ConfigError(
            "data: " + std::to_string(asked) + " images asked of the " + set + " set, it holds " + std::to_string(have),
            "lower sellers, images_per_seller, validation_images or test_images");
    }
}

void require_usable(const LabelledSets& sets, const SplitSpec& spec) {
    require_enough("training", std::uint64_t{spec.sellers} * spec.images_per_seller + spec.validation_images,
                   sets.train.images);
    require_enough("test", spec.test_images, sets.test.images);
    if (spec.corrupted_sellers > spec.sellers) {
        throw ConfigError("data.corrupted_sellers: " + std::to_string(spec.corrupted_sellers) + " of " +
                          std::to_string(spec.sellers) + " sellers");
    }
    if (!(spec.corrupted_share >= 0 && spec.corrupted_share <= 1) || spec.classes < 2) {
        throw ConfigError("data.corrupted_share: must be in [0, 1], with at least two classes");
    }
    if (spec.sellers == 0 || spec.images_per_seller == 0 || spec.validation_images == 0 || spec.test_images == 0) {
        throw ConfigError("data: sellers, images_per_seller, validation_images and test_images must be at least 1");
    }
}

}  // namespace

Shard select(const Shard& shard, std::span<const std::uint32_t> rows) {
    Shard out{.images = narrow<std::uint32_t>(rows.size()),
              .channels = shard.channels,
              .height = shard.height,
              .width = shard.width,
              .pixels = {},
              .labels = {}};
    const auto size = shard.image_bytes();
    out.pixels.reserve(size * rows.size());
    out.labels.reserve(rows.size());
    for (const auto row : rows) {
        append(out.pixels, ByteSpan(shard.pixels).subspan(row * size, size));
        out.labels.push_back(shard.labels[row]);
    }
    return out;
}

std::vector<std::uint32_t> permutation(std::uint64_t seed, std::uint32_t substream, std::uint32_t count) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    const Rng rng(seed, RngStream::DataSplit, substream);
    for (std::uint32_t i = count; i > 1; --i) {
        std::swap(order[i - 1], order[rng.below(i, i)]);
    }
    return order;
}

void corrupt_labels(Shard& shard, std::uint64_t seed, std::uint32_t seller, double share, std::uint32_t classes) {
    const Rng rng(seed, RngStream::LabelCorruption, seller);
    for (std::uint64_t i = 0; i < shard.labels.size(); ++i) {
        if (rng.uniform(2 * i) < share) {
            const auto step = 1 + rng.below(2 * i + 1, classes - 1);
            shard.labels[i] = static_cast<std::uint8_t>((shard.labels[i] + step) % classes);
        }
    }
}

Split split_sets(const LabelledSets& sets, const SplitSpec& spec) {
    require_usable(sets, spec);
    const auto order = permutation(spec.seed, kTrainingSet, sets.train.images);
    auto rest = std::span(order);
    const auto take = [&](std::uint32_t count) {
        auto part = select(sets.train, rest.first(count));
        rest = rest.subspan(count);
        return part;
    };
    Split split;
    split.validation = take(spec.validation_images);
    for (std::uint32_t seller = 0; seller < spec.sellers; ++seller) {
        split.sellers.push_back(take(spec.images_per_seller));
        if (seller >= spec.sellers - spec.corrupted_sellers) {
            corrupt_labels(split.sellers.back(), spec.seed, seller, spec.corrupted_share, spec.classes);
        }
    }
    const auto test_order = permutation(spec.seed, kTestSet, sets.test.images);
    split.test = select(sets.test, std::span(test_order).first(spec.test_images));
    return split;
}

}  // namespace cone::data
