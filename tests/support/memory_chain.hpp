// The contracts' rules in memory, for tests: attempts, windows, votes, verdicts, slashing and settlement as IJobBoard has them.
// Every `poll` mines one block with what was submitted since the last.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "cone/agreement/faults.hpp"
#include "cone/agreement/tally.hpp"
#include "cone/node/chain.hpp"
#include "cone/node/own_endpoint.hpp"

namespace cone::test {

struct ChainRules {
    std::uint64_t commit_blocks = 1;
    std::uint64_t reveal_blocks = 60;
    std::uint64_t challenge_blocks = 3;
    std::uint32_t threshold_bp = 9000;
    std::size_t paid_at_once = 64;  ///< more executors are paid in portions
};

/// What blocks make of the contracts' storage.
class MemoryLedger {
public:
    enum class State { Running, Settled, Unmet, Void };

protected:
    struct Attempt {
        AttemptIndex number;
        std::uint64_t posted = 0;
        Hash32 root;
        std::vector<Address> members;
        std::map<Address, Hash32> direct;
    };
    enum class SegmentState { Pending, Committed, Undecided, Accepted, Challenged, Final };
    struct Segment {
        SegmentState state = SegmentState::Pending;
        Hash32 previous;
        std::uint16_t epoch = 0;
        std::vector<Attempt> attempts;
        agreement::Tally tally;
        std::optional<Hash32> verdict;
        std::uint64_t final_from = 0;
    };

    std::uint16_t epoch_ = 0;
    State state_ = State::Running;
    std::map<std::uint32_t, Segment> segments_;
    std::map<Address, node::ChainFault> slashed_;
    std::set<std::tuple<SegmentIndex, AttemptIndex, Address>> proven_;  ///< by equivocation or false witness, once an attempt
    std::vector<Address> earners_;
    std::size_t paid_ = 0;
    std::vector<node::ChainEvent> events_;
    std::vector<node::ChainAction> mined_;  ///< of the node that polls, the refused ones too
};

class MemoryChain final : public node::Chain, public MemoryLedger {
public:
    MemoryChain(node::JobTerms terms, ChainRules rules, const node::VoteVerifier& verifier)
        : terms_(std::move(terms)), rules_(rules), verifier_(verifier) {}

    [[nodiscard]] node::JobTerms terms() override { return terms_; }
    [[nodiscard]] std::vector<node::ChainEvent> poll() override;
    void submit(const node::ChainAction& action) override { pending_.push_back(action); }
    [[nodiscard]] bool has_news() override { return tells_news && !pending_.empty(); }
    [[nodiscard]] std::uint64_t head() override { return head_; }
    [[nodiscard]] std::vector<node::TransactionCost> costs() override {
        if (while_costs_are_asked) {
            while_costs_are_asked();
        }
        return costs_;
    }

    /// Somebody objects to an accepted segment; takes effect in the next block.
    void challenge(SegmentIndex segment, const Address& challenger) { challenges_.push_back({segment, challenger}); }

    /// A call by somebody else than the node that polls: its refusal is nobody's event.
    void submit_by_another(const node::ChainAction& action) { others_pending_.push_back(action); }
    void commit_by_another(const node::CommitDirect& commitment) { commitments_pending_.push_back(commitment); }

    /// The node that polls was started again: it reads all events from the first. What it had sent is mined all the same, or lost.
    void restart_node(bool pending_survive);

    /// The newest `depth` blocks, which `keeps_blocks` has to allow, are replaced by as many empty ones. What the node had sent in them
    /// is sent again, and mined in the next block if the contract takes it then; what others had sent is lost.
    void reorganise(std::size_t depth);
    bool keeps_blocks = false;

    /// Called by each poll with its number (from 0): what goes on while the node keeps the bridge waiting.
    std::function<void(int)> while_polled;
    std::function<void()> while_costs_are_asked;
    bool tells_news = false;  ///< what was submitted is said to be mined, as a node does that mines at once

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const std::map<Address, node::ChainFault>& slashed() const { return slashed_; }
    [[nodiscard]] std::optional<Hash32> verdict(SegmentIndex segment) const;
    /// What a member's own endpoint reads.
    [[nodiscard]] std::optional<node::AttemptOnChain> find_attempt(SegmentIndex segment, AttemptIndex number) const;
    [[nodiscard]] node::AttemptHistory read_history(SegmentIndex segment, AttemptIndex number) const;
    /// Names of the actions it refused, for tests that expect none.
    [[nodiscard]] const std::vector<std::string>& refusals() const { return refusals_; }

private:
    void emit(const node::ChainEventBody& body);
    void mine(const node::ChainAction& action, bool ours);
    void require(bool condition, const char* error) const;
    Segment& running_segment(SegmentIndex index);
    [[nodiscard]] const Attempt* attempt_at(SegmentIndex segment, AttemptIndex number) const;
    [[nodiscard]] std::uint64_t reveal_until(const Attempt& attempt) const {
        return attempt.posted + rules_.commit_blocks + rules_.reveal_blocks;
    }
    void decide(SegmentIndex index, Segment& segment, std::uint32_t outstanding);
    void accept(SegmentIndex index, Segment& segment);
    [[nodiscard]] bool is_final_before(SegmentIndex index) const;
    void void_job();
    void apply(const node::PostCommitments& action);
    void apply(const node::CommitDirect& action);
    void apply(const node::CastVotes& action);
    void apply(const node::CloseAttempt& action);
    void apply(const node::Finalize& action);
    void apply(const node::Settle& action);
    void apply(const node::ProveEquivocation& action);
    void apply(const node::ProveFalseWitness& action);
    void apply(const node::PayExecutors& action);
    void apply(const node::VoidExhausted& action);
    void pay_executors(std::size_t count);
    void apply_challenge(SegmentIndex index, const Address& challenger);

    node::JobTerms terms_;
    ChainRules rules_;
    const node::VoteVerifier& verifier_;
    std::deque<node::ChainAction> pending_;
    std::vector<node::ChainAction> sent_again_;
    std::deque<node::ChainAction> others_pending_;
    std::vector<node::CommitDirect> commitments_pending_;
    std::vector<std::pair<SegmentIndex, Address>> challenges_;
    int polls_ = 0;
    std::uint64_t head_ = 100;
    std::vector<MemoryLedger> before_;    ///< each block that was mined, newest last; kept while `keeps_blocks`
    std::vector<node::ChainEvent> news_;  ///< told before the events
    std::size_t read_ = 0;
    std::vector<node::TransactionCost> costs_;
    std::vector<std::string> refusals_;
};

}  // namespace cone::test
