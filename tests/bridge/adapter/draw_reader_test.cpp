// A bridge that draws its friends, on a real chain, and a watcher with another key beside it.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/draw_reader.hpp"

#include <gmock/gmock.h>

#include "bridge/adapter/terms.hpp"
#include "bridge/sender/sender.hpp"
#include "tests/bridge/adapter/running_job.hpp"

namespace cone::adapter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// The watcher's process: its own connections and terms; the journal of its key stays when it starts again.
class DrawWatcher {
public:
    DrawWatcher(Devnet& net, JobId job, sender::Journal& journal, bool may_act, const std::string& second_url = {})
        : net_(net),
          reader_({.url = net.url(),
                   .second_url = second_url,
                   .deployment = net.deployment(),
                   .job = job,
                   .first_block = net.views().job(job).pool_block + 1}),
          signer_(dev_account(kBuyer)),
          sender_(net.client(), signer_, journal, clock_, pause_, settings()),
          watch_(read_terms(net.client(), net.deployment(), job), ports(), may_act) {}

    void look(int times = 3) {
        for (int i = 0; i < times; ++i) {
            (void)watch_.step();
        }
    }
    [[nodiscard]] node::DrawReport report() { return reader_.look(); }
    std::vector<node::ProveOmission> sent;
    std::vector<std::string> said;

private:
    static sender::SendSettings settings() {
        sender::SendSettings send;
        send.chain_id = eth::kAnvilChainId;
        send.poll_interval = Millis(10);
        return send;
    }
    node::DrawPorts ports() {
        return {.look = [this] { return reader_.look(); },
                .prove = [this](const auto& proof, auto) { return prove(proof); },
                .record = [](const auto&) {},
                .say = [this](const auto& line) { said.push_back(line); },
                .unix_time = [] { return 1ULL; }};
    }
    std::string prove(const node::ProveOmission& proof) {
        const auto call = translate(proof).call;
        const auto outcome = sender_.send({.label = call.name,
                                           .to = net_.deployment().address(call.contract),
                                           .data = call.data,
                                           .claim = {kind_of(call.name).fee_class, {}},
                                           .intent = to_text(intent_of(proof))});
        if (const auto* reverted = std::get_if<sender::Reverted>(&outcome)) {
            throw ChainError(contracts::describe_revert(call.contract, reverted->why.data));
        }
        sent.push_back(proof);
        return to_hex(std::get<rpc::Receipt>(outcome).transaction);
    }

    Devnet& net_;
    DrawReader reader_;
    SteadyClock clock_;
    rpc::StoppablePause pause_;
    eth::LocalSigner signer_;
    sender::Sender sender_;
    node::DrawWatch watch_;
};

class DrawOnEthereum : public OnEthereum {
protected:
    /// As a bridge of our own would not: whichever of the ticket order.
    void post_as_bridge(std::uint32_t attempt, const std::vector<std::size_t>& places) {
        net_.send(kBridge,
                  contracts::post_commitments(job_, SegmentIndex(0), AttemptIndex(attempt), drawn(places), hash_of(9)));
    }
    [[nodiscard]] std::vector<Address> drawn(const std::vector<std::size_t>& places) {
        const auto terms = chain_->terms();
        const auto order = node::ticket_order(terms, SegmentIndex(0), terms.job_hash);
        std::vector<Address> members;
        for (const auto place : places) {
            members.push_back(order.at(place));
        }
        return members;
    }
    [[nodiscard]] contracts::JobState state() { return net_.views().job(job_).state; }

    sender::MemoryJournal journal_;
};

TEST_F(DrawOnEthereum, OfTheBridgesFriendsIsProvenOnceAndTheJobIsVoid) {
    run_job();
    DrawWatcher watcher(net_, job_, journal_, true);
    watcher.look();
    EXPECT_THAT(watcher.sent, IsEmpty()) << "nothing was posted";
    post_as_bridge(0, {0, 2});
    watcher.look();

    ASSERT_THAT(watcher.sent, SizeIs(1));
    EXPECT_EQ(watcher.sent[0].executor, drawn({1})[0]);
    EXPECT_EQ(watcher.sent[0].position, 1U);
    EXPECT_EQ(state(), contracts::JobState::Void);
    EXPECT_EQ(wait_for<node::JobVoided>().reason, "WrongDraw");
    DrawWatcher again(net_, job_, journal_, true);
    again.look();
    watcher.look();
    EXPECT_THAT(again.said, IsEmpty());
    EXPECT_THAT(watcher.sent, SizeIs(1));
    EXPECT_EQ(rpc::transaction_count(net_.client(), dev_account(kBuyer).address()), 3U) << "auction, its close, one proof";
}

/// The first of the second attempt was left out: bounded from below by the members of the first.
TEST_F(DrawOnEthereum, OfALaterAttemptIsProvenByTheMembersBeforeIt) {
    run_job(0, 1, 5);
    DrawWatcher watcher(net_, job_, journal_, true);
    post_as_bridge(0, {0, 1});
    watcher.look();
    net_.mine(25);
    net_.send(kBridge, contracts::close_attempt(job_, SegmentIndex(0)));
    post_as_bridge(1, {3, 4});
    watcher.look();

    ASSERT_THAT(watcher.sent, SizeIs(1));
    EXPECT_EQ(watcher.sent[0].before, drawn({0, 1}));
    EXPECT_EQ(watcher.sent[0].position, 0U);
    EXPECT_EQ(state(), contracts::JobState::Void);
}

TEST_F(DrawOnEthereum, OfThePoolIsLeftAloneWhoeverStakesLater) {
    run_job();
    net_.send(kFirstExecutor + 5, contracts::register_executor(20, Wei(20 * net_.views().unit_stake().value)));
    DrawWatcher watcher(net_, job_, journal_, true);
    post_as_bridge(0, {0, 1});
    net_.send(kFirstExecutor + 6, contracts::register_executor(20, Wei(20 * net_.views().unit_stake().value)));
    watcher.look();

    EXPECT_THAT(watcher.report().posted.segments, SizeIs(1));
    EXPECT_THAT(watcher.sent, IsEmpty());
    EXPECT_THAT(watcher.said, IsEmpty());
    EXPECT_EQ(state(), contracts::JobState::Running);
}

TEST_F(DrawOnEthereum, IsToldAndNotProvenWhenToldToWatch) {
    run_job();
    DrawWatcher watcher(net_, job_, journal_, false);
    post_as_bridge(0, {1, 2});
    watcher.look();

    EXPECT_THAT(watcher.said,
                ElementsAre(HasSubstr("ALARM: segment 0, attempt 0: the list is not the draw, " + to_hex(drawn({0})[0]))));
    EXPECT_EQ(state(), contracts::JobState::Running);
}

TEST_F(DrawOnEthereum, OfASegmentThatIsFinalIsLeftAlone) {
    run_job(0, 2);
    prepare(chain_->terms(), {0, 2});
    play_to_final();
    DrawWatcher watcher(net_, job_, journal_, true);
    watcher.look();

    EXPECT_EQ(watcher.report().posted.finalized, 1U);
    EXPECT_THAT(watcher.sent, IsEmpty());
    EXPECT_THAT(watcher.said, IsEmpty());
    EXPECT_EQ(state(), contracts::JobState::Running);
}

/// A wrong list leaves the chain, the right one takes its place.
TEST_F(DrawOnEthereum, ThatLeftTheChainIsForgotten) {
    run_job();
    DrawWatcher watcher(net_, job_, journal_, true);
    watcher.look();
    post_as_bridge(0, {0, 2});
    ASSERT_THAT(watcher.report().posted.segments, SizeIs(1));
    (void)net_.client().ask("anvil_reorg", {1, rpc::Json::array()});
    net_.mine(1);
    post_as_bridge(0, {0, 1});
    watcher.look();

    const auto posted = watcher.report().posted;
    ASSERT_THAT(posted.segments, SizeIs(1));
    ASSERT_THAT(posted.segments[0].lists, SizeIs(1));
    EXPECT_EQ(posted.segments[0].lists[0].members, drawn({0, 1}));
    EXPECT_THAT(watcher.sent, IsEmpty());
}

TEST_F(DrawOnEthereum, IsNotProvenOnTheWordOfOneOfTwoNodes) {
    run_job();
    const Anvil other({"--accounts", "40", "--hardfork", "osaka"});
    DrawWatcher watcher(net_, job_, journal_, true, other.url());
    post_as_bridge(0, {0, 2});
    watcher.look();
    EXPECT_THAT(watcher.sent, IsEmpty()) << "the other one is of another chain";

    DrawWatcher both(net_, job_, journal_, true, net_.url());
    both.look();
    EXPECT_THAT(both.sent, SizeIs(1));
}

TEST_F(DrawOnEthereum, ReadFromANodeThatIsAwayIsATrouble) {
    run_job();
    DrawReader reader({.url = "http://127.0.0.1:1", .deployment = net_.deployment(), .job = job_, .first_block = 1});
    EXPECT_THAT(reader.look().failure, HasSubstr("no block was read"));
}

}  // namespace
}  // namespace cone::adapter
