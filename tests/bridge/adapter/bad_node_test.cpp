// Nodes that go away, accounts that are empty, blocks that are dear: what the bridge still says, and what a member still brings.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include "tests/bridge/adapter/running_job.hpp"
#include "tests/bridge/proxy/fault_proxy.hpp"

namespace cone::adapter {
namespace {

/// A member's vote that nobody else brings, in its window.
class OwnVote : public OnEthereum {
protected:
    void SetUp() override {
        run_job();
        prepare(chain_->terms());
        chain_->submit(post());
        posted_ = wait_for<node::CommitmentsPosted>();
        net_.mine(1);
        ours_ = cast_;
        ours_.votes.erase(ours_.votes.begin());
    }
    [[nodiscard]] Address member() const { return cast_.members[1]; }
    void set_balance(const char* wei) { (void)net_.client().ask("anvil_setBalance", {to_hex(member()), wei}); }
    [[nodiscard]] bool finishes(const MemberVoice& voice) {
        for (int look = 0; look < 1000 && voice.unfinished() > 0; ++look) {
            (void)pause_.wait(Millis(10));
        }
        return voice.unfinished() == 0;
    }

    node::CommitmentsPosted posted_;
    node::CastVotes ours_;
};

TEST_F(OwnVote, IsBroughtAfterAnOutageThatWasTooLong) {
    std::atomic<int> down{8};
    FaultProxy node(net_.url(), [&](const rpc::Json&, const Forward& forward) {
        return down > 0 && down-- > 0 ? WireReply{.hangs_up = true} : WireReply{.body = forward()};
    });
    const auto voice = voice_of(member(), node.url());

    voice->cast(ours_);

    EXPECT_EQ(wait_for<node::VoteCounted>().executor, member());
    EXPECT_TRUE(finishes(*voice));
    EXPECT_LE(down, 0);
}

TEST_F(OwnVote, IsBroughtWhenTheAccountCanPay) {
    set_balance("0x0");
    std::atomic<int> asked{0};
    FaultProxy node(net_.url(), [&](const rpc::Json&, const Forward& forward) {
        ++asked;
        return WireReply{.body = forward()};
    });
    const auto voice = voice_of(member(), node.url());
    voice->cast(ours_);
    for (int look = 0; look < 1000 && asked < 30; ++look) {
        (void)pause_.wait(Millis(10));
    }
    EXPECT_EQ(voice->unfinished(), 1U) << "refused, and not given up";

    set_balance("0xde0b6b3a7640000");

    EXPECT_EQ(wait_for<node::VoteCounted>().executor, member());
}

TEST_F(OwnVote, IsGivenUpWhenItsWindowIsOver) {
    set_balance("0x0");
    const auto voice = voice_of(member(), net_.url());
    voice->cast(ours_);

    net_.mine(posted_.reveal_until_block - rpc::block_number(net_.client()));

    EXPECT_TRUE(finishes(*voice));
}

/// A class of its own may pay 500 gwei; four times that when less than a quarter of the window is left.
TEST_F(OwnVote, BidsAboveTheOrdinaryWhenItsWindowCloses) {
    net_.mine(posted_.reveal_until_block - rpc::block_number(net_.client()) - 4);
    (void)net_.client().ask("anvil_setNextBlockBaseFeePerGas", {"0xe8d4a51000"});  // 1,000 gwei
    net_.mine(1);
    ASSERT_GT(rpc::block_header(net_.client())->base_fee.value(), eth::U256(500) * sender::kGwei);
    const auto voice = voice_of(member());

    voice->cast(ours_);

    EXPECT_EQ(wait_for<node::VoteCounted>().executor, member());
}

class Costs : public OnEthereum {
protected:
    Costs() { journal_folder_ = folder_.path() / "journal"; }
    /// Until the worker, or the follower, has had enough of a node that is away.
    void lose_the_node() {
        down_ = true;
        chain_->submit(cast_);
        for (int look = 0; look < 1000; ++look) {
            try {
                (void)chain_->poll();
            } catch (const RpcError&) {
                return;
            }
            (void)pause_.wait(Millis(10));
        }
        FAIL() << "the outage has no end";
    }

    std::atomic<bool> down_{false};
    FaultProxy node_{net_.url(), [this](const rpc::Json&, const Forward& forward) {
                         return down_ ? WireReply{.hangs_up = true} : WireReply{.body = forward()};
                     }};
};

TEST_F(Costs, AreWhatIsKnownWhenTheNodeIsGone) {
    url_ = node_.url();
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    ASSERT_EQ(chain_->costs().size(), 1u);
    connect(Millis(50));
    lose_the_node();

    EXPECT_TRUE(chain_->costs().empty()) << "of an earlier process, and nobody to ask";

    down_ = false;
    connect(Millis(50));
    ASSERT_EQ(chain_->costs().size(), 1u);
    lose_the_node();

    EXPECT_EQ(chain_->costs().size(), 1u) << "asked before";
}

}  // namespace
}  // namespace cone::adapter
