// The moves of JobBoard.sol; libraries Verdicts, Attempts and Booking.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/board.hpp"

#include <algorithm>

#include "cone/agreement/faults.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "cone/market/payout.hpp"
#include "cone/sortition/draw.hpp"
#include "cone/sortition/growth.hpp"

namespace cone::play {
namespace {

using job::JobEvent;
using job::JobState;
using job::SegmentEvent;
using job::SegmentState;

constexpr std::uint32_t kEpochShift = 16;
constexpr std::size_t kMostEarners = 64;  ///< Settlement.MAX_AT_ONCE: beyond, the payroll rounds otherwise

/// How a segment's challenges ended. Attempts that growth asked for belong to the challenge before them.
struct Judged {
    Wei lost;                         ///< bonds
    Wei spent;                        ///< rewards
    std::set<Address> asked_rightly;  ///< members of attempts asked for because of a right challenge
    std::set<Address> asked_wrongly;
};

Judged judge_challengers(Segment& s, Till& till, const Rules& rules, Wei seized) {
    Judged judged;
    std::set<Address>* asked = nullptr;
    for (Attempt& attempt : s.attempts) {
        if (const auto who = std::exchange(attempt.challenger, std::nullopt)) {
            const bool right = attempt.disputed != s.tally.standing().best;
            const bool first = right && judged.asked_rightly.empty();
            const Wei reward = first ? mul_div_down(seized, rules.challenge_reward_bp, kWholeBp) : Wei();
            judged.spent += reward;
            judged.lost += right ? Wei() : rules.challenge_bond;
            if (right) {
                till.pay_bond(*who, rules.challenge_bond + reward);
            }
            asked = right ? &judged.asked_rightly : &judged.asked_wrongly;
        }
        if (asked != nullptr) {
            asked->insert(attempt.members.begin(), attempt.members.end());
        }
    }
    return judged;
}

/// Who re-executed the segment because of a challenge, and was right.
std::vector<Address> checkers_among(const std::set<Address>& asked, const std::vector<Address>& earners) {
    std::vector<Address> checkers;
    std::copy_if(earners.begin(), earners.end(), std::back_inserter(checkers),
                 [&](const Address& who) { return asked.contains(who); });
    return checkers;
}

/// Any witness counts: the tally compares digests only.
agreement::Vote without_witness(agreement::Vote vote) {
    vote.witness = Hash32();
    return vote;
}

}  // namespace

Board::Board(const Rules& rules, const JobTerms& terms, sortition::StakeTable pool)
    : rules_(rules), terms_(terms), pool_(std::move(pool)), block_(terms.start_block), last_progress_(terms.start_block) {
    till_.escrow = terms.escrow;
    for (const auto& [executor, units] : pool_.stakes()) {
        till_.stake[executor] = Wei(rules.unit_stake.value * units);
    }
    if (set_cap() < terms.agreement.lead) {
        void_job(JobEvent::PoolExhausted);
    }
}

void Board::reach(std::uint64_t block) {
    CONE_ASSERT(block >= block_, "time goes ahead only");
    block_ = block;
}

bool Board::post(std::uint32_t segment) {
    if (!is_running(segment) || !stands_on_a_verdict(segment)) {
        return false;
    }
    Segment& s = current(segment);
    const auto next = job::step(s.state, SegmentEvent::Committed);
    if (!next || !is_closed(s) || s.tally.members() == set_cap()) {
        return false;
    }
    const auto index = static_cast<std::uint32_t>(s.attempts.size());
    const std::uint32_t total = s.tally.members();
    const std::uint32_t size =
        sortition::next_total(terms_.agreement, {AttemptIndex(index), total, s.tally.standing().lead(), set_cap()});
    const auto& order = order_of(segment);
    Attempt attempt;
    attempt.number = AttemptIndex((epoch_of(segment) << kEpochShift) | index);
    attempt.members.assign(order.begin() + total, order.begin() + size);
    attempt.reveal_from = block_ + rules_.commit_blocks + 1;
    attempt.reveal_until = attempt.reveal_from + rules_.reveal_blocks - 1;
    if (const auto by = std::exchange(s.challenged, std::nullopt)) {
        std::tie(attempt.challenger, attempt.disputed) = std::pair(std::optional(by->first), by->second);
    }
    CONE_ASSERT(s.tally.open(attempt.number, attempt.members), "the draw asks nobody twice");
    s.attempts.push_back(std::move(attempt));
    advance(s, SegmentEvent::Committed);
    return true;
}

bool Board::cast(std::uint32_t segment, std::span<const agreement::Vote> votes) {
    if (!is_running(segment) || !all_countable(current(segment), votes)) {
        return false;
    }
    Segment& s = current(segment);
    for (const agreement::Vote& vote : votes) {
        CONE_ASSERT(s.tally.count(without_witness(vote)) == agreement::Counted::Yes, "checked before");
    }
    if (s.state == SegmentState::Committed) {
        decide(segment, s.tally.outstanding(s.attempts.back().number));
    }
    return true;
}

bool Board::close(std::uint32_t segment) {
    if (!is_running(segment) || current(segment).state != SegmentState::Committed || !is_closed(current(segment))) {
        return false;
    }
    decide(segment, 0);
    return true;
}

bool Board::challenge(std::uint32_t segment, const Address& who) {
    if (!is_running(segment)) {
        return false;
    }
    Segment& s = current(segment);
    if (s.state != SegmentState::Accepted || block_ >= s.final_from || s.tally.members() == set_cap()) {
        return false;
    }
    s.challenged = {who, s.tally.standing().best};
    advance(s, SegmentEvent::Challenged);
    till_.bonds += rules_.challenge_bond;
    return true;
}

bool Board::finalize(std::uint32_t segment) {
    if (!is_running(segment) || segment != finalized_) {
        return false;
    }
    Segment& s = current(segment);
    if (s.state != SegmentState::Accepted || block_ < s.final_from) {
        return false;
    }
    advance(s, SegmentEvent::WindowOver);
    if (++finalized_ == terms_.segments) {
        advance(JobEvent::LastSegmentFinal);
    }
    book(s);
    return true;
}

bool Board::prove_equivocation(std::uint32_t segment, AttemptIndex number, const Address& executor) {
    return punish(segment, number, executor);
}

bool Board::prove_false_witness(std::uint32_t segment, AttemptIndex number, const Address& executor) {
    return segment < finalized_ && block_ <= deadline() && punish(segment, number, executor);
}

bool Board::punish(std::uint32_t segment, AttemptIndex number, const Address& executor) {
    if (!proven_.insert({segment, number, executor}).second) {
        return false;
    }
    till_.burn_bond(till_.slash(executor, rules_.hard_slash_bp));
    return true;
}

bool Board::reclaim_bond(std::uint32_t segment, AttemptIndex number) {
    const std::uint32_t epoch = number.value >> kEpochShift;
    const bool dropped = segment > accepted_ || epoch != epoch_of(segment);
    const auto record = records_.find({segment, epoch});
    if (record == records_.end() || (!dropped && state_ != JobState::Void)) {
        return false;
    }
    const std::uint32_t index = number.value & ((1u << kEpochShift) - 1);
    Segment& s = record->second;
    std::optional<Address> who;
    if (index < s.attempts.size()) {
        who = std::exchange(s.attempts[index].challenger, std::nullopt);
    } else if (index == s.attempts.size() && s.challenged) {
        who = std::exchange(s.challenged, std::nullopt)->first;
    }
    if (who) {
        till_.pay_bond(*who, rules_.challenge_bond);
    }
    return who.has_value();
}

bool Board::void_stale() {
    if (job::is_over(state_) || block_ < voidable_from()) {
        return false;
    }
    void_job(JobEvent::Stalled);
    return true;
}

bool Board::void_exhausted(std::uint32_t segment) {
    const bool exhausted = is_running(segment) && current(segment).state == SegmentState::Undecided &&
                           current(segment).tally.members() == set_cap();
    if (!exhausted || segment > finalized_) {
        return false;
    }
    void_job(JobEvent::PoolExhausted);
    return true;
}

bool Board::settle(const Opening& opening) {
    if (state_ != JobState::Settling) {
        return false;
    }
    CONE_ASSERT(earned_.size() <= kMostEarners, "a payroll in portions is not simulated");
    std::vector<std::uint64_t> votes;
    std::transform(earned_.begin(), earned_.end(), std::back_inserter(votes), [](const auto& one) { return one.second; });
    const auto paid = market::settle(
        {till_.escrow, terms_.executor_share_bp, opening.metric_bp, terms_.threshold_bp, opening.accesses, votes});
    for (std::size_t i = 0; i < paid.executors.size(); ++i) {
        till_.credit[earned_[i].first] += paid.executors[i];
    }
    for (std::size_t i = 0; i < paid.sellers.size(); ++i) {
        till_.credit[opening.owners[i]] += paid.sellers[i];
    }
    till_.credit[terms_.buyer] += paid.refund;
    till_.escrow = Wei();
    advance(paid.met ? JobEvent::MetricMet : JobEvent::MetricMissed);
    return true;
}

const Segment& Board::segment(std::uint32_t index) const {
    static const Segment kEmpty;
    const auto at = records_.find({index, epoch_of(index)});
    return at == records_.end() ? kEmpty : at->second;
}

Hash32 Board::previous_of(std::uint32_t segment) const {
    return segment == 0 ? terms_.job_hash : verdicts_.at(segment - 1);
}

std::optional<Hash32> Board::verdict_of(std::uint32_t segment) const {
    return segment < accepted_ ? std::optional(verdicts_.at(segment)) : std::nullopt;
}

const std::vector<Address>& Board::order_of(std::uint32_t segment) const {
    const Hash32 seed = hash::segment_seed(terms_.job_seed, previous_of(segment));
    const auto [at, fresh] = orders_.try_emplace(seed);
    if (fresh) {
        at->second = sortition::draw({seed, terms_.id, SegmentIndex(segment)}, pool_, set_cap());
    }
    return at->second;
}

std::uint32_t Board::set_cap() const {
    return sortition::most_members(pool_.size());
}

std::uint64_t Board::voidable_from() const {
    const std::uint64_t stalled = last_progress_ + rules_.stall_blocks + 1;
    return state_ == JobState::Settling ? stalled : std::min(stalled, deadline() + 1);
}

bool Board::is_running(std::uint32_t segment) const {
    return state_ == JobState::Running && block_ <= deadline() && segment < terms_.segments && segment <= accepted_;
}

std::uint32_t Board::epoch_of(std::uint32_t segment) const {
    const auto at = segment == 0 ? epochs_.end() : epochs_.find(segment - 1);
    return at == epochs_.end() ? 0 : at->second;
}

bool Board::stands_on_a_verdict(std::uint32_t segment) const {
    const auto before = segment == 0 ? SegmentState::Final : this->segment(segment - 1).state;
    return before == SegmentState::Accepted || before == SegmentState::Final;
}

bool Board::is_closed(const Segment& s) const {
    return s.attempts.empty() || s.tally.outstanding(s.attempts.back().number) == 0 || block_ > s.attempts.back().reveal_until;
}

bool Board::all_countable(const Segment& s, std::span<const agreement::Vote> votes) const {
    if (s.attempts.empty() || block_ < s.attempts.back().reveal_from || block_ > s.attempts.back().reveal_until) {
        return false;
    }
    const auto& attempt = s.tally.attempts().at(s.attempts.back().number);
    std::set<Address> seen;
    return std::all_of(votes.begin(), votes.end(), [&](const agreement::Vote& vote) {
        const auto member = std::find(attempt.members.begin(), attempt.members.end(), vote.executor);
        return !vote.digest.is_zero() && vote.attempt == s.attempts.back().number && member != attempt.members.end() &&
               !attempt.votes[static_cast<std::size_t>(member - attempt.members.begin())] && seen.insert(vote.executor).second;
    });
}

void Board::decide(std::uint32_t segment, std::uint32_t outstanding) {
    Segment& s = current(segment);
    const auto verdict =
        agreement::verdict({s.tally.standing(), terms_.agreement.lead, outstanding, s.tally.members(), set_cap()});
    if (!verdict) {
        return;
    }
    if (*verdict == agreement::Verdict::Accepted) {
        accept(segment, s);
        return;
    }
    advance(s, SegmentEvent::LeadMissed);
    if (*verdict == agreement::Verdict::Void && segment <= finalized_) {
        void_job(JobEvent::PoolExhausted);
    }
}

void Board::accept(std::uint32_t segment, Segment& s) {
    advance(s, SegmentEvent::LeadReached);
    s.final_from = std::max(block_ + rules_.challenge_blocks, s.attempts.back().reveal_until) + 1;
    const Hash32 winner = s.tally.standing().best;
    if (segment < accepted_ && verdicts_.at(segment) != winner) {
        ++epoch_;
        give_verdict(segment, winner);
    } else if (segment == accepted_) {
        give_verdict(segment, winner);
    }
}

/// It is the last one with a verdict now: what later segments had is dropped with their epoch.
void Board::give_verdict(std::uint32_t segment, const Hash32& digest) {
    verdicts_[segment] = digest;
    epochs_[segment] = epoch_;
    accepted_ = segment + 1;
}

void Board::book(Segment& s) {
    const Hash32 winner = s.tally.standing().best;
    Wei seized;
    for (const auto& found : agreement::find_faults(s.tally, winner)) {
        seized += till_.slash(found.executor, agreement::is_hard(found.fault) ? rules_.hard_slash_bp : rules_.soft_slash_bp);
    }
    const auto earners = agreement::earners(s.tally, winner);
    for (const Address& executor : earners) {
        const auto at = std::find_if(earned_.begin(), earned_.end(), [&](const auto& one) { return one.first == executor; });
        if (at == earned_.end()) {
            earned_.emplace_back(executor, 1);
        } else {
            ++at->second;
        }
    }
    const Judged judged = judge_challengers(s, till_, rules_, seized);
    till_.share(seized - judged.spent, checkers_among(judged.asked_rightly, earners));
    till_.share(judged.lost, checkers_among(judged.asked_wrongly, earners));
}

void Board::void_job(JobEvent why) {
    advance(why);
    till_.refund_escrow(terms_.buyer);
}

void Board::advance(Segment& s, SegmentEvent event) {
    const auto next = job::step(s.state, event);
    CONE_ASSERT(next.has_value(), "the move was checked");
    s.state = *next;
    last_progress_ = block_;
}

void Board::advance(JobEvent event) {
    const auto next = job::step(state_, event);
    CONE_ASSERT(next.has_value(), "the move was checked");
    state_ = *next;
}

}  // namespace cone::play
