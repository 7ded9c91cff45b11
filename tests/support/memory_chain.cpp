// Rules of the JobBoard contract, one function an entry point; see contracts/src/interfaces/IJobBoard.sol.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_chain.hpp"

#include <algorithm>
#include <utility>

#include "cone/hash/records.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote.hpp"

namespace cone::test {
namespace {

/// A revert with the contract's error.
struct Revert {
    std::string error;
};

std::string name_of(const node::ChainAction& action) {
    static const char* const kNames[] = {"PostCommitments",   "CastVotes",    "CloseAttempt",  "Finalize",         "Settle",
                                         "ProveEquivocation", "PayExecutors", "VoidExhausted", "ProveFalseWitness"};
    return kNames[action.index()];
}

SegmentIndex segment_of(const node::ChainAction& action) {
    return std::visit(
        [](const auto& body) {
            if constexpr (requires { body.segment; }) {
                return body.segment;
            } else {
                return SegmentIndex{};
            }
        },
        action);
}

}  // namespace

void MemoryChain::emit(const node::ChainEventBody& body) {
    events_.push_back({head_, Hash32{}, body});
}

void MemoryChain::require(bool condition, const char* error) const {
    if (!condition) {
        throw Revert{error};
    }
}

std::optional<Hash32> MemoryChain::verdict(SegmentIndex segment) const {
    const auto at = segments_.find(segment.value);
    return at == segments_.end() ? std::nullopt : at->second.verdict;
}

const MemoryChain::Attempt* MemoryChain::attempt_at(SegmentIndex segment, AttemptIndex number) const {
    const auto run = segments_.find(segment.value);
    if (run == segments_.end()) {
        return nullptr;
    }
    const auto& attempts = run->second.attempts;
    const auto at =
        std::find_if(attempts.begin(), attempts.end(), [&](const auto& attempt) { return attempt.number == number; });
    return at == attempts.end() ? nullptr : &*at;
}

std::optional<node::AttemptOnChain> MemoryChain::find_attempt(SegmentIndex segment, AttemptIndex number) const {
    const Attempt* attempt = attempt_at(segment, number);
    return attempt == nullptr
               ? std::nullopt
               : std::optional(node::AttemptOnChain{attempt->root, attempt->posted + rules_.commit_blocks + 1, head_});
}

node::AttemptHistory MemoryChain::read_history(SegmentIndex segment, AttemptIndex number) const {
    const Attempt* attempt = attempt_at(segment, number);
    return attempt == nullptr ? node::AttemptHistory{} : node::AttemptHistory{attempt->members, attempt->direct};
}

void MemoryChain::mine(const node::ChainAction& action, bool ours) {
    try {
        std::visit([&](const auto& body) { apply(body); }, action);
        if (ours) {
            costs_.push_back({"JobBoard." + name_of(action), {}, {}, head_, 100000});
        }
    } catch (const Revert& revert) {
        if (ours) {
            refusals_.push_back(name_of(action) + ": " + revert.error);
            emit(node::ActionRefused{name_of(action), revert.error, segment_of(action)});
        }
    }
}

std::vector<node::ChainEvent> MemoryChain::poll() {
    if (while_polled) {
        while_polled(polls_++);
    }
    ++head_;
    if (keeps_blocks) {
        before_.push_back(*this);
    }
    for (const auto& [segment, challenger] : std::exchange(challenges_, {})) {
        apply_challenge(segment, challenger);
    }
    for (const auto& action : std::exchange(sent_again_, {})) {
        mined_.push_back(action);
        mine(action, false);
    }
    for (const auto& action : std::exchange(pending_, {})) {
        mined_.push_back(action);
        mine(action, true);
    }
    for (const auto& action : std::exchange(others_pending_, {})) {
        mine(action, false);
    }
    for (const auto& commitment : std::exchange(commitments_pending_, {})) {
        try {
            apply(commitment);
        } catch (const Revert&) {  // its sender's loss
        }
    }
    auto told = std::exchange(news_, {});
    told.insert(told.end(), events_.begin() + static_cast<std::ptrdiff_t>(std::exchange(read_, events_.size())), events_.end());
    return told;
}

void MemoryChain::reorganise(std::size_t depth) {
    depth = std::min(depth, before_.size());
    if (depth == 0) {
        return;
    }
    const std::vector<node::ChainAction> mined = mined_;
    static_cast<MemoryLedger&>(*this) = before_[before_.size() - depth];
    sent_again_.insert(sent_again_.end(), mined.begin() + static_cast<std::ptrdiff_t>(mined_.size()), mined.end());
    before_.insert(before_.end() - static_cast<std::ptrdiff_t>(depth), depth, *this);
    before_.resize(before_.size() - depth);
    if (read_ > events_.size()) {
        read_ = events_.size();
        news_.push_back({head_ + 1 - depth, {}, node::BlocksReverted{}});
    }
}

void MemoryChain::restart_node(bool pending_survive) {
    read_ = 0;
    std::erase_if(events_, [](const auto& event) { return std::holds_alternative<node::ActionRefused>(event.body); });
    if (!pending_survive) {
        pending_.clear();
    }
}

MemoryChain::Segment& MemoryChain::running_segment(SegmentIndex index) {
    require(state_ == State::Running, "JobNotRunning");
    require(index.value < terms_.segments, "NoSuchSegment");
    const auto before = segments_.find(index.value - 1);
    require(index.value == 0 || (before != segments_.end() && before->second.verdict), "PreviousNotAccepted");
    Segment& segment = segments_[index.value];
    if (segment.attempts.empty()) {
        segment.previous = index.value == 0 ? terms_.job_hash : *before->second.verdict;
        segment.epoch = index.value == 0 ? std::uint16_t{0} : epoch_;
    }
    return segment;
}

void MemoryChain::apply(const node::PostCommitments& action) {
    Segment& segment = running_segment(action.segment);
    if (action.segment.value > 0) {
        const SegmentState before = segments_.at(action.segment.value - 1).state;
        require(before == SegmentState::Accepted || before == SegmentState::Final, "PreviousNotAccepted");
    }
    const bool takes = segment.state == SegmentState::Pending || segment.state == SegmentState::Undecided ||
                       segment.state == SegmentState::Challenged;
    require(takes, "SegmentRefuses");
    const auto index = static_cast<std::uint32_t>(segment.attempts.size());
    require(action.attempt.value == ((std::uint32_t{segment.epoch} << 16) | index), "WrongAttempt");
    const std::uint32_t asked = segment.tally.members();
    const std::uint32_t size = node::set_size_after(terms_, index, asked, segment.tally.standing().lead());
    require(action.members.size() == size - asked, "WrongSetSize");
    const auto order = node::ticket_order(terms_, action.segment, segment.previous);
    require(std::equal(action.members.begin(), action.members.end(), order.begin() + asked), "TicketOrder");
    require(action.root == node::commitments_root(action.members, action.commitments), "ZeroRoot");
    require(segment.tally.open(action.attempt, action.members), "TicketOrder");
    segment.attempts.push_back({action.attempt, head_, action.root, action.members, {}});
    segment.state = SegmentState::Committed;
    emit(node::CommitmentsPosted{action.segment, action.attempt, action.root, head_ + rules_.commit_blocks + 1,
                                 reveal_until(segment.attempts.back())});
}

void MemoryChain::apply(const node::CommitDirect& action) {
    Segment& segment = running_segment(action.segment);
    require(!segment.attempts.empty() && segment.attempts.back().number == action.attempt, "WrongAttempt");
    Attempt& attempt = segment.attempts.back();
    require(action.members == attempt.members, "WrongMembers");
    require(head_ <= attempt.posted + rules_.commit_blocks, "CommitWindowClosed");
    require(action.position < attempt.members.size(), "NoSuchMember");
    require(!action.commitment.is_zero(), "ZeroCommitment");
    const Address& member = attempt.members[action.position];
    require(attempt.direct.emplace(member, action.commitment).second, "AlreadyCommitted");
    emit(node::CommittedDirectly{action.segment, action.attempt, member, action.commitment});
}

void MemoryChain::apply(const node::CastVotes& action) {
    Segment& segment = running_segment(action.segment);
    require(!segment.attempts.empty() && segment.attempts.back().number == action.attempt, "WrongAttempt");
    Attempt& attempt = segment.attempts.back();
    require(head_ > attempt.posted + rules_.commit_blocks, "RevealWindowNotOpen");
    require(head_ <= reveal_until(attempt), "RevealWindowClosed");
    const auto before = segment.tally.attempts().at(action.attempt).votes;
    bool is_new = false;
    bool needs_list = false;
    for (const auto& vote : action.votes) {
        require(vote.position < attempt.members.size(), "NoSuchMember");
        is_new = is_new || !before[vote.position];
        needs_list = needs_list || (!before[vote.position] && attempt.direct.count(attempt.members[vote.position]) == 0);
    }
    require(is_new, "NothingToCount");
    require(!needs_list || node::commitments_root(action.members, action.commitments) == attempt.root, "CommitmentNotOpened");
    for (const auto& vote : action.votes) {
        if (before[vote.position]) {
            continue;
        }
        const Address& member = attempt.members[vote.position];
        const node::PreparedVote opened{action.segment, action.attempt, member, vote.digest, vote.witness, vote.salt};
        const auto own = attempt.direct.find(member);
        const Hash32& committed = own != attempt.direct.end() ? own->second : action.commitments.at(vote.position);
        require(node::commitment_of({terms_.domain_separator, terms_.job}, opened) == committed, "CommitmentNotOpened");
        require(verifier_.recover(terms_.domain_separator, terms_.job, action.segment, action.attempt, vote.digest,
                                  vote.witness, vote.signature) == member,
                "BadSignature");
        const auto counted = segment.tally.count({action.attempt, member, vote.digest, vote.witness});
        require(counted != agreement::Counted::ZeroDigest, "ZeroDigest");
        require(counted == agreement::Counted::Yes, "AlreadyVoted");
        emit(node::VoteCounted{action.segment, action.attempt, member, vote.digest, vote.witness});
    }
    if (segment.state == SegmentState::Committed) {
        decide(action.segment, segment, segment.tally.outstanding(action.attempt));
    }
}

void MemoryChain::apply(const node::CloseAttempt& action) {
    Segment& segment = running_segment(action.segment);
    require(segment.state == SegmentState::Committed, "WrongState");
    const Attempt& attempt = segment.attempts.back();
    require(segment.tally.outstanding(attempt.number) == 0 || head_ > reveal_until(attempt), "AttemptOpen");
    decide(action.segment, segment, 0);
}

void MemoryChain::decide(SegmentIndex index, Segment& segment, std::uint32_t outstanding) {
    const auto pool = static_cast<std::uint32_t>(terms_.pool.size());
    const auto verdict =
        agreement::verdict({segment.tally.standing(), terms_.lead, outstanding, segment.tally.members(), pool});
    if (verdict == agreement::Verdict::Accepted) {
        accept(index, segment);
    } else if (verdict) {
        segment.state = SegmentState::Undecided;
        emit(node::SegmentUndecided{index, segment.attempts.back().number});
    }
    if (verdict == agreement::Verdict::Void && is_final_before(index)) {
        void_job();
    }
}

bool MemoryChain::is_final_before(SegmentIndex index) const {
    return index.value == 0 || segments_.at(index.value - 1).state == SegmentState::Final;
}

void MemoryChain::void_job() {
    state_ = State::Void;
    emit(node::JobVoided{"PoolExhausted"});
    emit(node::CreditAdded{terms_.buyer, terms_.escrow, "buyer-refund"});
}

void MemoryChain::apply(const node::VoidExhausted& action) {
    const Segment& segment = running_segment(action.segment);
    require(segment.state == SegmentState::Undecided && segment.tally.members() == terms_.pool.size(), "NotExhausted");
    require(is_final_before(action.segment), "PreviousNotFinal");
    void_job();
}

void MemoryChain::accept(SegmentIndex index, Segment& segment) {
    const Hash32 winner = segment.tally.standing().best;
    segment.state = SegmentState::Accepted;
    segment.final_from = std::max(head_ + rules_.challenge_blocks, reveal_until(segment.attempts.back())) + 1;
    emit(node::SegmentAccepted{index, winner, segment.tally.votes_for(winner), segment.final_from});
    if (segment.verdict && *segment.verdict != winner) {
        ++epoch_;
        segments_.erase(segments_.upper_bound(index.value), segments_.end());
    }
    segment.verdict = winner;
}

void MemoryChain::apply_challenge(SegmentIndex index, const Address& challenger) {
    Segment& segment = segments_.at(index.value);
    if (segment.state == SegmentState::Accepted && head_ < segment.final_from && segment.tally.members() < terms_.pool.size()) {
        segment.state = SegmentState::Challenged;
        emit(node::SegmentChallenged{index, challenger});
    }
}

void MemoryChain::apply(const node::Finalize& action) {
    Segment& segment = running_segment(action.segment);
    const auto before = segments_.find(action.segment.value - 1);
    require(action.segment.value == 0 || before->second.state == SegmentState::Final, "NotInOrder");
    require(segment.state == SegmentState::Accepted, "WrongState");
    require(head_ >= segment.final_from, "ChallengeWindowOpen");
    segment.state = SegmentState::Final;
    emit(node::SegmentFinal{action.segment});
    for (const auto& found : agreement::find_faults(segment.tally, *segment.verdict)) {
        const auto fault = static_cast<node::ChainFault>(found.fault);
        slashed_[found.executor] = fault;
        emit(node::ExecutorSlashed{found.executor, action.segment, fault, Wei(10)});
    }
    for (const auto& earner : agreement::earners(segment.tally, *segment.verdict)) {
        if (std::find(earners_.begin(), earners_.end(), earner) == earners_.end()) {
            earners_.push_back(earner);
        }
    }
}

void MemoryChain::apply(const node::Settle& action) {
    require(state_ == State::Running, "JobNotRunning");
    const Segment& last = segments_.at(terms_.segments - 1);
    require(last.state == SegmentState::Final, "WrongState");
    const hash::DigestOpening opening{
        terms_.job_hash,  SegmentIndex(terms_.segments - 1),    action.previous_digest, action.state_root, action.osmd_root,
        action.metric_bp, hash::accesses_root(action.accesses), action.trace_root};
    require(hash::segment_digest(opening) == *last.verdict, "DigestNotOpened");
    const bool met = action.metric_bp >= rules_.threshold_bp;
    state_ = met ? State::Settled : State::Unmet;
    if (earners_.size() <= rules_.paid_at_once) {
        pay_executors(rules_.paid_at_once);
    }
    emit(node::JobSettled{met, action.metric_bp, Wei(earners_.size())});
    for (const auto& seller : terms_.sellers) {
        emit(node::CreditAdded{seller.address, Wei(1), "seller"});
    }
}

void MemoryChain::apply(const node::PayExecutors& action) {
    require(state_ == State::Settled || state_ == State::Unmet, "NobodyToPay");
    require(paid_ < earners_.size(), "NobodyToPay");
    pay_executors(std::min<std::size_t>(action.count, rules_.paid_at_once));
}

/// A wei each, in the order in which they first earned.
void MemoryChain::pay_executors(std::size_t count) {
    for (; count > 0 && paid_ < earners_.size(); --count) {
        emit(node::CreditAdded{earners_[paid_++], Wei(1), "executor"});
    }
}

void MemoryChain::apply(const node::ProveEquivocation& action) {
    require(action.first.digest != action.second.digest || action.first.witness != action.second.witness, "NotEquivocation");
    for (const auto* vote : {&action.first, &action.second}) {
        require(verifier_.recover(terms_.domain_separator, terms_.job, action.segment, action.attempt, vote->digest,
                                  vote->witness, vote->signature) == action.first.executor,
                "BadSignature");
    }
    require(proven_.insert({action.segment, action.attempt, action.first.executor}).second, "AlreadyProven");
    slashed_[action.first.executor] = node::ChainFault::Equivocation;
    emit(node::ExecutorSlashed{action.first.executor, action.segment, node::ChainFault::Equivocation, Wei(50)});
}

void MemoryChain::apply(const node::ProveFalseWitness& action) {
    const auto segment = segments_.find(action.segment.value);
    require(segment != segments_.end() && segment->second.state == SegmentState::Final, "NotFinal");
    const node::SignedVote& vote = action.vote;
    require(verifier_.recover(terms_.domain_separator, terms_.job, action.segment, action.attempt, vote.digest, vote.witness,
                              vote.signature) == vote.executor,
            "BadSignature");
    require(action.opening.job_hash == terms_.job_hash && action.opening.segment == action.segment, "DigestNotOpened");
    require(agreement::proves_false_witness(action.opening, terms_.job_seed,
                                            {action.attempt, vote.executor, vote.digest, vote.witness}),
            "NotFalseWitness");
    require(proven_.insert({action.segment, action.attempt, vote.executor}).second, "AlreadyProven");
    slashed_[vote.executor] = node::ChainFault::FalseWitness;
    emit(node::ExecutorSlashed{vote.executor, action.segment, node::ChainFault::FalseWitness, Wei(50)});
}

}  // namespace cone::test
