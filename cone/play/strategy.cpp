// Each strategy in a few lines; the game does the rest.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/strategy.hpp"

#include <algorithm>

#include "cone/hash/records.hpp"

namespace cone::play {
namespace {

constexpr std::uint32_t kMetricBp = 9'500;

std::size_t own_among(std::span<const Address> list, const std::set<Address>& own) {
    return static_cast<std::size_t>(
        std::count_if(list.begin(), list.end(), [&](const Address& who) { return own.contains(who); }));
}

Strategy with_deed(std::string_view name, std::string_view does, Deed deed) {
    Strategy strategy{name, does};
    strategy.deed = [=](const View&, std::size_t) { return deed; };
    return strategy;
}

bool holds_the_first_set(const View& view) {
    return view.is_first_attempt() && view.own_members() >= view.board.terms().agreement.lead &&
           view.own_members() == view.members.size();
}

/// Lies only where no honest member is asked.
Deed lie_when_alone(const View& view, std::size_t) {
    return holds_the_first_set(view) || (!view.is_first_attempt() && view.is_wrong()) ? Deed::Lie : Deed::Honest;
}

Strategy capture() {
    Strategy strategy{"capture", "lies together where a whole first set is its own"};
    strategy.deed = lie_when_alone;
    return strategy;
}

Strategy frivolous() {
    Strategy strategy{"frivolous", "challenges every right verdict"};
    strategy.challenges = [](const View& view) { return !view.is_wrong(); };
    return strategy;
}

Strategy delayer() {
    Strategy strategy{"delayer", "reveals in the last block, and challenges in the last block while anybody is left to ask"};
    strategy.challenges = [](const View& view) { return !view.is_wrong(); };
    strategy.at_the_last_block = true;
    return strategy;
}

/// One member keeps silent, so that the set grows, where most of the executors that come next are its own.
Strategy grower() {
    Strategy strategy{"grower", "is silent once where those asked next are its own (stake split over many identities)"};
    strategy.deed = [](const View& view, std::size_t nth) {
        const std::size_t next = std::min(view.members.size(), view.next.size());
        const bool pays = view.is_first_attempt() && next > 0 && view.own_members() < view.members.size() &&
                          3 * view.own_next(next) >= 2 * next;
        return pays && nth == 0 ? Deed::Silent : Deed::Honest;
    };
    return strategy;
}

/// A seed is proven by a header, so grinding is left with one bit: not proposing the seed block.
Strategy grinder() {
    Strategy strategy{"grinder", "keeps the better of two seeds, withdraws where it is alone, lies where it is not"};
    strategy.chooses_seed = true;
    strategy.deed = [](const View& view, std::size_t nth) {
        const bool alone = view.is_first_attempt() && view.own_members() == 1 && view.members.size() > 1;
        return alone ? Deed::Silent : lie_when_alone(view, nth);
    };
    return strategy;
}

Strategy dead_bridge() {
    Strategy strategy{"dead bridge", "posts the first segment, then nothing"};
    strategy.posts = [](const View& view) { return view.segment == 0; };
    return strategy;
}

/// Buys votes with a bond: the next attempt asks its own executors, who earn votes and half of that bond.
Strategy farmer() {
    Strategy strategy{"farmer", "challenges right verdicts where those asked next are its own"};
    strategy.challenges = [](const View& view) {
        const std::size_t next = std::min(view.members.size(), view.next.size());
        return !view.is_wrong() && view.own_members() == 0 && next > 0 && 3 * view.own_next(next) >= 2 * next;
    };
    return strategy;
}

/// Buys a part of what silent members lose, if the members asked by a challenge get any of it.
Strategy vulture() {
    Strategy strategy{"vulture", "challenges right verdicts where somebody was silent and those asked next are its own"};
    strategy.challenges = [](const View& view) {
        const auto& tally = view.board.segment(view.segment).tally;
        const std::size_t next = std::min(view.members.size(), view.next.size());
        return !view.is_wrong() && tally.standing().best_votes < tally.members() && next > 0 && 2 * view.own_next(next) > next;
    };
    return strategy;
}

Strategy self_accuser() {
    Strategy strategy{"self-accuser", "lies where a first set is its own, then challenges itself for the reward"};
    strategy.deed = [](const View& view, std::size_t) { return holds_the_first_set(view) ? Deed::Lie : Deed::Honest; };
    strategy.challenges = [](const View& view) { return view.is_wrong(); };
    return strategy;
}

/// In a later attempt the right digest is public.
Strategy free_rider() {
    Strategy strategy{"free rider", "says a public digest without having worked, with a made-up witness"};
    strategy.deed = [](const View& view, std::size_t) { return view.is_first_attempt() ? Deed::Honest : Deed::FalseWitness; };
    return strategy;
}

/// Where the free riders are most of an attempt, nobody beside them could outvote their witness.
Strategy witness_ring() {
    Strategy strategy{"witness ring", "agrees on a false witness where it has the majority of an attempt"};
    strategy.deed = [](const View& view, std::size_t) {
        const bool most = 2 * view.own_members() > view.members.size();
        return most && !view.is_first_attempt() ? Deed::FalseWitness : Deed::Honest;
    };
    return strategy;
}

hash::DigestOpening opening_of(const JobTerms& terms, std::uint32_t segment, const Hash32& previous, bool right) {
    hash::DigestOpening opening{terms.job_hash, SegmentIndex(segment), previous, {}, {}, kMetricBp, {}, {}};
    opening.state_root.bytes.fill(right ? 0x11 : 0x99);
    opening.osmd_root.bytes.fill(0x22);
    opening.trace_root.bytes.fill(0x33);
    const auto accesses = (right ? right_opening : wrong_opening)(std::vector<Address>(kSellers)).accesses;
    const std::vector<std::uint32_t> words(accesses.begin(), accesses.end());
    opening.accesses_root = hash::accesses_root(words);
    return opening;
}

}  // namespace

std::size_t View::own_members() const {
    return own_among(members, own);
}

std::size_t View::own_next(std::size_t count) const {
    return own_among(next.first(std::min(count, next.size())), own);
}

bool View::is_wrong() const {
    const Hash32 right = right_digest(board.terms(), segment, board.previous_of(segment));
    return board.segment(segment).tally.standing().best != right;
}

const std::vector<Strategy>& strategies() {
    static const std::vector<Strategy> all{
        with_deed("lazy", "says a digest it has not worked for, all the same one", Deed::Lie),
        with_deed("random", "says a digest of its own", Deed::LieAlone),
        with_deed("copier", "copies a neighbour's commitment", Deed::Copy),
        with_deed("silent", "commits and never reveals", Deed::Silent),
        with_deed("late", "reveals when the window is over", Deed::Late),
        with_deed("equivocator", "signs two votes", Deed::Equivocate),
        capture(),
        frivolous(),
        delayer(),
        grower(),
        grinder(),
        dead_bridge(),
        farmer(),
        vulture(),
        self_accuser(),
        free_rider(),
        witness_ring()};
    return all;
}

Hash32 right_digest(const JobTerms& terms, std::uint32_t segment, const Hash32& previous) {
    return hash::segment_digest(opening_of(terms, segment, previous, true));
}

Hash32 wrong_digest(const JobTerms& terms, std::uint32_t segment, const Hash32& previous) {
    return hash::segment_digest(opening_of(terms, segment, previous, false));
}

Hash32 true_witness(const JobTerms& terms, AttemptIndex attempt, const Hash32& previous) {
    const Hash32 seed = hash::attempt_seed(hash::segment_seed(terms.job_seed, previous), attempt);
    return hash::witness(seed, opening_of(terms, 0, previous, true).trace_root);
}

Opening right_opening(const std::vector<Address>& sellers) {
    return {kMetricBp, std::vector<std::uint64_t>(sellers.size(), 1), sellers};
}

Opening wrong_opening(const std::vector<Address>& sellers) {
    Opening opening = right_opening(sellers);
    std::fill(opening.accesses.begin(), opening.accesses.end() - 1, std::uint64_t{0});
    return opening;
}

}  // namespace cone::play
