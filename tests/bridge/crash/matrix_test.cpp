// SIGKILL at 12 points x 5 transactions x 3 chain situations, on a real node: the effect is there exactly once (R18).
// CONE_CRASH_MATRIX=all plays all 180 runs, otherwise 12 of them: each point, each transaction, each situation.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/bridge/crash/crash_run.hpp"
#include "tests/bridge/crash/points.hpp"

namespace cone::test {
namespace {

constexpr std::array kSituations{Meanwhile::Mined, Meanwhile::Pending, Meanwhile::Reorganised};

bool all_wanted() {
    const char* wanted = std::getenv("CONE_CRASH_MATRIX");
    return wanted != nullptr && std::string_view(wanted) == "all";
}

/// A few of all: 12 points, and as 3 and 5 have no common divisor also every transaction and every situation.
bool is_wanted(std::size_t point, std::size_t kind, std::size_t situation) {
    return all_wanted() || (point % 5 == kind && point % 3 == situation);
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) {
        text += "\n  " + line;
    }
    return text;
}

DueAction& due_named(PreparedJob& job, std::string_view name) {
    return *std::find_if(job.due().begin(), job.due().end(), [&](const auto& due) { return due.name == name; });
}

TEST(CrashMatrix, EffectsAreThereExactlyOnce) {
    PreparedJob job;
    int runs = 0;
    int right = 0;
    for (std::size_t kind = job.due().size(); kind-- > 0;) {
        for (std::size_t point = 0; point < kCrashPoints.size(); ++point) {
            for (std::size_t situation = 0; situation < kSituations.size(); ++situation) {
                if (!is_wanted(point, kind, situation)) {
                    continue;
                }
                const CrashRun run{.point = std::string(kCrashPoints[point]), .meanwhile = kSituations[situation]};
                const auto problems = play(job, job.due()[kind], run);
                ++runs;
                right += problems.empty() ? 1 : 0;
                EXPECT_TRUE(problems.empty()) << job.due()[kind].name << ", killed " << run.point << ", meanwhile "
                                              << to_string(run.meanwhile) << ":" << joined(problems);
            }
        }
    }
    EXPECT_EQ(runs, all_wanted() ? 180 : 12);
    std::printf("%scrash matrix %d/%d\n", all_wanted() ? "FIGURE " : "", right, runs);
}

TEST(CrashMatrix, NoticesAJournalThatKeepsTheBytesAfterTheyWereSent) {
    PreparedJob job;
    for (const Meanwhile meanwhile : {Meanwhile::Mined, Meanwhile::Pending}) {
        const auto problems =
            play(job, due_named(job, "castVotes"),
                 {.point = "after-broadcast", .meanwhile = meanwhile, .journal = "late", .gas_limit = 3'000'000});
        std::printf("a journal that is late, killed after-broadcast, meanwhile %s:%s\n", to_string(meanwhile),
                    joined(problems).c_str());
        EXPECT_EQ(std::count(problems.begin(), problems.end(), "the journal holds 0 mined transactions"), 1)
            << to_string(meanwhile);
        // What is mined already is refused when it is looked at before paying; what waits is sent a second time.
        EXPECT_EQ(std::count(problems.begin(), problems.end(), "2 transactions of the bridge are on the chain"),
                  meanwhile == Meanwhile::Pending ? 1 : 0)
            << to_string(meanwhile);
    }
}

TEST(CrashMatrix, NoticesADecisionWithoutAName) {
    PreparedJob job;

    const auto problems = play(job, due_named(job, "postCommitments"),
                               {.point = "after-mined", .meanwhile = Meanwhile::Mined, .names_its_intent = false});

    EXPECT_FALSE(problems.empty());
    std::printf("a decision without a name, killed after-mined:%s\n", joined(problems).c_str());
}

}  // namespace
}  // namespace cone::test
