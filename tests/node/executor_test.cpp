// The executor by itself: teams of 1, 2 and 3 ranks as threads, and what it never reveals.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/executor.hpp"

#include <gtest/gtest.h>

#include "tests/node/conversation.hpp"
#include "tests/support/scripted_endpoint.hpp"

namespace cone::node {
namespace {

using test::address_of;

/// The digest a team of `w` reveals for segment 0.
Hash32 digest_of_team(int w) {
    Hash32 digest;
    Setting setting;
    setting.team = w;
    const auto ends = converse(setting, [&](Conversation& bridge) {
        bridge.say(welcome());
        EXPECT_EQ(bridge.expect<Join>().address, address_of(0));
        bridge.say(first_segment());
        const auto commitment = bridge.expect<Commitment>();
        bridge.say(posted({address_of(0)}, {commitment.commitment}));
        const auto reveal = bridge.expect<Reveal>();
        EXPECT_EQ(hash::segment_digest(reveal.opening), reveal.digest);
        const PreparedVote vote{reveal.segment, reveal.attempt, address_of(0), reveal.digest, reveal.witness, reveal.salt};
        EXPECT_EQ(commitment_of({welcome().domain_separator, welcome().job}, vote), commitment.commitment);
        digest = reveal.digest;
        bridge.stop();
    });
    EXPECT_EQ(ends, std::vector<ExecutorEnd>(static_cast<std::size_t>(w), ExecutorEnd::Stopped));
    return digest;
}

TEST(Executor, TeamsOfOneTwoAndThreeGiveOneDigest) {
    const Hash32 alone = digest_of_team(1);
    EXPECT_EQ(digest_of_team(2), alone);
    EXPECT_EQ(digest_of_team(3), alone);
}

TEST(Executor, SaltsDifferBetweenRuns) {
    const Hash32 first = random_salt();
    EXPECT_NE(first, random_salt());
    EXPECT_FALSE(first.is_zero());
}

/// Each is a root that does not bind our own commitment: nothing may be revealed.
TEST(Executor, NeverRevealsWhatTheChainDoesNotBind) {
    using Bend = std::function<void(CommitmentsOnChain&)>;
    const Bend bends[] = {
        [](auto& message) { message.root.bytes[31] ^= 1; },
        [](auto& message) { message.commitments.clear(); },
        [](auto& message) { message.members[0] = address_of(1); },
        [](auto& message) {
            message.commitments[0].bytes[0] ^= 1;
            message.root = commitments_root(message.members, message.commitments);
        },
        [](auto& message) {
            message.commitments[0] = Hash32{};
            message.root = commitments_root(message.members, message.commitments);
        },
        [](auto& message) {
            message.members.clear();
            message.commitments.clear();
        },
    };
    for (const auto& bend : bends) {
        (void)converse({}, [&](Conversation& bridge) {
            bridge.join();
            bridge.say(first_segment());
            auto message = posted({address_of(0)}, {bridge.expect<Commitment>().commitment});
            bend(message);
            bridge.say(message);
            EXPECT_NE(bridge.expect<Failed>().reason.find("nothing is revealed"), std::string::npos);
            bridge.stop();
        });
    }
}

/// Commits, hears of the root, and says what the executor sent then: its reveal, or why it keeps it back.
ToBridge answer_to_root(OwnEndpoint& endpoint, const std::function<void(CommitmentsOnChain&)>& bend,
                        Millis patience = Millis{0}, int team = 1) {
    Setting setting;
    setting.team = team;
    setting.root_patience = patience;
    setting.endpoint = &endpoint;
    ToBridge answer;
    const auto ends = converse(setting, [&](Conversation& bridge) {
        bridge.join();
        bridge.say(first_segment());
        auto message = posted({address_of(0)}, {bridge.expect<Commitment>().commitment});
        bend(message);
        bridge.say(message);
        answer = bridge.hear();
        bridge.stop();
    });
    EXPECT_EQ(ends, std::vector<ExecutorEnd>(static_cast<std::size_t>(team), ExecutorEnd::Stopped));
    return answer;
}

/// The reason of a vote that was kept back; empty when it was shown.
std::string kept_back(const ToBridge& answer) {
    const auto* failed = std::get_if<Failed>(&answer);
    return failed == nullptr ? std::string() : failed->reason;
}

TEST(Executor, RevealsOnceItsOwnEndpointShowsTheRoot) {
    for (const int team : {1, 2}) {
        std::atomic<int> looks = 0;
        CommitmentsOnChain said;
        test::ScriptedEndpoint endpoint([&](auto...) {
            return ++looks < 3 ? std::nullopt : std::optional(AttemptOnChain{said.root, 20, 19});
        });
        const auto answer = answer_to_root(
            endpoint, [&](auto& message) { said = message; }, Millis{10000}, team);
        EXPECT_TRUE(std::holds_alternative<Reveal>(answer)) << kept_back(answer);
        EXPECT_EQ(looks, 3);
    }
}

struct UntrueRoot {
    const char* name;
    std::function<std::optional<AttemptOnChain>(const Hash32& root)> chain;
    const char* reason;
};

/// The bridge's lists are in order; the chain, seen through the executor's own endpoint, does not agree.
TEST(Executor, KeepsItsVoteBackWhenItsOwnEndpointDoesNotShowTheRoot) {
    const UntrueRoot cases[] = {
        {"absent", [](const Hash32&) { return std::nullopt; }, "no commitments of this attempt in a block"},
        {"another",
         [](const Hash32&) {
             return AttemptOnChain{random_salt(), 20, 19};
         },
         "our endpoint shows the root"},
        {"too early",
         [](const Hash32& root) {
             return AttemptOnChain{root, 20, 10};
         },
         "commitments are taken until block 19"},
        {"down", [](const Hash32&) -> std::optional<AttemptOnChain> { throw RpcError("unreachable"); },
         "our endpoint: unreachable"},
        {"another chain", [](const Hash32&) -> std::optional<AttemptOnChain> { throw ConfigError("the node is on chain 1"); },
         "our endpoint: the node is on chain 1"},
    };
    for (const auto& untrue : cases) {
        CommitmentsOnChain said;
        test::ScriptedEndpoint endpoint([&](auto...) { return untrue.chain(said.root); });
        const std::string reason = kept_back(answer_to_root(endpoint, [&](auto& message) { said = message; }));
        EXPECT_NE(reason.find(untrue.reason), std::string::npos) << untrue.name << ": " << reason;
        EXPECT_NE(reason.find("nothing is revealed"), std::string::npos) << untrue.name << ": " << reason;
    }
}

TEST(Executor, KeepsItsVoteBackWhenTheRootOnChainLeavesItOut) {
    CommitmentsOnChain said;
    test::ScriptedEndpoint endpoint([&](auto...) { return AttemptOnChain{said.root, 20, 19}; });
    const auto answer = answer_to_root(endpoint, [&](auto& message) {
        message = posted({address_of(0), address_of(1)}, {Hash32{}, message.commitments[0]});
        said = message;
    });
    EXPECT_NE(kept_back(answer).find("our commitment is not under the root"), std::string::npos);
}

}  // namespace
}  // namespace cone::node
