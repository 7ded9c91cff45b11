// The cut into sellers, validation and test set: disjoint, seeded, and wrong labels only where asked.
// SPDX-License-Identifier: Apache-2.0
#include "cone/data/split.hpp"

#include <gmock/gmock.h>

#include <array>
#include <set>

#include "cone/base/errors.hpp"

namespace cone::data {
namespace {

/// One-pixel-wide images that carry their own row number, labels row mod 10.
Shard numbered(std::uint32_t images) {
    Shard shard{.images = images, .channels = 1, .height = 1, .width = 2, .pixels = {}, .labels = {}};
    for (std::uint32_t i = 0; i < images; ++i) {
        shard.pixels.push_back(static_cast<std::uint8_t>(i));
        shard.pixels.push_back(static_cast<std::uint8_t>(i >> 8));
        shard.labels.push_back(static_cast<std::uint8_t>(i % 10));
    }
    return shard;
}

std::uint32_t row_of(const Shard& shard, std::size_t image) {
    return shard.pixels[2 * image] + 256u * shard.pixels[2 * image + 1];
}

const LabelledSets kSets{.train = numbered(1000), .test = numbered(100)};
const SplitSpec kSpec{.sellers = 4,
                      .images_per_seller = 200,
                      .validation_images = 150,
                      .test_images = 60,
                      .corrupted_sellers = 1,
                      .corrupted_share = 1.0,
                      .classes = 10,
                      .seed = 5};

std::size_t wrong_labels(const Shard& shard) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < shard.images; ++i) {
        wrong += shard.labels[i] != row_of(shard, i) % 10;
    }
    return wrong;
}

TEST(Split, GivesDisjointPartsOfTheAskedSizes) {
    const auto split = split_sets(kSets, kSpec);

    std::set<std::uint32_t> rows;
    for (std::size_t i = 0; i < split.validation.images; ++i) {
        rows.insert(row_of(split.validation, i));
    }
    for (const auto& seller : split.sellers) {
        EXPECT_EQ(seller.images, 200u);
        for (std::size_t i = 0; i < seller.images; ++i) {
            rows.insert(row_of(seller, i));
        }
    }
    EXPECT_EQ(rows.size(), 950u);
    EXPECT_EQ(split.test.images, 60u);
}

TEST(Split, IsDecidedByTheSeed) {
    auto other = kSpec;
    other.seed = 6;

    EXPECT_EQ(split_sets(kSets, kSpec).sellers, split_sets(kSets, kSpec).sellers);
    EXPECT_NE(split_sets(kSets, kSpec).sellers, split_sets(kSets, other).sellers);
    EXPECT_NE(split_sets(kSets, kSpec).test, split_sets(kSets, other).test);
}

TEST(Split, CorruptsTheLastSellersOnly) {
    const auto split = split_sets(kSets, kSpec);

    EXPECT_EQ(wrong_labels(split.sellers[0]) + wrong_labels(split.sellers[1]) + wrong_labels(split.sellers[2]), 0u);
    EXPECT_EQ(wrong_labels(split.sellers[3]), 200u) << "a share of 1 leaves no label right";
    EXPECT_EQ(wrong_labels(split.validation), 0u);
}

TEST(Split, CorruptsTheAskedShareEvenlyOverTheWrongClasses) {
    auto shard = numbered(60000);
    std::fill(shard.labels.begin(), shard.labels.end(), std::uint8_t{3});

    corrupt_labels(shard, 1, 2, 0.5, 10);

    std::array<int, 10> counts{};
    for (const auto label : shard.labels) {
        ++counts.at(label);
    }
    EXPECT_NEAR(counts[3], 30000, 500);  // 4 sigma of Bin(60000, 1/2)
    for (const int label : {0, 1, 2, 4, 5, 6, 7, 8, 9}) {
        EXPECT_NEAR(counts.at(static_cast<std::size_t>(label)), 30000 / 9, 240) << label;
    }
}

TEST(Split, PermutationHoldsEachIndexOnce) {
    const auto order = permutation(9, 0, 257);

    EXPECT_EQ(std::set<std::uint32_t>(order.begin(), order.end()).size(), 257u);
    EXPECT_EQ(*std::max_element(order.begin(), order.end()), 256u);
    EXPECT_NE(order, permutation(9, 1, 257));
}

TEST(Split, RefusesMoreImagesThanThereAre) {
    auto spec = kSpec;
    spec.validation_images = 201;
    EXPECT_THROW((void)split_sets(kSets, spec), ConfigError);
    spec = kSpec;
    spec.test_images = 101;
    EXPECT_THROW((void)split_sets(kSets, spec), ConfigError);
    spec = kSpec;
    spec.sellers = 0xffffffff;
    spec.images_per_seller = 0xffffffff;
    EXPECT_THROW((void)split_sets(kSets, spec), ConfigError) << "the product must not wrap";
}

TEST(Split, RefusesImpossibleCorruptionAndEmptySets) {
    auto spec = kSpec;
    spec.corrupted_sellers = 5;
    EXPECT_THROW((void)split_sets(kSets, spec), ConfigError);
    for (const double share : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
        spec = kSpec;
        spec.corrupted_share = share;
        EXPECT_THROW((void)split_sets(kSets, spec), ConfigError);
    }
    spec = kSpec;
    spec.validation_images = 0;
    EXPECT_THROW((void)split_sets(kSets, spec), ConfigError);
}

}  // namespace
}  // namespace cone::data
