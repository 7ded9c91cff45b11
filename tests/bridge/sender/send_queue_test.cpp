// The worker thread: order, hand-over, failure, stop.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/send_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "tests/bridge/sender/sender_bench.hpp"

namespace cone::test {
namespace {

using sender::SendQueue;
using sender::Sent;

/// Polls until `count` results are there; the test's own timeout ends it otherwise.
std::vector<Sent> collect(SendQueue& queue, std::size_t count) {
    std::vector<Sent> all;
    while (all.size() < count) {
        for (Sent& one : queue.poll()) {
            all.push_back(std::move(one));
        }
        std::this_thread::yield();
    }
    return all;
}

TEST(SendQueue, SendsInOrderOnAnotherThread) {
    SenderBench bench;
    sender::Sender sender = bench.sender();
    SendQueue queue(work_of(sender, [] {}));
    for (std::uint8_t i = 1; i <= 20; ++i) {
        EXPECT_EQ(queue.submit(outgoing(i)), i);
    }

    const auto all = collect(queue, 20);

    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].ticket, i + 1);
        EXPECT_EQ(all[i].label, "call " + std::to_string(i + 1));
        EXPECT_TRUE(succeeded(all[i].outcome));
    }
    EXPECT_EQ(queue.unfinished(), 0U);
    EXPECT_TRUE(queue.poll().empty());
    EXPECT_EQ(bench.done().size(), 20U);
}

TEST(SendQueue, DoesNotWaitForTheNode) {
    std::promise<void> node_answers;
    auto answered = node_answers.get_future();
    SendQueue queue({.send = [&](const Outgoing&) -> Outcome {
                         answered.wait();
                         return Refused{"no"};
                     },
                     .stop = [] {}});

    (void)queue.submit(outgoing());
    EXPECT_TRUE(queue.poll().empty());
    EXPECT_FALSE(queue.has_sent());
    EXPECT_EQ(queue.unfinished(), 1U);

    node_answers.set_value();
    while (!queue.has_sent()) {
        std::this_thread::yield();
    }
    EXPECT_EQ(queue.poll().size(), 1U);
    EXPECT_FALSE(queue.has_sent());
}

TEST(SendQueue, HandsOverWhatFinishedBeforeItThrowsWhatEndedIt) {
    SendQueue queue({.send = [](const Outgoing& request) -> Outcome {
                         if (request.data[0] == 3) {
                             throw RpcError("away", "", ExitCode::TryAgain);
                         }
                         return Refused{"x"};
                     },
                     .stop = [] {}});
    for (std::uint8_t i = 1; i <= 5; ++i) {
        (void)queue.submit(outgoing(i));
    }

    EXPECT_EQ(collect(queue, 2).size(), 2U);
    const auto poll_until_it_throws = [&] {
        for (;;) {
            EXPECT_TRUE(queue.poll().empty());
        }
    };
    EXPECT_THROW(poll_until_it_throws(), RpcError);
    EXPECT_THROW((void)queue.poll(), RpcError) << "and again";
    EXPECT_EQ(queue.unfinished(), 3U) << "nothing after the failure was tried";
}

TEST(SendQueue, StopsASenderThatWaitsForTheNode) {
    SenderBench bench;
    bench.chain.looks_until_mined = -1;
    SteadyClock clock;
    rpc::StoppablePause pause;
    sender::Sender sender(bench.client, bench.key, bench.journal, clock, pause, bench.settings);
    std::promise<void> under_way;
    bench.chain.watch = [&, told = false](const std::string& method, bool) mutable {
        if (method == "eth_getTransactionReceipt" && !std::exchange(told, true)) {
            under_way.set_value();
        }
    };
    {
        SendQueue queue(work_of(sender, [&] { pause.stop(); }));
        (void)queue.submit(outgoing());
        under_way.get_future().wait();
    }

    EXPECT_EQ(bench.journal.since(0).size(), 1U);
}

TEST(SendQueue, RecoversBeforeItSendsAndHandsTheOutcomesOver) {
    std::string order;
    std::promise<void> may_send;
    auto allowed = may_send.get_future();
    std::vector<sender::Recovered> recovered;
    SendQueue queue({.send = [&](const Outgoing& request) -> Outcome {
                         if (request.data[0] == 1) {
                             allowed.wait();
                         }
                         order += "s";
                         return Refused{"no"};
                     },
                     .stop = [] {},
                     .recover =
                         [&] {
                             order += "r";
                             recovered.push_back({"job 1", "post", Refused{"taken"}});
                         },
                     .take_recovered = [&] { return std::exchange(recovered, {}); }});
    (void)queue.submit(outgoing(1));
    (void)queue.submit(outgoing(2));
    queue.recover();
    may_send.set_value();

    const auto all = collect(queue, 3);

    EXPECT_TRUE(order == "srs" || order == "rss") << order << ": at the latest after what was under way";
    const auto again = std::find_if(all.begin(), all.end(), [](const Sent& sent) { return sent.ticket == sender::kRecovered; });
    ASSERT_NE(again, all.end());
    EXPECT_EQ(again->label, "post");
    EXPECT_EQ(again->intent, "job 1");
    EXPECT_EQ(queue.unfinished(), 0U);
}

TEST(SendQueue, RecoverWithoutARecovererDoesNothing) {
    SendQueue queue({.send = [](const Outgoing&) -> Outcome { return Refused{"no"}; }, .stop = [] {}});
    queue.recover();
    (void)queue.submit(outgoing(1));
    EXPECT_EQ(collect(queue, 1).front().ticket, 1U);
}

TEST(SendQueue, FailedRecoveryEndsTheQueue) {
    SendQueue queue({.send = [](const Outgoing&) -> Outcome { return Refused{"no"}; },
                     .stop = [] {},
                     .recover = [] { throw RpcError("away", "", ExitCode::TryAgain); }});
    queue.recover();
    const auto poll_until_it_throws = [&] {
        for (;;) {
            EXPECT_TRUE(queue.poll().empty());
        }
    };
    EXPECT_THROW(poll_until_it_throws(), RpcError);
}

TEST(SendQueue, HandsOverWhatANewTransactionSentAgainBeforeIt) {
    SenderBench bench;
    (void)bench.send(outgoing(1));
    bench.chain.undo_last_block();
    sender::Sender sender = bench.sender();
    SendQueue queue(work_of(sender, [] {}));
    (void)queue.submit(outgoing(2));

    const auto all = collect(queue, 2);

    EXPECT_EQ(all[0].ticket, sender::kRecovered);
    EXPECT_EQ(all[0].label, "call 1");
    EXPECT_TRUE(succeeded(all[0].outcome));
    EXPECT_EQ(all[1].ticket, 1U);
    EXPECT_EQ(bench.done(), (Bytes{1, 2}));
}

TEST(SendQueue, HandsOverWhatWasSentAgainBeforeTheNodeWentAway) {
    bool taken = false;
    SendQueue queue({.send = [](const Outgoing&) -> Outcome { throw RpcError("away", "", ExitCode::TryAgain); },
                     .stop = [] {},
                     .recover = {},
                     .take_recovered =
                         [&] {
                             return std::exchange(taken, true) ? std::vector<sender::Recovered>{}
                                                               : std::vector<sender::Recovered>{{"", "post", Refused{"no"}}};
                         }});
    (void)queue.submit(outgoing(1));

    EXPECT_EQ(collect(queue, 1).front().label, "post");
}

TEST(SendQueue, EndsUnused) {
    const SendQueue queue({.send = [](const Outgoing&) -> Outcome { return Refused{}; }, .stop = [] {}});
}

}  // namespace
}  // namespace cone::test
