// Routes messages, events and time to the segments' steps; joins executors and ends the run.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/coordinator.hpp"

#include <algorithm>
#include <utility>

#include "cone/base/errors.hpp"
#include "cone/node/resume.hpp"
#include "cone/node/segment_flow.hpp"
#include "cone/node/settlement_flow.hpp"
#include "cone/node/vote_flow.hpp"

namespace cone::node {
namespace {

Welcome welcome_of(const CoordinatorState& state) {
    const JobTerms& terms = state.terms;
    Welcome welcome{terms.job, terms.spec_hash, terms.job_hash, terms.job_seed, terms.domain_separator, state.options.spec, {}};
    for (const auto& seller : terms.sellers) {
        welcome.shard_roots.push_back(seller.shard_root);
    }
    return welcome;
}

std::size_t count_standing(const CoordinatorState& state, Standing standing) {
    return static_cast<std::size_t>(std::count_if(state.executors.begin(), state.executors.end(),
                                                  [&](const auto& executor) { return executor.standing == standing; }));
}

void begin_when_all_answered(Step& step) {
    if (step.state.status != RunStatus::Joining || count_standing(step.state, Standing::Unknown) > 0) {
        return;
    }
    if (count_standing(step.state, Standing::Joined) == 0) {
        fail(step, "no executor joined");
        return;
    }
    step.state.status = RunStatus::Running;
    resume(step);
}

void drop_executor(Step& step, std::size_t executor, Standing standing, const std::string& reason) {
    ExecutorView& view = step.state.executors[executor];
    if (view.standing == Standing::Refused || view.standing == Standing::Lost) {
        return;
    }
    view.standing = standing;
    view.reason = reason;
    say(step, "executor " + std::to_string(executor) + (standing == Standing::Refused ? " refused: " : " is lost: ") + reason);
    stop_waiting_for(step, executor, std::nullopt);
    begin_when_all_answered(step);
}

void take(Step& step, std::size_t executor, const Join& join) {
    const auto& all = step.state.executors;
    const auto& pool = step.state.terms.pool;
    const bool twice = std::any_of(all.begin(), all.end(), [&](const auto& other) { return other.address == join.address; });
    const bool staked =
        std::any_of(pool.begin(), pool.end(), [&](const auto& member) { return member.address == join.address; });
    if (twice || !staked) {
        drop_executor(step, executor, Standing::Refused,
                      to_hex(join.address) + (staked ? " has joined already" : " is not in the job's pool"));
        return;
    }
    step.state.executors[executor].address = join.address;
    step.state.executors[executor].standing = Standing::Joined;
    begin_when_all_answered(step);
}
void take(Step& step, std::size_t executor, const Refused& refused) {
    drop_executor(step, executor, Standing::Refused, refused.reason);
}
void take(Step& step, std::size_t executor, const Progress& progress) {
    if (progress.phase == "training") {
        say(step, "executor " + std::to_string(executor) + ": round " + std::to_string(progress.round) + ", metric " +
                      std::to_string(progress.metric_bp) + " bp");
    }
}
void take(Step& step, std::size_t executor, const Commitment& commitment) {
    if (step.state.status == RunStatus::Joining) {
        step.state.past.commitments.emplace_back(executor, commitment);
    } else {
        take_commitment(step, executor, commitment);
    }
}
void take(Step& step, std::size_t executor, const Reveal& reveal) {
    if (step.state.status == RunStatus::Joining) {
        step.state.past.reveals.push_back(reveal);
    } else {
        take_reveal(step, executor, reveal);
    }
}
void take(Step& step, std::size_t executor, const Failed& failed) {
    say(step, "executor " + std::to_string(executor) + " failed in segment " + std::to_string(failed.segment.value) + ": " +
                  failed.reason);
    stop_waiting_for(step, executor, failed.segment);
}
void take(Step& step, std::size_t executor, const Goodbye&) {
    drop_executor(step, executor, Standing::Lost, "it left");
}

}  // namespace

Coordinator::Coordinator(JobTerms terms, CoordinatorOptions options, const VoteVerifier& verifier, std::vector<Note> notes)
    : verifier_(verifier) {
    state_.terms = std::move(terms);
    state_.options = std::move(options);
    state_.executors.resize(state_.options.executors);
    state_.segments.reserve(state_.terms.segments);  // steps hold references while the next segment begins
    for (auto& note : notes) {
        if (auto* list = std::get_if<CommitmentsOnChain>(&note)) {
            state_.past.lists.push_back(std::move(*list));
        } else {
            state_.past.reveals.push_back(std::get<Reveal>(std::move(note)));
        }
    }
}

Actions Coordinator::start(Millis now) {
    Actions out;
    state_.began = now;
    state_.join_deadline = {now + state_.options.join_timeout};
    for (std::size_t i = 0; i < state_.executors.size(); ++i) {
        out.emplace_back(std::in_place_type<Tell>, i, welcome_of(state_));
    }
    return out;
}

Actions Coordinator::on_message(Millis now, std::size_t executor, const ToBridge& message) {
    CONE_ASSERT(executor < state_.executors.size(), "a message of an executor that is not in this run");
    Actions out;
    Step step{state_, verifier_, now, out};
    if (!over()) {
        if (!std::exchange(state_.executors[executor].responsive, true)) {
            wait_again_for(step, executor);
        }
        std::visit([&](const auto& body) { take(step, executor, body); }, message);
    }
    return out;
}

Actions Coordinator::on_lost(Millis now, std::size_t executor, const std::string& reason) {
    Actions out;
    Step step{state_, verifier_, now, out};
    if (!over()) {
        drop_executor(step, executor, Standing::Lost, reason);
    }
    return out;
}

Actions Coordinator::on_chain(Millis now, const ChainEvent& event) {
    Actions out;
    Step step{state_, verifier_, now, out};
    remember(state_, event);
    if (state_.status != RunStatus::Joining && !state_.past.changed) {
        take_event(step, event);
    }
    return out;
}

Actions Coordinator::on_head(Millis now, std::uint64_t head) {
    Actions out;
    Step step{state_, verifier_, now, out};
    state_.head = head;
    if (std::exchange(state_.past.changed, false)) {
        start_over(step);
    }
    if (state_.status == RunStatus::Running) {
        watch_windows(step);
        watch_finality(step);
        watch_exhaustion(step);
        watch_payroll(step);
    }
    return out;
}

Actions Coordinator::on_time(Millis now) {
    Actions out;
    Step step{state_, verifier_, now, out};
    if (state_.status == RunStatus::Joining && state_.join_deadline.at <= now) {
        for (std::size_t i = 0; i < state_.executors.size(); ++i) {
            if (state_.executors[i].standing == Standing::Unknown) {
                drop_executor(step, i, Standing::Lost, "no answer before the join deadline");
            }
        }
    }
    if (state_.status == RunStatus::Running) {
        for (std::size_t i = 0; i < state_.segments.size(); ++i) {
            watch_deadlines(step, state_.segments[i]);
        }
    }
    return out;
}

Actions Coordinator::abort(Millis now, const std::string& reason) {
    Actions out;
    Step step{state_, verifier_, now, out};
    if (!over()) {
        fail(step, reason);
    }
    return out;
}

}  // namespace cone::node
