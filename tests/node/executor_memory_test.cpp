// An executor that is started again: it says what it said, and nothing else.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/node/conversation.hpp"
#include "tests/support/memory_notebook.hpp"

namespace cone::node {
namespace {

using test::address_of;
using test::MemoryNotebook;

class FullDisk final : public Notebook {
public:
    void keep(const Note&) override { throw EnvironmentError("no space left on device"); }
    [[nodiscard]] std::vector<Note> read() override { return {}; }
};

class Torn final : public Notebook {
public:
    void keep(const Note&) override {}
    [[nodiscard]] std::vector<Note> read() override { throw DataError("notes are damaged"); }
};

/// One executor over several lives.
class Lives : public testing::TestWithParam<int> {
protected:
    Setting setting() {
        Setting made;
        made.team = GetParam();
        made.open_notebook = [this](const Welcome&) { return std::make_unique<MemoryNotebook>(pages); };
        return made;
    }
    void live(const std::function<void(Conversation&)>& talk) {
        (void)converse(setting(), [&](Conversation& bridge) {
            bridge.say(welcome());
            talk(bridge);
            bridge.stop();
        });
    }
    Commitment commit_once() {
        Commitment commitment;
        live([&](Conversation& bridge) {
            (void)bridge.expect<Join>();
            bridge.say(first_segment());
            commitment = bridge.expect<Commitment>();
        });
        return commitment;
    }
    Reveal commit_and_show_once() {
        Reveal reveal;
        live([&](Conversation& bridge) {
            (void)bridge.expect<Join>();
            bridge.say(first_segment());
            bridge.say(posted({address_of(0)}, {bridge.expect<Commitment>().commitment}));
            reveal = bridge.expect<Reveal>();
        });
        return reveal;
    }

    std::vector<Bytes> pages;
};

TEST_P(Lives, CommitsToTheSameAgainAndRevealsIt) {
    const Commitment before = commit_once();
    live([&](Conversation& bridge) {
        EXPECT_EQ(bridge.expect<Commitment>(), before) << "before it joins";
        (void)bridge.expect<Join>();
        bridge.say(first_segment());
        EXPECT_EQ(bridge.expect<Commitment>(), before);
        bridge.say(posted({address_of(0)}, {before.commitment}));
        const auto reveal = bridge.expect<Reveal>();
        const PreparedVote vote{reveal.segment, reveal.attempt, address_of(0), reveal.digest, reveal.witness, reveal.salt};
        EXPECT_EQ(commitment_of({welcome().domain_separator, welcome().job}, vote), before.commitment);
        EXPECT_EQ(hash::segment_digest(reveal.opening), reveal.digest);
    });
}

TEST_P(Lives, ShowsAgainWhatItShowed) {
    const Reveal before = commit_and_show_once();
    live([&](Conversation& bridge) {
        (void)bridge.expect<Commitment>();
        EXPECT_EQ(bridge.expect<Reveal>(), before);
        (void)bridge.expect<Join>();
    });
}

TEST_P(Lives, VoteThatWasNotShownGivesWayToAnotherStart) {
    const Commitment before = commit_once();
    live([&](Conversation& bridge) {
        (void)bridge.expect<Commitment>();
        (void)bridge.expect<Join>();
        RunSegment other = first_segment();
        other.previous_digest.bytes[0] ^= 1;
        bridge.say(other);
        EXPECT_EQ(bridge.expect<Failed>().reason, "segment 0 must start from the job hash") << "it was about to run it";
        bridge.say(first_segment());
        EXPECT_EQ(bridge.expect<Commitment>(), before);
    });
}

TEST_P(Lives, VoteThatWasShownIsTheOnlyOneOfItsAttempt) {
    (void)commit_and_show_once();
    live([&](Conversation& bridge) {
        (void)bridge.expect<Commitment>();
        (void)bridge.expect<Reveal>();
        (void)bridge.expect<Join>();
        RunSegment other = first_segment();
        other.previous_digest.bytes[0] ^= 1;
        bridge.say(other);
        EXPECT_NE(bridge.expect<Failed>().reason.find("was shown"), std::string::npos);
    });
}

TEST_P(Lives, AnotherRootThanItsOwnIsStillNotBelieved) {
    const Commitment before = commit_once();
    live([&](Conversation& bridge) {
        (void)bridge.expect<Commitment>();
        (void)bridge.expect<Join>();
        Hash32 other = before.commitment;
        other.bytes[31] ^= 1;
        bridge.say(posted({address_of(0)}, {other}));
        EXPECT_NE(bridge.expect<Failed>().reason.find("nothing is revealed"), std::string::npos);
    });
}

INSTANTIATE_TEST_SUITE_P(TeamOf, Lives, testing::Values(1, 2), testing::PrintToStringParamName());

TEST(ExecutorMemory, NothingIsCommittedThatCannotBeKept) {
    for (const int team : {1, 2}) {
        Setting setting;
        setting.team = team;
        setting.open_notebook = [](const Welcome&) { return std::make_unique<FullDisk>(); };
        const auto ends = converse(setting, [&](Conversation& bridge) {
            bridge.join();
            bridge.say(first_segment());
            EXPECT_NE(bridge.expect<Failed>().reason.find("no space left"), std::string::npos);
            bridge.stop();
        });
        EXPECT_EQ(ends, std::vector<ExecutorEnd>(static_cast<std::size_t>(team), ExecutorEnd::Stopped));
    }
}

TEST(ExecutorMemory, DamagedNotesKeepItOutOfTheJob) {
    Setting setting;
    setting.open_notebook = [](const Welcome&) { return std::make_unique<Torn>(); };
    (void)converse(setting, [&](Conversation& bridge) {
        bridge.say(welcome());
        EXPECT_EQ(bridge.expect<Refused>().reason, "notes are damaged");
        bridge.stop();
    });
}

}  // namespace
}  // namespace cone::node
