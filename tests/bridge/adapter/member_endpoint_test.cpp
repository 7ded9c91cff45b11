// A member's own endpoint against a real node: the board's attempt as it is, another chain, nodes that are not there.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/member_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/adapter/terms.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/header.hpp"
#include "cone/base/errors.hpp"
#include "cone/node/rules.hpp"
#include "tests/bridge/contracts/devnet.hpp"

namespace cone::adapter {
namespace {

using namespace cone::test;
using testing::HasSubstr;

constexpr SegmentIndex kFirst{0};
constexpr AttemptIndex kAttempt{0};
constexpr std::uint16_t kNobody = 1;  // a port that needs root to listen on and has no server

Hash32 root() {
    Hash32 made;
    made.bytes.fill(0xab);
    return made;
}

contracts::Rules with_commit_window() {
    auto rules = Devnet::quick_rules();
    rules.commit_blocks = 3;
    return rules;
}

MemberEndpointSettings settings_for(const std::string& url, const contracts::Deployment& deployment) {
    return {.url = url, .chain_id = eth::kAnvilChainId, .deployment = deployment, .call_timeout = Millis{300}};
}

/// What a look throws; "answered" when it does not.
template <class Thrown = Error>
std::string refusal(const MemberEndpointSettings& settings) {
    MemberEndpoint endpoint(settings);
    try {
        (void)endpoint.find_attempt(JobId(1), kFirst, kAttempt);
    } catch (const Thrown& error) {
        return error.what();
    }
    return "answered";
}

TEST(MemberEndpointOnEthereum, SeesTheRootOnceItIsInABlock) {
    Devnet net(with_commit_window());
    const JobId job = net.open_job(2, 3, net.request());
    const auto header = rpc::block_header(net.client(), rpc::BlockId(net.views().job(job).seed_block));
    net.send(kBridge, contracts::fix_seed(job, rpc::header_rlp(*header)));
    const auto terms = read_terms(net.client(), net.deployment(), job);
    auto members = node::ticket_order(terms, kFirst, terms.job_hash);
    members.resize(2);
    MemberEndpoint endpoint(settings_for(net.url(), net.deployment()));

    EXPECT_FALSE(endpoint.find_attempt(job, kFirst, kAttempt));
    const auto posted = net.send(kBridge, contracts::post_commitments(job, kFirst, kAttempt, members, root()));
    const auto seen = endpoint.find_attempt(job, kFirst, kAttempt);
    net.mine(3);
    const auto later = endpoint.find_attempt(job, kFirst, kAttempt);

    ASSERT_TRUE(seen && later);
    EXPECT_EQ(seen->root, root());
    EXPECT_EQ(seen->head, posted.block.number);
    EXPECT_EQ(seen->reveal_from_block, posted.block.number + 4);
    EXPECT_EQ(node::standing_of(seen, root()), node::RootStanding::StillCommitting);
    EXPECT_EQ(later->head, posted.block.number + 3);
    EXPECT_EQ(node::standing_of(later, root()), node::RootStanding::Bound);
    EXPECT_FALSE(endpoint.find_attempt(job, kFirst, AttemptIndex(1)));
    EXPECT_FALSE(endpoint.find_attempt(job, kFirst, AttemptIndex(1 << 16)));
    EXPECT_FALSE(endpoint.find_attempt(job, SegmentIndex(1), kAttempt));
    EXPECT_FALSE(endpoint.find_attempt(JobId(job.value + 1), kFirst, kAttempt));
}

TEST(MemberEndpointOnEthereum, RefusesAnotherChainAndABoardThatIsNotThere) {
    const Anvil bare({"--chain-id", "1337"});
    MemberEndpointSettings settings = settings_for(bare.url(), {});
    settings.deployment.at(contracts::Contract::JobBoard).address = dev_account(0).address();

    EXPECT_THAT(refusal<ConfigError>(settings), HasSubstr("1337"));
    settings.chain_id = 1337;
    EXPECT_THAT(refusal<RpcError>(settings), HasSubstr("JobBoard.attempt"));
}

TEST(MemberEndpointOnEthereum, EndsALookAtADeadNode) {
    const auto settings = settings_for("http://127.0.0.1:" + std::to_string(kNobody), {});

    EXPECT_THAT(refusal<RpcError>(settings), HasSubstr("cannot be reached"));
}

/// A node that takes the connection and never answers costs one call's time, and is asked again afterwards.
TEST(MemberEndpointOnEthereum, EndsALookAtAFrozenNode) {
    const Anvil anvil;
    const auto settings = settings_for(anvil.url(), {});
    const SteadyClock clock;

    anvil.freeze();
    const Millis before = clock.now();
    const std::string why = refusal<RpcError>(settings);
    const Millis took = clock.now() - before;
    anvil.thaw();

    EXPECT_THAT(why, HasSubstr("did not answer in time"));
    EXPECT_GE(took, settings.call_timeout - Millis{50});
    EXPECT_LT(took, settings.call_timeout * 10);
}

TEST(MemberEndpoint, RefusesAnAddressThatIsNone) {
    EXPECT_THROW(MemberEndpoint(settings_for("ws://127.0.0.1:8545", {})), ConfigError);
}

}  // namespace
}  // namespace cone::adapter
