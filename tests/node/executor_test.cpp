// The executor by itself: teams of 1, 2 and 3 ranks as threads, what it refuses, and what it never reveals.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/executor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "cone/base/errors.hpp"
#include "cone/comm/backoff.hpp"
#include "cone/comm/thread_world.hpp"
#include "cone/node/vote.hpp"
#include "tests/support/alphabet_job.hpp"
#include "tests/support/fake_votes.hpp"
#include "tests/support/memory_state_store.hpp"
#include "tests/support/scripted_endpoint.hpp"

namespace cone::node {
namespace {

using test::address_of;

Welcome welcome() {
    const JobTerms terms = test::alphabet_terms(6, 3, 3);
    Welcome message{terms.job,
                    terms.spec_hash,
                    terms.job_hash,
                    terms.job_seed,
                    terms.domain_separator,
                    job::canonical_bytes(test::alphabet_spec(3)),
                    {}};
    for (const auto& seller : terms.sellers) {
        message.shard_roots.push_back(seller.shard_root);
    }
    return message;
}

RunSegment first_segment() {
    RunSegment order;
    order.previous_digest = welcome().job_hash;
    return order;
}

/// A conversation with one executor: the test is the bridge (rank 0), ranks 1 to w are the team.
class Conversation {
public:
    explicit Conversation(comm::ThreadRank& self) : mailbox_(self.mailbox) {}

    void say(const ToExecutor& order) { mailbox_.send(1, encode(order)); }
    /// The next message that is not Progress.
    ToBridge hear() {
        const SteadyClock clock;
        const Deadline deadline = Deadline::in(clock, Millis{10000});
        for (comm::Backoff backoff; !deadline.passed(clock); backoff.wait()) {
            while (const auto mail = mailbox_.try_receive()) {
                auto message = decode_to_bridge(mail->bytes);
                if (!std::holds_alternative<Progress>(message)) {
                    return message;
                }
            }
        }
        throw CommError("the executor says nothing");
    }
    template <class Message>
    Message expect() {
        auto message = hear();
        if (auto* wanted = std::get_if<Message>(&message)) {
            return *wanted;
        }
        if (const auto* failed = std::get_if<Failed>(&message)) {
            throw DataError("failed: " + failed->reason);
        }
        if (const auto* refused = std::get_if<Refused>(&message)) {
            throw DataError("refused: " + refused->reason);
        }
        throw DataError("another message: kind " + std::to_string(message.index()));
    }

private:
    comm::Mailbox& mailbox_;
};

struct Setting {
    int team = 1;
    std::vector<PlannedFault> faults;
    EngineFactory make_engine = [](const Welcome& message) { return std::make_unique<test::AlphabetEngine>(message.job_hash); };
    Millis timeout{10000};
    OwnEndpoint* endpoint = nullptr;
    Millis root_patience{50};
};

/// Runs `talk` as the bridge against one executor; returns how each of its ranks ended.
std::vector<ExecutorEnd> converse(const Setting& setting, const std::function<void(Conversation&)>& talk) {
    std::vector<ExecutorEnd> ends(static_cast<std::size_t>(setting.team));
    test::MemoryStateStore store;
    const test::FakeSigner signer(address_of(0));
    std::once_flag made;
    std::vector<std::unique_ptr<comm::Communicator>> team;
    comm::spawn(
        setting.team + 1,
        [&](comm::ThreadRank& self) {
            std::call_once(made, [&] {
                std::vector<int> ranks;
                for (int rank = 1; rank <= setting.team; ++rank) {
                    ranks.push_back(rank);
                }
                team = self.world.make_group(ranks);
            });
            if (self.comm.rank() == 0) {
                Conversation conversation(self);
                talk(conversation);
                return;
            }
            const auto index = static_cast<std::size_t>(self.comm.rank() - 1);
            const SteadyClock clock;
            const ExecutorPorts ports{
                *team[index],        index == 0 ? &self.mailbox : nullptr,   index == 0 ? &signer : nullptr, store, clock,
                setting.make_engine, index == 0 ? setting.endpoint : nullptr};
            ExecutorOptions options;
            options.heartbeat = Millis{1};
            options.give_up = Deadline::in(clock, Millis{20000});
            options.faults = setting.faults;
            options.root_patience = setting.root_patience;
            ends[index] = run_executor(ports, options);
        },
        setting.timeout);
    return ends;
}

CommitmentsOnChain posted(const std::vector<Address>& members, const std::vector<Hash32>& commitments) {
    return {SegmentIndex(0), AttemptIndex(0), commitments_root(members, commitments), members, commitments};
}

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
        bridge.say(Stop{"done", 1});
        (void)bridge.expect<Goodbye>();
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
            bridge.say(welcome());
            (void)bridge.expect<Join>();
            bridge.say(first_segment());
            auto message = posted({address_of(0)}, {bridge.expect<Commitment>().commitment});
            bend(message);
            bridge.say(message);
            EXPECT_NE(bridge.expect<Failed>().reason.find("nothing is revealed"), std::string::npos);
            bridge.say(Stop{"done", 1});
            (void)bridge.expect<Goodbye>();
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
        bridge.say(welcome());
        (void)bridge.expect<Join>();
        bridge.say(first_segment());
        auto message = posted({address_of(0)}, {bridge.expect<Commitment>().commitment});
        bend(message);
        bridge.say(message);
        answer = bridge.hear();
        bridge.say(Stop{"done", 1});
        (void)bridge.expect<Goodbye>();
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

std::string refusal(Welcome message, Setting setting = {}) {
    std::string reason;
    (void)converse(setting, [&](Conversation& bridge) {
        bridge.say(message);
        reason = bridge.expect<Refused>().reason;
        bridge.say(Stop{"done", 1});
        (void)bridge.expect<Goodbye>();
    });
    return reason;
}

TEST(Executor, RefusesASpecThatIsNotTheOneOnChain) {
    Welcome message = welcome();
    message.spec.back() ^= 1;
    EXPECT_NE(refusal(message).find("job spec"), std::string::npos);
}

TEST(Executor, RefusesShardsThatAreNotTheOnesOnChain) {
    Welcome message = welcome();
    std::swap(message.shard_roots[0], message.shard_roots[1]);
    EXPECT_NE(refusal(message).find("shards"), std::string::npos);
}

TEST(Executor, RefusesASpecOfRandomBytes) {
    Welcome message = welcome();
    message.spec = Bytes{1, 2, 3, 4};
    message.spec_hash = hash::spec_hash(message.spec);
    message.job_hash = hash::job_hash(message.spec_hash, hash::data_hash(message.shard_roots));
    EXPECT_FALSE(refusal(message).empty());
}

TEST(Executor, ReasonOfOneRankIsTheReasonOfTheTeam) {
    std::atomic<int> calls = 0;
    Setting setting;
    setting.team = 3;
    setting.make_engine = [&](const Welcome& message) -> std::unique_ptr<training::SegmentEngine> {
        if (++calls == 2) {
            throw EnvironmentError("this rank's processor has no AVX2");
        }
        return std::make_unique<test::AlphabetEngine>(message.job_hash);
    };
    EXPECT_EQ(refusal(welcome(), setting), "this rank's processor has no AVX2");
}

std::string failure(const RunSegment& order, bool joined = true) {
    std::string reason;
    (void)converse({}, [&](Conversation& bridge) {
        if (joined) {
            bridge.say(welcome());
            (void)bridge.expect<Join>();
        }
        bridge.say(order);
        reason = bridge.expect<Failed>().reason;
        bridge.say(Stop{"done", 1});
        (void)bridge.expect<Goodbye>();
    });
    return reason;
}

TEST(Executor, DoesNotRunBeforeItJoined) {
    EXPECT_EQ(failure(first_segment(), false), "not part of a job");
}

TEST(Executor, DoesNotStartFromAnotherJobsHash) {
    RunSegment order = first_segment();
    order.previous_digest.bytes[0] ^= 1;
    EXPECT_NE(failure(order).find("must start from the job hash"), std::string::npos);
}

TEST(Executor, DoesNotStartFromAStateNobodyHas) {
    RunSegment order;
    order.segment = SegmentIndex(1);
    order.previous.job_hash = welcome().job_hash;
    order.previous_digest = hash::segment_digest(order.previous);
    EXPECT_NE(failure(order).find("is not in the store"), std::string::npos);
}

TEST(Executor, DoesNotStartFromAnOpeningOfAnotherSegment) {
    RunSegment order;
    order.segment = SegmentIndex(2);
    order.previous.job_hash = welcome().job_hash;
    order.previous_digest = hash::segment_digest(order.previous);
    EXPECT_NE(failure(order).find("another job or segment"), std::string::npos);
}

/// A team-mate that dies in the middle of a segment costs the executor its vote; the others leave within the deadline.
TEST(Executor, DeadTeamMateEndsTheTeam) {
    struct Died {};
    class DyingEngine final : public training::SegmentEngine {
    public:
        DyingEngine(bool dies, Hash32 job) : dies_(dies), inner_(job) {}
        training::TrainingState initial_state() override { return inner_.initial_state(); }
        training::SegmentResult run(const training::SegmentTask& task, const training::TrainingState& from,
                                    comm::Communicator& team,
                                    const std::function<void(const training::RoundTrace&)>& on_round) override {
            if (dies_) {
                throw DataError("shard 3 changed under us");
            }
            return inner_.run(task, from, team, on_round);
        }

    private:
        bool dies_;
        test::AlphabetEngine inner_;
    };
    std::atomic<int> calls = 0;
    Setting setting;
    setting.team = 2;
    setting.timeout = Millis{300};
    setting.make_engine = [&](const Welcome& message) { return std::make_unique<DyingEngine>(++calls == 1, message.job_hash); };
    const auto ends = converse(setting, [&](Conversation& bridge) {
        bridge.say(welcome());
        (void)bridge.expect<Join>();
        bridge.say(first_segment());
        (void)bridge.expect<Failed>();
        (void)bridge.expect<Goodbye>();
    });
    EXPECT_EQ(ends, std::vector<ExecutorEnd>(2, ExecutorEnd::TeamLost));
}

TEST(Executor, SilentBridgeIsGivenUp) {
    const auto world = comm::ThreadWorld::create(2, Millis{1000});
    const auto mailbox = world->mailbox(1);
    comm::SoloCommunicator solo;
    test::MemoryStateStore store;
    const test::FakeSigner signer(address_of(0));
    ManualClock clock;
    const ExecutorPorts ports{solo, mailbox.get(), &signer, store, clock, {}};
    ExecutorOptions options;
    options.give_up = Deadline::in(clock, Millis{100});
    ExecutorLeader leader(ports, options);

    leader.step();
    EXPECT_FALSE(leader.end().has_value());
    clock.advance(Millis{100});
    leader.step();
    EXPECT_EQ(leader.end(), ExecutorEnd::BridgeLost);
}

TEST(Executor, DeadBridgeIsNoticed) {
    const auto world = comm::ThreadWorld::create(2, Millis{1000});
    const auto mailbox = world->mailbox(1);
    comm::SoloCommunicator solo;
    test::MemoryStateStore store;
    const test::FakeSigner signer(address_of(0));
    ManualClock clock;
    const ExecutorPorts ports{solo, mailbox.get(), &signer, store, clock, {}};
    ExecutorOptions options;
    options.give_up = Deadline::in(clock, Millis{100});
    ExecutorLeader leader(ports, options);

    world->kill(kBridgeRank);
    leader.step();

    EXPECT_EQ(leader.end(), ExecutorEnd::BridgeLost);
}

}  // namespace
}  // namespace cone::node
