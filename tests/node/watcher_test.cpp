// The watcher's way through a job: agreement, challenge, flip, loss, other people's challenges, nodes and disks that fail.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/watcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cone/base/errors.hpp"
#include "tests/node/wrong_verdict.hpp"

namespace cone::node {
namespace {

using namespace cone::test;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// A board with three segments whose right digests are 'A', 'B', 'C', seen through two endpoints; time is a look.
class World {
public:
    explicit World(bool may_act = true)
        : watcher({JobId(7), letter_hash('S'), letter_hash('J'), letter_hash('d'), 3}, ports(), may_act) {}

    [[nodiscard]] static char right(std::uint32_t segment) { return static_cast<char>('A' + segment); }

    void accept(std::uint32_t segment, char digest) {
        auto& record = records[segment];
        record = accepted_record(letter_hash(digest), previous(segment));
        record.final_from_block = head + 20;
    }
    void run(int steps = 20) {
        for (int i = 0; i < steps && !watcher.done(); ++i) {
            (void)watcher.step();
        }
    }
    void end_job() { over = true; }

    [[nodiscard]] std::vector<std::string> verdicts() const {
        std::vector<std::string> list;
        for (const auto& line : log) {
            const auto json = nlohmann::json::parse(line);
            list.push_back(std::to_string(json["segment"].get<int>()) + " " +
                           (json["kind"] == "challenge"
                                ? (json["refusal"] == "" ? "sent" : "refused")
                                : json["verdict"].get<std::string>() + "/" + json["reason"].get<std::string>()));
        }
        return list;
    }

    std::map<std::uint32_t, VerdictRecord> records;
    std::uint64_t head = 100;
    bool over = false;
    bool disk_full = false;
    std::string refusal;                  ///< the board's, of the next challenges
    std::string first_down;               ///< the first endpoint's trouble
    std::function<void(SelfCheck&)> lie;  ///< applied to what both endpoints say
    std::map<std::pair<std::size_t, std::uint32_t>, ExecutionReport> other_runs;
    std::vector<std::uint32_t> challenges;
    std::vector<std::pair<std::uint32_t, Hash32>> executions;
    std::vector<std::string> log;
    std::vector<std::string> said;
    Watcher watcher;

private:
    [[nodiscard]] Hash32 previous(std::uint32_t segment) const {
        if (segment == 0) {
            return letter_hash('J');
        }
        const auto before = records.find(segment - 1);
        return before == records.end() ? Hash32{} : before->second.accepted;
    }
    [[nodiscard]] EndpointReport report(const char* url, SegmentIndex segment) const {
        VerdictRecord record;
        if (const auto at = records.find(segment.value); at != records.end()) {
            record = at->second;
        }
        record.previous = previous(segment.value);
        record.job_runs = !over;
        record.job_over = over;
        auto made = endpoint_report(url, record);
        made.head = made.block = head;
        return made;
    }
    ExecutionReport execute(std::size_t track, SegmentIndex segment, const Hash32& from) {
        executions.emplace_back(segment.value, from);
        const auto other = other_runs.find({track, segment.value});
        return other != other_runs.end()
                   ? other->second
                   : ExecutionReport{letter_hash(right(segment.value)), letter_hash('s'), letter_hash('d'), {}};
    }
    std::string challenge(SegmentIndex segment) {
        if (!refusal.empty()) {
            throw ChainError(refusal);
        }
        challenges.push_back(segment.value);
        records[segment.value].challenged = true;
        return "0x01";
    }
    WatchPorts ports() {
        return {.execute = [this](auto track, auto segment, const auto& from) { return execute(track, segment, from); },
                .look =
                    [this](auto segment) {
                        ++head;
                        auto seen = report("http://a", segment);
                        seen.failure = first_down;
                        return seen;
                    },
                .look_twice =
                    [this](auto segment) {
                        SelfCheck check;
                        check.endpoints = {report("http://a", segment), report("http://b", segment)};
                        if (lie) {
                            lie(check);
                        }
                        return check.endpoints;
                    },
                .challenge = [this](auto segment, Wei) { return challenge(segment); },
                .record =
                    [this](const auto& line) {
                        if (disk_full) {
                            throw EnvironmentError("disk full");
                        }
                        log.push_back(line);
                    },
                .say = [this](const auto& line) { said.push_back(line); },
                .unix_time = [] { return 1ULL; }};
    }
};

TEST(Watcher, ExecutesEverySegmentTwiceAndAgrees) {
    World world;
    for (std::uint32_t g = 0; g < 3; ++g) {
        world.accept(g, World::right(g));
    }
    world.run();
    world.end_job();
    world.run();

    EXPECT_TRUE(world.watcher.done());
    EXPECT_EQ(world.watcher.outcome().agreed, 3U);
    EXPECT_FALSE(world.watcher.outcome().open);
    EXPECT_EQ(world.verdicts(), (std::vector<std::string>{"0 agrees/none", "1 agrees/none", "2 agrees/none"}));
    const std::vector<std::pair<std::uint32_t, Hash32>> twice{{0, letter_hash('J')}, {0, letter_hash('J')},
                                                              {1, letter_hash('A')}, {1, letter_hash('A')},
                                                              {2, letter_hash('B')}, {2, letter_hash('B')}};
    EXPECT_EQ(world.executions, twice);
    EXPECT_THAT(world.challenges, IsEmpty());
}

/// The window is short: the work is done before it opens.
TEST(Watcher, ExecutesASegmentBeforeItsVerdictIsThere) {
    World world;
    world.run(1);
    EXPECT_EQ(world.executions.size(), 2U);
    EXPECT_THAT(world.log, IsEmpty());
}

TEST(Watcher, ChallengesOnceAndGoesOnWhenTheVerdictFlips) {
    World world;
    world.accept(0, 'A');
    world.accept(1, 'x');
    world.run();
    EXPECT_EQ(world.challenges, std::vector<std::uint32_t>{1});
    world.accept(1, 'B');
    world.accept(2, 'C');
    world.run();
    world.end_job();
    world.run();

    EXPECT_EQ(world.watcher.outcome().agreed, 3U);
    EXPECT_EQ(world.watcher.outcome().challenged, 1U);
    EXPECT_EQ(world.verdicts(), (std::vector<std::string>{"0 agrees/none", "1 challenge/none", "1 sent",
                                                          "1 abstain/already-challenged", "1 agrees/none", "2 agrees/none"}));
}

TEST(Watcher, DoesNotThrowASecondBondAfterTheFirst) {
    World world;
    world.accept(0, 'x');
    world.run();
    world.accept(0, 'x');
    world.run();
    world.end_job();
    world.run();

    EXPECT_EQ(world.challenges.size(), 1U);
    EXPECT_TRUE(world.watcher.done());
    ASSERT_TRUE(world.watcher.outcome().open);
    EXPECT_EQ(world.watcher.outcome().open->second, Reason::ChallengedBefore);
    EXPECT_THAT(world.said, Contains(HasSubstr("ALARM: segment 0: not challenged, our challenge did not change")));
}

/// Another wrong digest is another verdict.
TEST(Watcher, ChallengesTheNextWrongDigestToo) {
    World world;
    world.accept(0, 'x');
    world.run();
    world.accept(0, 'y');
    world.run();
    EXPECT_EQ(world.challenges.size(), 2U);
}

TEST(Watcher, SendsNothingWhenToldToWatch) {
    World world(false);
    world.accept(0, 'x');
    world.run(5);

    EXPECT_THAT(world.challenges, IsEmpty());
    EXPECT_EQ(world.verdicts(), std::vector<std::string>{"0 abstain/watch-only"});
    EXPECT_THAT(world.said, Contains(HasSubstr("ALARM: segment 0")));
}

/// P35, and what happened to an honest challenger on Ink in June 2026: its node told it of results that were not there.
TEST(Watcher, AbstainsWhileItsEndpointsContradictOneAnother) {
    World world;
    world.lie = [](SelfCheck& check) { check.endpoints[0].record.accepted = letter_hash('x'); };
    world.accept(0, 'A');
    world.run();

    EXPECT_THAT(world.challenges, IsEmpty());
    EXPECT_EQ(world.verdicts(), std::vector<std::string>{"0 abstain/endpoints-disagree"});
    world.lie = nullptr;
    world.run(1);
    EXPECT_EQ(world.verdicts().back(), "0 agrees/none");
}

TEST(Watcher, AbstainsWhenItsExecutionsDisagree) {
    World world;
    world.other_runs[{1, 0}] = {letter_hash('x'), letter_hash('s'), letter_hash('d'), {}};
    world.accept(0, 'w');
    world.run();
    EXPECT_THAT(world.challenges, IsEmpty());
    EXPECT_EQ(world.verdicts(), std::vector<std::string>{"0 abstain/executions-disagree"});
}

TEST(Watcher, AbstainsWithoutItsData) {
    World world;
    world.other_runs[{0, 0}] = {{}, {}, {}, "seller 3: its shard hashes to something else"};
    world.accept(0, 'w');
    world.run();
    EXPECT_THAT(world.challenges, IsEmpty());
    EXPECT_THAT(world.said, Contains(HasSubstr("seller 3: its shard hashes to something else")));
}

TEST(Watcher, DoesNotActOnWhatItCouldNotWriteDown) {
    World world;
    world.accept(0, 'x');
    world.run(1);
    world.disk_full = true;
    EXPECT_THROW(world.run(), EnvironmentError);
    EXPECT_THAT(world.challenges, IsEmpty());
}

/// Somebody was faster, or the window closed between look and block.
TEST(Watcher, WritesDownWhatTheBoardRefuses) {
    World world;
    world.accept(0, 'x');
    world.run(1);
    world.refusal = "JobBoard: ChallengeWindowClosed(120)";
    world.run(1);
    EXPECT_EQ(world.verdicts(), (std::vector<std::string>{"0 challenge/none", "0 refused"}));
    world.refusal.clear();
    world.run(1);
    EXPECT_EQ(world.verdicts().back(), "0 sent");
    EXPECT_EQ(world.watcher.outcome().challenged, 1U);
}

TEST(Watcher, TriesARefusedChallengeOnceABlock) {
    World world;
    world.accept(0, 'x');
    world.run(1);
    world.refusal = "no";
    for (int i = 0; i < 5; ++i) {
        (void)world.watcher.step();
        --world.head;  // the chain stands still
    }
    EXPECT_EQ(world.verdicts(), (std::vector<std::string>{"0 challenge/none", "0 refused"}));
}

TEST(Watcher, FollowsAFlipOfAVerdictItHadAgreedWith) {
    World world;
    world.accept(0, 'A');
    world.accept(1, 'B');
    world.run();
    EXPECT_EQ(world.watcher.outcome().agreed, 2U);
    world.records.erase(1);
    world.accept(0, 'x');  // a lying majority in the larger set
    world.run();

    EXPECT_EQ(world.challenges, std::vector<std::uint32_t>{0});
    EXPECT_EQ(world.watcher.outcome().agreed, 0U);
}

TEST(Watcher, GoesBackFromTheLastSegmentToo) {
    World world;
    for (std::uint32_t g = 0; g < 3; ++g) {
        world.accept(g, World::right(g));
    }
    world.run();
    world.accept(2, 'x');
    world.run();
    EXPECT_EQ(world.challenges, std::vector<std::uint32_t>{2});
}

TEST(Watcher, TellsATroubleOnceAndGoesOnAfterIt) {
    World world;
    world.first_down = "timed out";
    world.accept(0, 'A');
    world.run(5);
    EXPECT_EQ(world.said.size(), 1U);
    EXPECT_THAT(world.executions, IsEmpty());
    world.first_down.clear();
    world.run(3);
    EXPECT_EQ(world.watcher.outcome().agreed, 1U);
}

TEST(Watcher, EndsWithAVoidJob) {
    World world;
    world.accept(0, 'A');
    world.run(3);
    world.end_job();
    world.run();

    EXPECT_TRUE(world.watcher.done());
    EXPECT_EQ(world.watcher.outcome().agreed, 1U);
    ASSERT_TRUE(world.watcher.outcome().open);
    EXPECT_EQ(world.watcher.outcome().open->second, Reason::NoVerdict);
    EXPECT_FALSE(world.watcher.step());
}

/// Started after the fact: it still says what it found, and that it was too late.
TEST(Watcher, JudgesAJobThatIsOver) {
    World world;
    world.accept(0, 'A');
    world.accept(1, 'x');
    world.end_job();
    world.head = 1000;
    world.run();

    EXPECT_TRUE(world.watcher.done());
    EXPECT_THAT(world.challenges, IsEmpty());
    EXPECT_EQ(world.verdicts(), (std::vector<std::string>{"0 agrees/none", "1 abstain/window-over"}));
    EXPECT_EQ(world.watcher.outcome().open->second, Reason::WindowOver);
}

}  // namespace
}  // namespace cone::node
