// Votes: shown once nobody can commit any more, checked, cast, and counted by ourselves to run ahead of the chain.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/vote_flow.hpp"

#include <algorithm>

#include "cone/agreement/faults.hpp"
#include "cone/base/errors.hpp"
#include "cone/node/attempt.hpp"
#include "cone/trace/documents.hpp"

namespace cone::node {
namespace {

VoteDomain domain_of(const CoordinatorState& state) {
    return {state.terms.domain_separator, state.terms.job};
}

/// Our own count says accepted: the next segment starts while the votes are still on their way into a block.
void run_ahead(Step& step, SegmentRun& run) {
    const auto tally = tally_of(run);
    const auto verdict =
        agreement::verdict({tally.standing(), step.state.terms.lead, tally.outstanding(run.attempts.back().number),
                            tally.members(), narrow<std::uint32_t>(run.order.size())});
    if (verdict != agreement::Verdict::Accepted || run.verdict) {
        return;
    }
    const Hash32 best = tally.standing().best;
    const Reveal* opened = opened_reveal(run, best);
    const SegmentIndex next = run.index.next();
    if (opened == nullptr || next.value >= step.state.terms.segments || next.value != step.state.segments.size()) {
        return;
    }
    run.expected = best;
    begin_segment(step, next, best, hash::seal(opened->opening));
}

/// Signed, and not seen before: worth a note.
bool is_news(RevealVerdict verdict) {
    return verdict == RevealVerdict::Accepted || verdict == RevealVerdict::Late || verdict == RevealVerdict::DoesNotOpen;
}

/// The window on chain decides who is late, not how long this bridge waited: while it is open the vote follows the others.
void cast_late(Step& step, const SegmentRun& run, const Attempt& attempt, const MemberView& member) {
    const bool open = &attempt == &run.attempts.back() && step.state.head < attempt.reveal_until_block;
    say(step, name_of(run, attempt) + ": executor " + std::to_string(*member.executor) + " revealed late" +
                  (open ? ", its vote follows the others" : ": the window is over"));
    if (open) {
        step.out.push_back(Submit{late_vote_of(step.state.terms.job, run.index, attempt, member)});
    }
}

}  // namespace

agreement::Tally tally_of(const SegmentRun& run) {
    agreement::Tally tally;
    for (const auto& attempt : run.attempts) {
        CONE_ASSERT(tally.open(attempt.number, addresses_of(attempt)), "nobody is asked twice for a segment");
        const bool expected =
            !attempt.missed && (attempt.phase == Phase::Cast || (attempt.phase > Phase::Cast && !attempt.adopted));
        for (const auto& member : attempt.members) {
            if (member.counted) {
                (void)tally.count({attempt.number, member.address, member.counted->digest, member.counted->witness});
            } else if (expected && member.reveal) {
                (void)tally.count({attempt.number, member.address, member.reveal->digest, member.reveal->witness});
            }
        }
    }
    return tally;
}

const Reveal* opened_reveal(const SegmentRun& run, const Hash32& digest) {
    const Reveal* found = nullptr;
    for (const auto& attempt : run.attempts) {
        for (const auto& member : attempt.members) {
            const Reveal* reveal = member.reveal ? &*member.reveal : nullptr;
            if (reveal == nullptr || reveal->digest != digest || hash::segment_digest(reveal->opening) != digest) {
                continue;
            }
            if (trace::have_root(reveal->trace, reveal->opening.trace_root)) {
                return reveal;
            }
            found = found == nullptr ? reveal : found;
        }
    }
    return found;
}

void cast_if_complete(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    if (attempt.phase != Phase::Revealing || awaits_anybody(attempt) || step.state.head < attempt.not_before_head) {
        return;
    }
    attempt.phase = Phase::Cast;
    attempt.cast = step.now;
    if (step.state.head >= attempt.reveal_until_block) {
        miss_window(step, run);
        return;
    }
    auto cast = votes_of(step.state.terms.job, run.index, attempt);
    say(step, name_of(run, attempt) + ": " + std::to_string(cast.votes.size()) + " of " +
                  std::to_string(attempt.members.size()) + " votes");
    if (!cast.votes.empty()) {
        step.out.push_back(Submit{std::move(cast)});
    }
    run_ahead(step, run);
}

void miss_window(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    if (attempt.phase != Phase::Cast || attempt.missed || run.verdict) {
        return;
    }
    say(step, name_of(run, attempt) + ": the window closed, and not all votes are in a block");
    attempt.missed = true;
    if (run.expected) {
        run.expected.reset();
        step.state.segments.resize(run.index.value + std::size_t{1});
    }
}

void open_reveals(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    attempt.phase = Phase::Revealing;
    attempt.revealed = step.now;
    attempt.deadline = {step.now + step.state.options.reveal_timeout};
    await_reveals(attempt, step.state.executors);
    const CommitmentsOnChain posted = list_of(run.index, attempt);
    for (const auto& member : attempt.members) {
        if (member.executor && member.has_committed()) {
            tell(step, *member.executor, posted);
        }
    }
    cast_if_complete(step, run);
}

void accuse(Step& step, SegmentIndex segment, AttemptIndex attempt, const MemberView& member) {
    step.state.equivocations.push_back({member.address, segment});
    step.out.push_back(Submit{
        ProveEquivocation{step.state.terms.job, segment, attempt, member.signed_votes.at(0), member.signed_votes.at(1)}});
}

namespace {

/// One proof an executor and attempt, whichever of the two it was.
bool is_proven(const CoordinatorState& state, SegmentIndex segment, const Address& executor) {
    return std::any_of(state.slashes.begin(), state.slashes.end(), [&](const SlashSeen& seen) {
        const bool by_proof = seen.event.fault == ChainFault::Equivocation || seen.event.fault == ChainFault::FalseWitness;
        return by_proof && seen.event.executor == executor && seen.event.segment == segment;
    });
}

/// The member's one signed vote, when it is for the opened digest with a witness that is not its own work's.
const SignedVote* false_witness_of(const CoordinatorState& state, const Attempt& attempt, const MemberView& member,
                                   const hash::DigestOpening& opening) {
    if (member.signed_votes.size() != 1) {
        return nullptr;  // two: accused of that
    }
    const SignedVote& vote = member.signed_votes.front();
    const bool proven = agreement::proves_false_witness(opening, state.terms.job_seed,
                                                        {attempt.number, member.address, vote.digest, vote.witness});
    return proven ? &vote : nullptr;
}

}  // namespace

void accuse_false_witnesses(Step& step, const SegmentRun& run) {
    const Reveal* opened = run.is_final && run.verdict ? opened_reveal(run, *run.verdict) : nullptr;
    if (opened == nullptr) {
        return;
    }
    for (const auto& attempt : run.attempts) {
        for (const auto& member : attempt.members) {
            const SignedVote* vote = false_witness_of(step.state, attempt, member, opened->opening);
            if (vote != nullptr && !is_proven(step.state, run.index, member.address)) {
                say(step, name_of(run, attempt) + ": " + to_hex(member.address) + " showed a false witness");
                step.out.push_back(
                    Submit{ProveFalseWitness{step.state.terms.job, run.index, attempt.number, *vote, opened->opening}});
            }
        }
    }
}

void take_reveal(Step& step, std::size_t executor, const Reveal& reveal) {
    SegmentRun* run = run_of(step.state, reveal.segment);
    if (run == nullptr) {
        return;
    }
    const auto at =
        std::find_if(run->attempts.begin(), run->attempts.end(), [&](const auto& a) { return a.number == reveal.attempt; });
    MemberView* member = at == run->attempts.end() ? nullptr : member_of(*at, executor);
    if (member == nullptr) {
        return;
    }
    const RevealOutcome outcome = take_reveal(*at, *member, domain_of(step.state), reveal, step.verifier);
    const std::string who = name_of(*run, *at) + ": executor " + std::to_string(executor);
    if (is_news(outcome.verdict)) {
        keep(step, reveal);
    }
    if (outcome.equivocates) {
        say(step, who + " signed two different votes");
        accuse(step, reveal.segment, reveal.attempt, *member);
    }
    if (outcome.verdict == RevealVerdict::Late) {
        cast_late(step, *run, *at, *member);
    } else if (outcome.verdict == RevealVerdict::BadSignature) {
        say(step, who + " sent a vote it did not sign");
    } else if (outcome.verdict == RevealVerdict::Accepted && &*at == &run->attempts.back()) {
        cast_if_complete(step, *run);
    }
}

}  // namespace cone::node
