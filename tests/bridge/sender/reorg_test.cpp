// Blocks that leave the chain while the sender waits for money or for a block: nothing is lost, done twice or told wrongly.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/bridge/sender/sender_bench.hpp"

namespace cone::test {
namespace {

using sender::FeeClass;
using sender::kGwei;
using sender::Stage;

Outgoing wish(std::uint8_t content, FeeClass fee_class = FeeClass::Commit) {
    Outgoing made = outgoing(content);
    made.intent = "wish " + std::to_string(content);
    made.claim.fee_class = fee_class;
    return made;
}

/// `act` happens once, when the clock has reached `at`.
void act_at(SenderBench& bench, Millis at, std::function<void()> act) {
    bench.chain.watch = [=, &bench, done = std::make_shared<bool>(false)](const std::string&, bool acted) {
        if (!acted && !*done && bench.clock.now() >= at) {
            *done = true;
            act();
        }
    };
}

void expect_each_once(SenderBench& bench, const Outcome& second) {
    ASSERT_TRUE(succeeded(second));
    EXPECT_EQ(bench.done(), (Bytes{1, 2}));
    for (const auto& [content, intent] : {std::pair(0U, "wish 1"), std::pair(1U, "wish 2")}) {
        const auto entries = bench.journal.of(intent);
        const auto mined =
            std::find_if(entries.begin(), entries.end(), [](const auto& entry) { return entry.stage == Stage::Mined; });
        ASSERT_NE(mined, entries.end()) << intent;
        EXPECT_EQ(mined->nonce, content) << intent;
    }
}

TEST(Reorg, WhileTheNextOneWaitsForACheaperBlockTakesNoNonceFromTheFirst) {
    for (const bool falls_into_the_pool : {false, true}) {
        SenderBench bench;
        sender::Sender sender = bench.sender();
        ASSERT_TRUE(succeeded(sender.send(wish(1))));
        bench.chain.base_fee = 600 * kGwei;  // above what its class may pay
        act_at(bench, Millis(10'000), [&] {
            falls_into_the_pool ? bench.chain.put_last_block_back() : bench.chain.undo_last_block();
            bench.chain.base_fee = kGwei;
        });

        expect_each_once(bench, sender.send(wish(2)));

        EXPECT_EQ(bench.different_bytes().size(), 2U) << "the first comes again byte for byte";
        const auto told = sender.take_recovered();
        ASSERT_EQ(told.size(), 1U);
        EXPECT_EQ(told[0].intent, "wish 1");
    }
}

TEST(Reorg, AndACrashAtAnyStepOfTheNextOneDoEachOnce) {
    int steps = 0;
    for (bool crashed = true; crashed; ++steps) {
        SenderBench bench;
        ASSERT_TRUE(succeeded(bench.send(wish(1))));
        bench.chain.undo_last_block();

        crashed = send_and_die_at(bench, steps, wish(2));
        (void)bench.recover();
        EXPECT_TRUE(succeeded(bench.send(wish(2))));

        EXPECT_EQ(bench.done(), (Bytes{1, 2})) << "crash at half-exchange " << steps;
    }
    EXPECT_GE(steps, 16);
}

TEST(Reorg, PutsAnEarlierOneBelowTheBaseFeeAndTheLaterOneCarriesIt) {
    for (const bool falls_into_the_pool : {false, true}) {
        SenderBench bench;
        sender::Sender sender = bench.sender();
        ASSERT_TRUE(succeeded(sender.send(wish(1, FeeClass::Payout))));
        const Millis begin = bench.clock.now();
        bench.chain.looks_until_mined = -1;
        act_at(bench, begin + Millis(5'000), [&] {
            falls_into_the_pool ? bench.chain.put_last_block_back() : bench.chain.undo_last_block();
            bench.chain.base_fee = 150 * kGwei;  // above what a payout may pay
            bench.chain.looks_until_mined = 3;
        });

        expect_each_once(bench, sender.send(wish(2, FeeClass::Dispute)));

        EXPECT_LE(bench.clock.now() - begin, Millis(60'000)) << "the dispute's pace and price, not the payout's";
    }
}

TEST(Reorg, BeforeADisputeIsSentLetsItCarryWhatFellOut) {
    SenderBench bench;
    sender::Sender sender = bench.sender();
    ASSERT_TRUE(succeeded(sender.send(wish(1, FeeClass::Payout))));
    const Millis begin = bench.clock.now();
    bench.chain.undo_last_block();
    bench.chain.base_fee = 150 * kGwei;

    expect_each_once(bench, sender.send(wish(2, FeeClass::Dispute)));

    EXPECT_LE(bench.clock.now() - begin, Millis(60'000));
}

}  // namespace
}  // namespace cone::test
