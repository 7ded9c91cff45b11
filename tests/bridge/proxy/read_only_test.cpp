// The bridge while its two endpoints do not agree: it reads, keeps what it wants to send, and sends it when they agree again.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "bridge/adapter/ethereum_chain.hpp"
#include "tests/bridge/proxy/ill_bench.hpp"
#include "tests/bridge/reorg/player.hpp"

namespace cone::test {
namespace {

TEST(ReadOnly, KeepsWhatIsSubmittedUntilTheEndpointsAgree) {
    Devnet net;
    rpc::StoppablePause pause;
    IllClient second(net.url(), pause);
    second.suffer([](const rpc::Json&) { return Ill::Down; });
    sender::SendSettings send{.chain_id = eth::kAnvilChainId};
    send.poll_interval = Millis(10);
    adapter::EthereumChain chain({.url = net.url(),
                                  .deployment = net.deployment(),
                                  .job = kJob,
                                  .send = send,
                                  .cursor_file = {},
                                  .journal_folder = {},
                                  .second_url = second.proxy.url()},
                                 std::make_unique<eth::LocalSigner>(dev_account(kBridge)));
    const auto polls_until_refused = [&](int most) {
        for (int i = 0; i < most; ++i) {
            const auto events = chain.poll();
            if (std::any_of(events.begin(), events.end(),
                            [](const auto& event) { return std::holds_alternative<node::ActionRefused>(event.body); })) {
                return i;
            }
            (void)pause.wait(Millis(10));
        }
        return most;
    };

    chain.submit(
        node::CloseAttempt{kJob, SegmentIndex(0)});  // of a job that there is not: the contract's no shows that it was sent
    EXPECT_EQ(polls_until_refused(40), 40);
    EXPECT_GT(chain.head(), 0U) << "it reads on";

    second.get_well();
    EXPECT_LT(polls_until_refused(1000), 1000);
}

}  // namespace
}  // namespace cone::test
