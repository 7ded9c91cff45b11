// The order of images is the stream's; what does not fit is refused.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <set>

#include "cone/base/errors.hpp"
#include "cone/job/presets.hpp"
#include "cone/model/trainer.hpp"
#include "tests/support/striped_images.hpp"

namespace cone::model {
namespace {

using test::run_with;
using test::striped;
using testing::HasSubstr;

TEST(LocalSteps, CountTheSmallLastBatch) {
    EXPECT_EQ(local_steps({.epochs = 2, .batch = 16}, 50), 8u);
    EXPECT_EQ(local_steps({.epochs = 2, .batch = 16}, 48), 6u);
}

TEST(PixelTable, IsMnistsNormalisationRoundedOnce) {
    EXPECT_EQ(pixel_table()[0], static_cast<float>((0 / 255.0 - 0.1307) / 0.3081));
    EXPECT_EQ(pixel_table()[255], static_cast<float>((1 - 0.1307) / 0.3081));
}

TEST(EpochOrder, VisitsEachImageOnceAndDiffersByEpoch) {
    const auto run = run_with(2, 1, 0.1, 0);
    const auto order = epoch_order(run, 0, 100);

    EXPECT_EQ(std::set<std::uint32_t>(order.begin(), order.end()).size(), 100u);
    EXPECT_NE(order, epoch_order(run, 1, 100));
    auto other = run;
    other.seller = SellerIndex(9);
    EXPECT_NE(order, epoch_order(other, 0, 100));
}

TEST(RequireFits, NamesTheShapeAndTheRow) {
    const job::ModelSpec model{.layers = job::preset_layers("lenet5")};
    auto shard = striped(5, 1);
    shard.labels[3] = 10;
    const auto refusal = [&] {
        try {
            require_fits(model, shard);
        } catch (const DataError& error) {
            return std::string(error.what());
        }
        return std::string("not refused");
    };

    EXPECT_THAT(refusal(), HasSubstr("label 10 in row 3"));
    shard.labels[3] = 9;
    EXPECT_EQ(refusal(), "not refused");
    shard.width = 14;
    shard.channels = 2;
    EXPECT_THAT(refusal(), HasSubstr("images of 2 x 28 x 14, the model takes 1 x 28 x 28"));
}

}  // namespace
}  // namespace cone::model
