// The transition tables against the shared vectors: every pair of state and event, both machines.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/lifecycle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace cone::job {
namespace {

nlohmann::json vectors() {
    std::ifstream file(CONE_SOURCE_DIR "/tests/vectors/lifecycle.json");
    return nlohmann::json::parse(file);
}

/// The enumerator with that name; fails the test on a name nobody knows.
template <class Enum, std::size_t Count>
Enum named(const std::string& name, const std::array<std::string_view, Count>& names) {
    const auto found = std::find(names.begin(), names.end(), name);
    EXPECT_NE(found, names.end()) << "unknown name " << name;
    return static_cast<Enum>(found - names.begin());
}

/// Checks that the rows name each pair of state and event exactly once and that `step` agrees with all of them.
template <class State, class Event, std::size_t States, std::size_t Events>
void expect_table(const nlohmann::json& rows, const std::array<std::string_view, States>& states,
                  const std::array<std::string_view, Events>& events) {
    std::set<std::pair<State, Event>> seen;
    for (const auto& row : rows) {
        const auto state = named<State>(row.at("state"), states);
        const auto event = named<Event>(row.at("event"), events);
        const std::string next = row.at("next");
        EXPECT_TRUE(seen.insert({state, event}).second) << row;
        const std::optional<State> expected = next == "refused" ? std::nullopt : std::optional(named<State>(next, states));
        EXPECT_EQ(step(state, event), expected) << row;
    }
    EXPECT_EQ(seen.size(), States * Events);
}

TEST(Lifecycle, JobsFollowTheSharedTable) {
    expect_table<JobState, JobEvent>(vectors().at("job"), kJobStateNames, kJobEventNames);
}

TEST(Lifecycle, SegmentsFollowTheSharedTable) {
    expect_table<SegmentState, SegmentEvent>(vectors().at("segment"), kSegmentStateNames, kSegmentEventNames);
}

TEST(Lifecycle, NothingLeavesTheEnd) {
    for (const JobState state : {JobState::Settled, JobState::Unmet, JobState::Void}) {
        EXPECT_TRUE(is_over(state));
        for (std::size_t event = 0; event < kJobEventNames.size(); ++event) {
            EXPECT_FALSE(step(state, static_cast<JobEvent>(event)).has_value()) << to_string(state);
        }
    }
    for (std::size_t event = 0; event < kSegmentEventNames.size(); ++event) {
        EXPECT_FALSE(step(SegmentState::Final, static_cast<SegmentEvent>(event)).has_value());
    }
    for (const JobState state : {JobState::None, JobState::Open, JobState::Running, JobState::Settling}) {
        EXPECT_FALSE(is_over(state)) << to_string(state);
    }
}

TEST(Lifecycle, RefusesWhatIsNoStateOrEvent) {
    EXPECT_FALSE(step(JobState{7}, JobEvent::Stalled).has_value());
    EXPECT_FALSE(step(JobState::Open, JobEvent{8}).has_value());
    EXPECT_FALSE(step(SegmentState{6}, SegmentEvent::PreviousFlipped).has_value());
}

TEST(Lifecycle, NamesFollowTheContractsNumbers) {
    EXPECT_EQ(to_string(JobState{0}), "None");
    EXPECT_EQ(to_string(JobState{6}), "Void");
    EXPECT_EQ(to_string(SegmentState{0}), "Pending");
    EXPECT_EQ(to_string(SegmentState{5}), "Final");
}

}  // namespace
}  // namespace cone::job
