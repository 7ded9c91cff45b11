// The game's clock: in each block everybody who can act does, then time jumps to the next block in which somebody can.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/game.hpp"

#include <algorithm>
#include <map>

#include "cone/base/errors.hpp"
#include "cone/play/member_votes.hpp"
#include "cone/play/outlook.hpp"

namespace cone::play {
namespace {

using agreement::Vote;
using job::JobState;
using job::SegmentState;

class Game {
public:
    Game(const GameSetup& setup, const Strategy& strategy, const Cast& cast, const Recorder& record);
    Played run();

private:
    bool step();
    bool end_what_can_end();
    bool serve(std::uint32_t segment);
    bool post(std::uint32_t segment);
    bool reveal(std::uint32_t segment);
    bool cast(std::uint32_t segment, std::vector<Vote>& votes);
    bool challenge(std::uint32_t segment);
    bool challenge_as(std::uint32_t segment, const Address& who);
    bool settle();
    void plan(std::uint32_t segment);
    void plan_own(std::uint32_t segment, const Attempt& attempt, Plan& made);
    void watch_verdict(std::uint32_t segment);
    void accuse_free_riders(std::uint32_t segment);
    [[nodiscard]] bool was_executed_honestly(std::uint32_t segment) const;
    void reclaim_bonds();
    [[nodiscard]] Wei honest_loss();
    [[nodiscard]] View view(std::uint32_t segment, std::span<const Address> members) const;
    void tell(const char* what, std::uint32_t segment, AttemptIndex attempt = {}, std::vector<Vote> votes = {},
              Address who = {});
    void count_deed(bool done) { played_.attacked = played_.attacked || done; }

    const GameSetup& setup_;
    const Strategy& strategy_;
    const Cast& cast_;
    const Recorder& record_;
    std::set<Address> own_;
    std::set<Address> unreliable_;
    std::set<Address> honest_;
    Board board_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Plan> plans_;  ///< segment, attempt's number
    std::set<std::pair<std::uint32_t, std::uint32_t>> worked_;       ///< segment, epoch: executed by the attacker
    std::vector<std::pair<std::uint32_t, AttemptIndex>> bonds_;      ///< attempts that challenges forced
    std::map<std::uint32_t, std::vector<Vote>> cast_votes_;          ///< by segment, of all epochs
    std::map<Address, Wei> brought_;                                 ///< bonds, by who paid them
    Played played_;
};

std::set<Address> own_of(const GameSetup& setup, const Cast& cast) {
    return {cast.executors.begin(), cast.executors.begin() + setup.attackers};
}

Game::Game(const GameSetup& setup, const Strategy& strategy, const Cast& cast, const Recorder& record)
    : setup_(setup),
      strategy_(strategy),
      cast_(cast),
      record_(record),
      own_(own_of(setup, cast)),
      unreliable_(cast.executors.begin() + setup.attackers, cast.executors.begin() + setup.attackers + setup.unreliable),
      honest_(cast.executors.begin() + setup.attackers + setup.unreliable, cast.executors.end()),
      board_(setup.rules, terms_of(setup, strategy, cast, own_), pool_of(cast)) {}

Played Game::run() {
    const Wei stakes = Wei(setup_.rules.unit_stake.value * cast_.executors.size());
    const Wei own_before = wealth_of(board_.till(), own_);
    while (!job::is_over(board_.state())) {
        if (!step()) {
            board_.reach(next_event(board_));
        }
    }
    reclaim_bonds();
    played_.end = board_.state();
    played_.blocks = board_.block() - board_.terms().pool_block;
    played_.bound = board_.last_block() - board_.terms().pool_block;

    Wei bonds;
    for (const auto& [who, amount] : brought_) {
        bonds += amount;
    }
    const Till& till = board_.till();
    played_.conserved = till.total() == stakes + board_.terms().escrow + bonds;
    played_.honest_loss = honest_loss();
    played_.till = till;
    std::set<Address> mine = own_;
    mine.insert({cast_.attacker, cast_.sellers.back()});
    const auto work = static_cast<SignedWei>(setup_.work.value) * static_cast<SignedWei>(worked_.size());
    played_.attacker = static_cast<SignedWei>(wealth_of(till, mine).value) - static_cast<SignedWei>(own_before.value) -
                       static_cast<SignedWei>(brought_[cast_.attacker].value) - work;
    return played_;
}

/// Pay may not hide a loss: what counts is what was taken.
Wei Game::honest_loss() {
    const Till& till = board_.till();
    Wei lost;
    for (const Address& executor : honest_) {
        lost += setup_.rules.unit_stake - till.stake_of(executor);
    }
    const Wei back = till.credit_of(cast_.watcher);
    const Wei bonds = brought_[cast_.watcher];
    lost += back < bonds ? bonds - back : Wei();
    return played_.wrong_final ? lost + till.credit_of(cast_.sellers.back()) : lost;
}

/// Everything that somebody does in this block. False when nobody did anything.
bool Game::step() {
    bool acted = end_what_can_end();
    for (std::uint32_t segment = board_.finalized(); segment <= board_.accepted() && segment < board_.terms().segments;
         ++segment) {
        acted = serve(segment) || acted;
    }
    return acted;
}

bool Game::end_what_can_end() {
    bool acted = settle();
    while (board_.state() == JobState::Running && board_.finalize(board_.finalized())) {
        const std::uint32_t segment = board_.finalized() - 1;
        played_.wrong_final = played_.wrong_final || *board_.verdict_of(segment) != right_verdict(board_, segment);
        tell("finalize", segment);
        accuse_free_riders(segment);
        acted = true;
    }
    if (board_.void_stale()) {
        tell("void", 0);
        acted = true;
    }
    for (std::uint32_t segment = board_.finalized(); segment <= board_.accepted(); ++segment) {
        if (board_.void_exhausted(segment)) {
            tell("exhausted", segment);
            acted = true;
        }
    }
    return settle() || acted;
}

bool Game::serve(std::uint32_t segment) {
    bool acted = post(segment);
    acted = reveal(segment) || acted;
    if (board_.close(segment)) {
        tell("close", segment);
        watch_verdict(segment);
        acted = true;
    }
    return challenge(segment) || acted;
}

bool Game::post(std::uint32_t segment) {
    if (!strategy_.posts(view(segment, {}))) {
        count_deed(segment == board_.accepted());
        return false;
    }
    if (!board_.post(segment)) {
        return false;
    }
    tell("post", segment, board_.segment(segment).attempts.back().number);
    plan(segment);
    return true;
}

/// Casts what is due in this block.
bool Game::reveal(std::uint32_t segment) {
    if (board_.segment(segment).attempts.empty()) {
        return false;
    }
    const Attempt attempt = board_.segment(segment).attempts.back();
    Plan& due = plans_[{segment, attempt.number.value}];
    bool acted = board_.block() >= attempt.reveal_from && cast(segment, due.first);
    acted = (board_.block() >= attempt.reveal_until && cast(segment, due.last)) || acted;
    if (board_.block() > attempt.reveal_until && !due.after.empty()) {
        CONE_ASSERT(!board_.cast(segment, due.after), "a late vote was taken");
        due.after.clear();
    }
    for (const Address& who : due.first.empty() ? std::exchange(due.twice, {}) : std::vector<Address>()) {
        CONE_ASSERT(board_.prove_equivocation(segment, attempt.number, who), "two signatures are a proof");
        tell("equivocation", segment, attempt.number, {}, who);
        acted = true;
    }
    return acted;
}

bool Game::cast(std::uint32_t segment, std::vector<Vote>& votes) {
    if (votes.empty() || !board_.cast(segment, votes)) {
        return false;
    }
    const AttemptIndex attempt = votes.front().attempt;
    cast_votes_[segment].insert(cast_votes_[segment].end(), votes.begin(), votes.end());
    tell("cast", segment, attempt, std::exchange(votes, {}));
    watch_verdict(segment);
    return true;
}

void Game::watch_verdict(std::uint32_t segment) {
    if (board_.segment(segment).state == SegmentState::Accepted) {
        played_.wrong_accepted = played_.wrong_accepted || *board_.verdict_of(segment) != right_verdict(board_, segment);
    }
}

/// Who executed a Final segment opens its digest and with it every vote for it that shows another witness.
void Game::accuse_free_riders(std::uint32_t segment) {
    if (*board_.verdict_of(segment) != right_verdict(board_, segment) || !was_executed_honestly(segment)) {
        return;
    }
    for (const Vote& vote : cast_votes_[segment]) {
        const bool is_false = vote.witness != true_witness(board_.terms(), vote.attempt, board_.previous_of(segment));
        if (vote.digest == right_verdict(board_, segment) && is_false &&
            board_.prove_false_witness(segment, vote.attempt, vote.executor)) {
            tell("falseWitness", segment, vote.attempt, {vote}, vote.executor);
        }
    }
}

/// By the watcher, or by an honest member: nobody else can open the digest.
bool Game::was_executed_honestly(std::uint32_t segment) const {
    const auto& attempts = board_.segment(segment).attempts;
    return setup_.watched || std::any_of(attempts.begin(), attempts.end(), [&](const Attempt& attempt) {
               return std::any_of(attempt.members.begin(), attempt.members.end(),
                                  [&](const Address& who) { return honest_.contains(who); });
           });
}

bool Game::challenge(std::uint32_t segment) {
    const Segment& s = board_.segment(segment);
    if (s.state != SegmentState::Accepted) {
        return false;
    }
    std::vector<Address> asked;
    for (const Attempt& attempt : s.attempts) {
        asked.insert(asked.end(), attempt.members.begin(), attempt.members.end());
    }
    const bool is_time = !strategy_.at_the_last_block || board_.block() + 1 == s.final_from;
    if (is_time && strategy_.challenges(view(segment, asked)) && challenge_as(segment, cast_.attacker)) {
        count_deed(true);
        return true;
    }
    const bool wrong = board_.verdict_of(segment) != std::optional(right_verdict(board_, segment));
    const bool soon = !setup_.watched_late || board_.block() + 1 == s.final_from;
    return setup_.watched && wrong && soon && challenge_as(segment, cast_.watcher);
}

bool Game::challenge_as(std::uint32_t segment, const Address& who) {
    if (!board_.challenge(segment, who)) {
        return false;
    }
    brought_[who] += setup_.rules.challenge_bond;
    bonds_.emplace_back(segment, AttemptIndex(board_.segment(segment).attempts.back().number.value + 1));
    tell("challenge", segment, {}, {}, who);
    return true;
}

bool Game::settle() {
    if (board_.state() != JobState::Settling) {
        return false;
    }
    const std::uint32_t last = board_.terms().segments - 1;
    const bool is_right = *board_.verdict_of(last) == right_verdict(board_, last);
    const Opening opening = is_right ? right_opening(cast_.sellers) : wrong_opening(cast_.sellers);
    const bool settled = board_.settle(opening);
    played_.wrong_last = !is_right;
    if (settled && record_) {
        record_({board_.block(), "settle", last, {}, {}, {}, opening});
    }
    return settled;
}

void Game::plan(std::uint32_t segment) {
    const Attempt& attempt = board_.segment(segment).attempts.back();
    Plan& made = plans_[{segment, attempt.number.value}];
    const bool mine =
        std::all_of(attempt.members.begin(), attempt.members.end(), [&](const Address& a) { return own_.contains(a); });
    played_.captured_first = played_.captured_first || (segment == 0 && attempt.number.value == 0 && mine);
    const bool can_work = stands_on_truth(board_, segment);
    for (const Address& who : attempt.members) {
        if (honest_.contains(who) && can_work) {
            made.first.push_back(vote_of(board_, attempt, segment, who, Deed::Honest));
        }
    }
    plan_own(segment, attempt, made);
}

void Game::plan_own(std::uint32_t segment, const Attempt& attempt, Plan& made) {
    std::size_t nth = 0;
    for (const Address& who : attempt.members) {
        if (!own_.contains(who)) {
            continue;
        }
        const Deed deed = strategy_.deed(view(segment, attempt.members), nth++);
        count_deed(deed != Deed::Honest || strategy_.at_the_last_block);
        if (needs_work(deed)) {
            worked_.insert({segment, attempt.number.value >> 16});
        }
        if (deed == Deed::Silent || deed == Deed::Copy) {
            continue;  // a copied commitment binds the other's address: nothing of the copier's opens it
        }
        const Vote vote = vote_of(board_, attempt, segment, who, deed);
        const bool late = deed == Deed::Late;
        (late ? made.after : strategy_.at_the_last_block ? made.last : made.first).push_back(vote);
        if (deed == Deed::Equivocate) {
            made.twice.push_back(who);
        }
    }
}

/// Bonds of attempts that were dropped, or of a Void job, are given back.
void Game::reclaim_bonds() {
    for (const auto& [segment, number] : bonds_) {
        if (board_.reclaim_bond(segment, number)) {
            tell("reclaim", segment, number);
        }
    }
}

View Game::view(std::uint32_t segment, std::span<const Address> members) const {
    const std::size_t asked = board_.segment(segment).tally.members();
    return {board_, segment, own_, members, std::span<const Address>(board_.order_of(segment)).subspan(asked)};
}

void Game::tell(const char* what, std::uint32_t segment, AttemptIndex attempt, std::vector<Vote> votes, Address who) {
    if (record_) {
        record_({board_.block(), what, segment, attempt, std::move(votes), who, {}});
    }
}

}  // namespace

Played play(const GameSetup& setup, const Strategy& strategy, const Cast& cast, const Recorder& record) {
    CONE_ASSERT(setup.attackers + setup.unreliable <= setup.executors, "attackers are among the executors");
    return Game(setup, strategy, cast, record).run();
}

Played play(const GameSetup& setup, const Strategy& strategy, std::uint64_t seed, const Recorder& record) {
    return play(setup, strategy, cast_of(setup, seed), record);
}

}  // namespace cone::play
