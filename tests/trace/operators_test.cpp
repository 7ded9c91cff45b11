// Names of steps, and the first operator that differs.
// SPDX-License-Identifier: Apache-2.0
#include "cone/trace/operators.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"

namespace cone::trace {
namespace {

std::vector<OperatorRecord> three() {
    return {{0, 0, "conv", OperatorPass::Forward, {}},
            {0, 1, "relu", OperatorPass::Forward, {}},
            {0, 2, "cross_entropy", OperatorPass::LossGradient, {}}};
}

TEST(StepName, IsFourNumbers) {
    EXPECT_EQ(parse_step_name("1.23.4.567"), (StepName{1, 23, 4, 567}));
    EXPECT_EQ(text_of(parse_step_name("0.0.0.4294967295")), "0.0.0.4294967295");
}

TEST(StepName, RefusesAnythingElse) {
    for (const char* text : {"", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", "1..2.3", "1.2.3.x", "-1.2.3.4",
                             "1.2.3.4 ", " 1.2.3.4", "1,2,3,4", "1.2.3.4294967296", "0x1.2.3.4", "+1.2.3.4"}) {
        EXPECT_THROW(std::ignore = parse_step_name(text), ConfigError) << text;
    }
}

TEST(FirstDifference, IsNoneBetweenEqualTraces) {
    EXPECT_FALSE(first_difference(three(), three()));
    EXPECT_FALSE(first_difference({}, {}));
}

TEST(FirstDifference, IsTheFirstOfSeveral) {
    auto other = three();
    other[1].digest.bytes[31] = 1;
    other[2].digest.bytes[0] = 1;

    const auto found = first_difference(three(), other);

    ASSERT_TRUE(found);
    EXPECT_EQ(found->position, 1u);
    EXPECT_EQ(found->first, three()[1]);
    EXPECT_EQ(found->second, other[1]);
}

TEST(FirstDifference, SeesEveryField) {
    const auto differs = [](auto change) {
        auto other = three();
        change(other[0]);
        const auto found = first_difference(three(), other);
        return found && found->position == 0;
    };
    EXPECT_TRUE(differs([](auto& record) { record.shard = 1; }));
    EXPECT_TRUE(differs([](auto& record) { record.layer = 1; }));
    EXPECT_TRUE(differs([](auto& record) { record.word = "linear"; }));
    EXPECT_TRUE(differs([](auto& record) { record.pass = OperatorPass::Weights; }));
}

TEST(FirstDifference, ATraceThatEndsEarlierDiffersWhereItEnds) {
    auto shorter = three();
    shorter.pop_back();

    const auto found = first_difference(shorter, three());
    const auto reversed = first_difference(three(), shorter);

    ASSERT_TRUE(found && reversed);
    EXPECT_EQ(found->position, 2u);
    EXPECT_FALSE(found->first);
    EXPECT_EQ(found->second, three()[2]);
    EXPECT_FALSE(reversed->second);
}

}  // namespace
}  // namespace cone::trace
