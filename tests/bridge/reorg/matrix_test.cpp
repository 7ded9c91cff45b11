// Reorganisations of every depth around every step of a job, on a real chain with the real contracts: the index ends byte for byte
// as one that was made of the final chain alone, and everything that was sent is there exactly once.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "bridge/rpc/calls.hpp"
#include "tests/bridge/reorg/player.hpp"

namespace cone::test {
namespace {

using contracts::JobState;

/// The whole matrix takes minutes; the fast tier takes three depths at two moments.
bool wants_all() {
    return std::getenv("CONE_REORG_ALL") != nullptr;
}

struct Game {
    explicit Game(bool disputes) : net(patient_rules()), transport({.url = net.url()}), player(net, client, disputes) {
        player.prepare();
    }
    Devnet net;
    rpc::CurlTransport transport;
    rpc::StoppablePause pause;
    rpc::Client client{transport, pause};
    Player player;
    std::uint32_t strangers = 0;

    /// Somebody else's transaction, different each time: branches differ in content, too.
    void strangers_block() {
        const auto tags = contracts::tag_set({"noise"});
        net.send(kStranger, contracts::register_shard(tags, shard_root(100 + ++strangers), 10, Wei(0)));
    }
    [[nodiscard]] std::uint64_t head() { return rpc::block_number(net.client()); }
};

/// Takes the newest `depth` blocks away; another branch with other transactions takes their place. `replaced`: the node does both
/// in one step, else it is seen shorter first.
void reorganise(Game& game, std::uint64_t depth, bool replaced) {
    (void)game.net.client().ask(replaced ? "anvil_reorg" : "anvil_rollback",
                                replaced ? rpc::Json{depth, rpc::Json::array()} : rpc::Json{depth});
    game.player.follow();
    game.strangers_block();
    game.net.mine(replaced ? 1 : depth);
    game.player.follow();
}

bool same(const index::MarketIndex& a, const index::MarketIndex& b) {
    return index::canonical_bytes(a) == index::canonical_bytes(b);
}

/// What the contracts say now is what the index says.
void expect_as_the_contracts_say(Game& game) {
    const index::JobEntry& job = game.player.market().jobs.at(kJob);
    const auto view = game.net.views().job(kJob);
    EXPECT_EQ(job.state, view.state);
    EXPECT_EQ(job.job_hash, view.job_hash);
    EXPECT_EQ(job.job_seed, view.job_seed);
    EXPECT_EQ(job.accepted, view.accepted);
    EXPECT_EQ(job.finalized, view.finalized);
    EXPECT_EQ(job.epoch, view.epoch);
    EXPECT_EQ(job.set_cap, view.set_cap);
    EXPECT_EQ(job.last_progress_block, view.last_progress_block);
    EXPECT_EQ(job.deadline_block, view.deadline_block);
    const auto segment = game.net.views().segment(kJob, SegmentIndex(0));
    EXPECT_EQ(job.segments.at(0).state, segment.state);
    EXPECT_EQ(job.segments.at(0).verdict, segment.verdict);
    EXPECT_EQ(job.segments.at(0).attempts.size(), segment.attempts);
    EXPECT_EQ(job.segments.at(0).best_votes, segment.best_votes);
    EXPECT_EQ(game.player.market().tills.at(kJob).escrow, game.net.views().escrow_of(kJob));
    for (const auto& [payee, credit] : game.player.market().credits) {
        EXPECT_EQ(credit, game.net.views().credit_of(payee)) << to_hex(payee);
    }
    for (const auto& [executor, stake] : game.player.market().stakes) {
        EXPECT_EQ(stake.stake, game.net.views().executor(executor).stake) << to_hex(executor);
    }
}

/// The step is sent, buried under depth - 1 blocks and taken out again. The seed's block goes with it when there is room.
void bury(Game& game, Kind kind, std::uint64_t depth) {
    const Move move = game.player.play_until(kind);
    ASSERT_TRUE(std::holds_alternative<rpc::Receipt>(game.player.act(move))) << to_string(kind);
    const bool seed_goes_too = kind == Kind::Seed && depth > 2;
    for (std::uint64_t above = seed_goes_too ? 3 : 1; above < depth; ++above) {
        above % 16 == 3 ? game.strangers_block() : game.net.mine(1);
    }
    game.player.follow();
}

void run(Kind kind, std::uint64_t depth) {
    SCOPED_TRACE(std::string(to_string(kind)) + " at depth " + std::to_string(depth));
    Game game(kind == Kind::Dispute);
    (void)game.player.play_until(kind);
    const index::MarketIndex before = game.player.market();
    bury(game, kind, depth);
    ASSERT_FALSE(same(before, game.player.market()));

    reorganise(game, depth, static_cast<int>(kind) % 2 == 0);
    EXPECT_EQ(game.player.reverts(), depth);
    EXPECT_TRUE(same(game.player.market(), fresh_index(game.net.client(), game.net.deployment())));
    game.player.recover();
    game.player.play_to_the_end();

    EXPECT_EQ(game.player.market().jobs.at(kJob).state, JobState::Settled);
    EXPECT_TRUE(same(game.player.market(), fresh_index(game.net.client(), game.net.deployment())));
    EXPECT_EQ(find_doubles(game.net.client(), game.player.actors(), to_string(Kind::Seed)), "");
    expect_as_the_contracts_say(game);
}

int failures() {
    const auto* result = testing::UnitTest::GetInstance()->current_test_info()->result();
    return result->total_part_count();  // successes are not recorded
}

TEST(ReorgMatrix, EndsAsAFreshIndexOfTheFinalChain) {
    const std::vector<std::uint64_t> depths =
        wants_all() ? std::vector<std::uint64_t>{1, 2, 3, 7, 32, 64} : std::vector<std::uint64_t>{1, 7, 64};
    const std::vector<Kind> moments =
        wants_all() ? std::vector{Kind::Job, Kind::Seed, Kind::Commit, Kind::Reveal, Kind::Dispute, Kind::Payout}
                    : std::vector{Kind::Seed, Kind::Reveal};
    std::size_t good = 0;
    for (const Kind moment : moments) {
        for (const std::uint64_t depth : depths) {
            const int before = failures();
            run(moment, depth);
            good += failures() == before ? 1U : 0U;
        }
    }
    std::printf("%sreorganisation matrix %zu/%zu\n", wants_all() ? "FIGURE " : "", good, depths.size() * moments.size());
}

TEST(Reorg, ThatGivesTheJobToAnotherBuyerLeavesNoGhost) {
    Game game(false);
    (void)game.player.play_until(Kind::Commit);
    const index::JobEntry ghost = game.player.market().jobs.at(kJob);
    const std::uint64_t depth = game.head() - ghost.pool_block + 5;  // below the auction's end
    (void)game.net.client().ask("anvil_rollback", {depth});
    const auto tags = contracts::tag_set({"vision", "digits"});
    auto request = game.net.request();
    request.spec_hash.bytes[0] ^= 1;
    game.net.send(kChallenger, contracts::bid(kJob, request, game.net.views().least_bid(kJob)));
    game.net.mine(depth);
    game.player.follow();
    EXPECT_FALSE(game.player.market().jobs.contains(kJob));

    game.player.recover();
    game.player.play_to_the_end();

    const index::JobEntry& job = game.player.market().jobs.at(kJob);
    EXPECT_EQ(job.buyer, dev_account(kChallenger).address());
    EXPECT_NE(job.job_hash, ghost.job_hash);
    EXPECT_EQ(job.state, JobState::Settled);
    EXPECT_TRUE(same(game.player.market(), fresh_index(game.net.client(), game.net.deployment())));
    expect_as_the_contracts_say(game);
}

TEST(Reorg, OfAnIndexThatMissesABlockIsSeen) {
    Game game(false);
    (void)game.player.play_until(Kind::Commit);
    index::MarketIndex torn = game.player.market();
    torn.jobs.at(kJob).job_seed.bytes[31] ^= 1;
    EXPECT_FALSE(same(torn, fresh_index(game.net.client(), game.net.deployment()))) << "the comparison can fail";
}

}  // namespace
}  // namespace cone::test
