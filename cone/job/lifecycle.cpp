// Each transition that exists is one line; what is not here is refused.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/lifecycle.hpp"

#include <algorithm>
#include <iterator>

#include "cone/job/name_of.hpp"

namespace cone::job {
namespace {

template <class State, class Event>
struct Transition {
    State from;
    Event event;
    State to;
};

constexpr Transition<JobState, JobEvent> kJobTransitions[] = {
    {JobState::None, JobEvent::AuctionWon, JobState::Open},
    {JobState::Open, JobEvent::SeedFixed, JobState::Running},
    {JobState::Open, JobEvent::Stalled, JobState::Void},
    {JobState::Running, JobEvent::LastSegmentFinal, JobState::Settling},
    {JobState::Running, JobEvent::PoolExhausted, JobState::Void},
    {JobState::Running, JobEvent::WrongDraw, JobState::Void},
    {JobState::Running, JobEvent::Stalled, JobState::Void},
    {JobState::Settling, JobEvent::MetricMet, JobState::Settled},
    {JobState::Settling, JobEvent::MetricMissed, JobState::Unmet},
    {JobState::Settling, JobEvent::Stalled, JobState::Void},
};

constexpr Transition<SegmentState, SegmentEvent> kSegmentTransitions[] = {
    {SegmentState::Pending, SegmentEvent::Committed, SegmentState::Committed},
    {SegmentState::Committed, SegmentEvent::LeadReached, SegmentState::Accepted},
    {SegmentState::Committed, SegmentEvent::LeadMissed, SegmentState::Undecided},
    {SegmentState::Undecided, SegmentEvent::Committed, SegmentState::Committed},
    {SegmentState::Accepted, SegmentEvent::Challenged, SegmentState::Challenged},
    {SegmentState::Accepted, SegmentEvent::WindowOver, SegmentState::Final},
    {SegmentState::Challenged, SegmentEvent::Committed, SegmentState::Committed},
    {SegmentState::Pending, SegmentEvent::PreviousFlipped, SegmentState::Pending},
    {SegmentState::Committed, SegmentEvent::PreviousFlipped, SegmentState::Pending},
    {SegmentState::Undecided, SegmentEvent::PreviousFlipped, SegmentState::Pending},
    {SegmentState::Accepted, SegmentEvent::PreviousFlipped, SegmentState::Pending},
    {SegmentState::Challenged, SegmentEvent::PreviousFlipped, SegmentState::Pending},
};

template <class State, class Event, std::size_t Count>
std::optional<State> look_up(const Transition<State, Event> (&table)[Count], State state, Event event) {
    const auto is_it = [&](const auto& t) { return t.from == state && t.event == event; };
    const auto found = std::find_if(std::begin(table), std::end(table), is_it);
    return found == std::end(table) ? std::nullopt : std::optional(found->to);
}

}  // namespace

std::optional<JobState> step(JobState state, JobEvent event) {
    return look_up(kJobTransitions, state, event);
}

std::optional<SegmentState> step(SegmentState state, SegmentEvent event) {
    return look_up(kSegmentTransitions, state, event);
}

bool is_over(JobState state) {
    return state == JobState::Settled || state == JobState::Unmet || state == JobState::Void;
}

std::string_view to_string(JobState state) {
    return name_of(state, kJobStateNames);
}
std::string_view to_string(SegmentState state) {
    return name_of(state, kSegmentStateNames);
}

}  // namespace cone::job
