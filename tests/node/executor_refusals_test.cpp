// The executor by itself: what it refuses to run, and how it ends when others do.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>

#include "tests/node/conversation.hpp"

namespace cone::node {
namespace {

using test::address_of;

std::string refusal(Welcome message, Setting setting = {}) {
    std::string reason;
    (void)converse(setting, [&](Conversation& bridge) {
        bridge.say(message);
        reason = bridge.expect<Refused>().reason;
        bridge.stop();
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
            bridge.join();
        }
        bridge.say(order);
        reason = bridge.expect<Failed>().reason;
        bridge.stop();
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
        bridge.join();
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
