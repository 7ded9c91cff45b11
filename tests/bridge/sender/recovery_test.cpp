// A restarted sender and the caller that decides the same things again: every effect once, every outcome told.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/bridge/sender/sender_bench.hpp"

namespace cone::test {
namespace {

using sender::Stage;

Outgoing wish(std::uint8_t content, const std::string& intent) {
    Outgoing made = outgoing(content);
    made.intent = intent;
    return made;
}

TEST(Recovery, HandsTheOutcomesOfWhatASendSentAgainToTheCaller) {
    SenderBench bench;
    broadcast_and_die(bench, wish(1, "job 1/post"));

    sender::Sender restarted = bench.sender();
    EXPECT_TRUE(succeeded(restarted.send(outgoing(2))));
    const auto recovered = restarted.take_recovered();

    ASSERT_EQ(recovered.size(), 1U);
    EXPECT_EQ(recovered[0].label, "call 1");
    EXPECT_EQ(recovered[0].intent, "job 1/post");
    EXPECT_TRUE(succeeded(recovered[0].outcome));
    EXPECT_TRUE(restarted.take_recovered().empty()) << "told once";
}

TEST(Recovery, HandsOverWhatWasMinedWhileNobodyLooked) {
    SenderBench bench;
    broadcast_and_die(bench, wish(1, "a"));
    bench.chain.mine();

    const auto recovered = bench.recover();

    ASSERT_EQ(recovered.size(), 1U);
    EXPECT_TRUE(succeeded(recovered[0].outcome));
    EXPECT_EQ(bench.journal.since(0)[0].stage, Stage::Mined);
    EXPECT_TRUE(bench.recover().empty()) << "the next restart has nothing to tell";
    EXPECT_EQ(bench.chain.received.size(), 1U);
}

TEST(Recovery, TellsThatWhatWasMinedMeanwhileReverted) {
    SenderBench bench;
    broadcast_and_die(bench, wish(1, "a"));
    bench.chain.reverts_only_mined = true;
    bench.chain.mine();

    const auto recovered = bench.recover();

    ASSERT_EQ(recovered.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<Reverted>(recovered[0].outcome));
    EXPECT_EQ(bench.journal.since(0)[0].stage, Stage::Failed);
}

TEST(Recovery, ADecisionMadeAgainFindsItsTransactionWhateverThePointOfTheCrash) {
    int steps = 0;
    for (bool crashed = true; crashed; ++steps) {
        SenderBench bench;
        crashed = send_and_die_at(bench, steps, wish(1, "job 1/post"));

        EXPECT_TRUE(succeeded(bench.send(wish(1, "job 1/post")))) << steps;  // the caller does not look: it just decides again

        EXPECT_EQ(bench.done(), Bytes{1}) << "crash at half-exchange " << steps;
        EXPECT_EQ(bench.different_bytes().size(), 1U) << steps;
    }
    EXPECT_GE(steps, 16);
}

TEST(Recovery, WithoutAnIntentTheSameDecisionIsSentTwice) {
    SenderBench bench;
    EXPECT_TRUE(succeeded(bench.send(outgoing(1))));
    EXPECT_TRUE(succeeded(bench.send(outgoing(1))));
    EXPECT_EQ(bench.done(), (Bytes{1, 1})) << "what the intent prevents";
}

TEST(Recovery, DifferentIntentsAreDifferentWishes) {
    SenderBench bench;
    (void)bench.send(wish(1, "job 1/segment 0"));
    (void)bench.send(wish(1, "job 1/segment 1"));
    EXPECT_EQ(bench.done(), (Bytes{1, 1}));
}

TEST(Recovery, AnIntentThatRevertedIsTriedAgain) {
    SenderBench bench;
    bench.chain.reverts_only_mined = true;
    EXPECT_TRUE(std::holds_alternative<Reverted>(bench.send(wish(1, "a"))));
    bench.chain.reverts_only_mined = false;
    bench.chain.blocks.back().clear();  // the fake reverts all or nothing
    bench.chain.foreign_transaction();

    EXPECT_TRUE(std::holds_alternative<Refused>(bench.send(wish(1, "a")))) << "first it is told how the first try ended";
    EXPECT_TRUE(succeeded(bench.send(wish(1, "a"))));
    EXPECT_EQ(bench.done(), Bytes{1});
}

TEST(Recovery, AFailureThatMayBeALieIsToldBeforeAnythingIsDoneAgain) {
    SenderBench bench;
    broadcast_and_die(bench, wish(1, "a"));
    bench.chain.mine();
    bench.chain.reverts_only_mined = true;  // its receipt says that it failed

    EXPECT_TRUE(std::holds_alternative<Reverted>(bench.send(wish(1, "a"))));
    EXPECT_EQ(bench.done(), Bytes{1}) << "done once";
}

TEST(Recovery, AnIntentThatTheNodeRefusedIsTriedAgain) {
    SenderBench bench;
    bench.chain.refuse = [](const std::string& method) -> std::optional<rpc::ErrorObject> {
        return method == "eth_sendRawTransaction" ? std::optional(rpc::ErrorObject{-32000, "insufficient funds", {}})
                                                  : std::nullopt;
    };
    EXPECT_TRUE(std::holds_alternative<Refused>(bench.send(wish(1, "a"))));
    bench.chain.refuse = {};

    EXPECT_TRUE(succeeded(bench.send(wish(1, "a")))) << "the same bytes: nonce and fees did not change";
    EXPECT_EQ(bench.done(), Bytes{1});
}

TEST(Recovery, AnIntentThatIsFinalNeedsNoReceipt) {
    SenderBench bench;
    (void)bench.send(wish(1, "a"));
    bench.chain.finalized = 1;
    (void)bench.recover();
    ASSERT_EQ(bench.journal.since(0)[0].stage, Stage::Final);
    const Hash32 transaction = bench.journal.since(0)[0].signed_bytes.hash;
    bench.chain.blocks[0].clear();  // the node has pruned it
    bench.chain.foreign_transaction();

    const Outcome outcome = bench.send(wish(1, "a"));

    ASSERT_TRUE(succeeded(outcome));
    EXPECT_EQ(std::get<rpc::Receipt>(outcome).transaction, transaction);
    EXPECT_EQ(std::get<rpc::Receipt>(outcome).block.number, 1U);
    EXPECT_EQ(bench.chain.received.size(), 1U);
}

TEST(Recovery, AReorganisationPutsTheTransactionBackToSent) {
    SenderBench bench;
    (void)bench.send(wish(1, "a"));
    ASSERT_EQ(bench.journal.since(0)[0].stage, Stage::Mined);
    bench.chain.undo_last_block();
    std::vector<Stage> seen;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && !acted) {
            seen.push_back(bench.journal.since(0)[0].stage);
        }
    };

    const auto recovered = bench.recover();

    EXPECT_EQ(seen, std::vector{Stage::Sent});
    ASSERT_EQ(recovered.size(), 1U);
    EXPECT_TRUE(succeeded(recovered[0].outcome));
    EXPECT_EQ(bench.journal.since(0)[0].stage, Stage::Mined);
    EXPECT_EQ(bench.done(), Bytes{1});
    EXPECT_EQ(bench.different_bytes().size(), 1U);
}

TEST(Recovery, ATransactionInAnotherBlockIsNoNews) {
    SenderBench bench;
    (void)bench.send(wish(1, "a"));
    const auto before = bench.journal.since(0)[0].block;
    bench.chain.move_last_block();

    EXPECT_TRUE(bench.recover().empty());

    EXPECT_NE(bench.journal.since(0)[0].block, before);
    EXPECT_EQ(bench.chain.received.size(), 1U);
}

TEST(Recovery, ADecisionMadeAgainJustAfterAReorganisationIsDoneOnce) {
    SenderBench bench;
    sender::Sender sender = bench.sender();
    (void)sender.send(wish(1, "a"));
    bench.chain.undo_last_block();

    EXPECT_TRUE(succeeded(sender.send(wish(1, "a"))));
    EXPECT_EQ(bench.done(), Bytes{1});
    EXPECT_EQ(bench.different_bytes().size(), 1U);
}

TEST(Recovery, FollowsTheStagesToFinal) {
    SenderBench bench;
    (void)bench.send(outgoing(1));
    (void)bench.send(outgoing(2));
    bench.chain.finalized = 1;

    (void)bench.recover();

    EXPECT_EQ(bench.journal.since(0)[0].stage, Stage::Final);
    EXPECT_EQ(bench.journal.since(0)[1].stage, Stage::Mined);
}

TEST(Recovery, CallsFinalByDepthWhereTheNodeHasNoFinalizedBlock) {
    SenderBench bench;
    bench.settings.final_depth = 3;
    (void)bench.send(outgoing(1));
    (void)bench.send(outgoing(2));
    for (const std::size_t more : {1U, 2U}) {
        bench.chain.blocks.resize(2 + more);
        (void)bench.recover();
        EXPECT_EQ(bench.journal.since(0)[0].stage, more == 1 ? Stage::Mined : Stage::Final) << more;
    }
}

TEST(Recovery, SendsNothingOnAChainThatLostWhatWasFinal) {
    SenderBench bench;
    (void)bench.send(outgoing(1));
    bench.chain.finalized = 1;
    (void)bench.recover();
    bench.chain.undo_last_block();

    EXPECT_THROW((void)bench.send(outgoing(2)), ChainError);
    EXPECT_EQ(bench.chain.received.size(), 1U);
}

TEST(Recovery, NoticesByItselfWhatBecameFinal) {
    SenderBench bench;
    sender::Sender sender = bench.sender();
    (void)sender.send(outgoing(1));
    bench.chain.finalized = 1;
    bench.clock.advance(bench.settings.compare_every);

    (void)sender.send(outgoing(2));

    EXPECT_EQ(bench.journal.since(0)[0].stage, Stage::Final);
}

TEST(Recovery, ATransactionWhoseNonceAnotherTookIsToldAndAbandoned) {
    SenderBench bench;
    broadcast_and_die(bench, wish(1, "a"));
    bench.chain.pool.clear();
    bench.chain.foreign_transaction();

    const auto recovered = bench.recover();

    ASSERT_EQ(recovered.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<Refused>(recovered[0].outcome));
    EXPECT_TRUE(bench.journal.since(0).empty());
    EXPECT_TRUE(succeeded(bench.send(wish(1, "a")))) << "decided again";
    EXPECT_EQ(bench.done(), Bytes{1});
}

}  // namespace
}  // namespace cone::test
