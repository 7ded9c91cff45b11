// JobBoard for one job, in memory: the same moves, refusals and money as the contracts (docs/protocol.md 3).
// tests/vectors/games.json holds whole games that forge replays against the contracts, to the wei.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "cone/agreement/tally.hpp"
#include "cone/job/lifecycle.hpp"
#include "cone/play/rules.hpp"
#include "cone/play/till.hpp"
#include "cone/sortition/stake_table.hpp"

namespace cone::play {

struct Attempt {
    AttemptIndex number;  ///< the contract's: epoch * 65,536 + index
    std::vector<Address> members;
    std::uint64_t reveal_from = 0;
    std::uint64_t reveal_until = 0;
    std::optional<Address> challenger{};  ///< whose challenge forced it, while its bond is held
    Hash32 disputed{};
};

struct Segment {
    job::SegmentState state = job::SegmentState::Pending;
    std::vector<Attempt> attempts;
    agreement::Tally tally;
    std::uint64_t final_from = 0;
    std::optional<std::pair<Address, Hash32>> challenged{};  ///< by whom and against what, until the attempt is posted
};

/// What the last digest opens to.
struct Opening {
    std::uint32_t metric_bp = 0;
    std::vector<std::uint64_t> accesses;  ///< one a seller
    std::vector<Address> owners;          ///< of the sellers' shards
};

/// A move returns false, and changes nothing, when the contract would refuse it.
class Board {
public:
    Board(const Rules& rules, const JobTerms& terms, sortition::StakeTable pool);

    [[nodiscard]] std::uint64_t block() const { return block_; }
    /// Goes ahead to a block, never back.
    void reach(std::uint64_t block);

    [[nodiscard]] bool post(std::uint32_t segment);
    /// All or none.
    [[nodiscard]] bool cast(std::uint32_t segment, std::span<const agreement::Vote> votes);
    [[nodiscard]] bool close(std::uint32_t segment);
    [[nodiscard]] bool challenge(std::uint32_t segment, const Address& who);
    [[nodiscard]] bool finalize(std::uint32_t segment);
    [[nodiscard]] bool prove_equivocation(std::uint32_t segment, AttemptIndex number, const Address& executor);
    /// The caller has checked that the vote's witness is false.
    [[nodiscard]] bool prove_false_witness(std::uint32_t segment, AttemptIndex number, const Address& executor);
    [[nodiscard]] bool reclaim_bond(std::uint32_t segment, AttemptIndex number);
    [[nodiscard]] bool void_stale();
    [[nodiscard]] bool void_exhausted(std::uint32_t segment);
    /// The caller has checked that `opening` is that of the last verdict.
    [[nodiscard]] bool settle(const Opening& opening);

    [[nodiscard]] job::JobState state() const { return state_; }
    [[nodiscard]] std::uint32_t accepted() const { return accepted_; }
    [[nodiscard]] std::uint32_t finalized() const { return finalized_; }
    [[nodiscard]] const JobTerms& terms() const { return terms_; }
    [[nodiscard]] const Rules& rules() const { return rules_; }
    [[nodiscard]] const Till& till() const { return till_; }
    /// The segment's record in the present epoch; empty beyond the frontier.
    [[nodiscard]] const Segment& segment(std::uint32_t index) const;
    [[nodiscard]] Hash32 previous_of(std::uint32_t segment) const;
    [[nodiscard]] std::optional<Hash32> verdict_of(std::uint32_t segment) const;
    /// The whole pool in ticket order: who is asked, and who would be next.
    [[nodiscard]] const std::vector<Address>& order_of(std::uint32_t segment) const;
    [[nodiscard]] std::uint32_t set_cap() const;
    [[nodiscard]] std::uint64_t deadline() const { return terms_.pool_block + rules_.unstake_delay_blocks; }
    /// The last block in which the job can still be open, whatever anybody does.
    [[nodiscard]] std::uint64_t last_block() const { return deadline() + rules_.stall_blocks + 1; }
    /// First block in which anybody may void it.
    [[nodiscard]] std::uint64_t voidable_from() const;

private:
    using Place = std::pair<std::uint32_t, std::uint32_t>;  ///< segment, epoch

    [[nodiscard]] bool is_running(std::uint32_t segment) const;
    [[nodiscard]] std::uint32_t epoch_of(std::uint32_t segment) const;
    [[nodiscard]] Segment& current(std::uint32_t segment) { return records_[{segment, epoch_of(segment)}]; }
    [[nodiscard]] bool stands_on_a_verdict(std::uint32_t segment) const;
    [[nodiscard]] bool is_closed(const Segment& s) const;
    [[nodiscard]] bool all_countable(const Segment& s, std::span<const agreement::Vote> votes) const;
    void decide(std::uint32_t segment, std::uint32_t outstanding);
    void accept(std::uint32_t segment, Segment& s);
    void give_verdict(std::uint32_t segment, const Hash32& digest);
    [[nodiscard]] bool punish(std::uint32_t segment, AttemptIndex number, const Address& executor);
    void book(Segment& s);
    void void_job(job::JobEvent why);
    void advance(Segment& s, job::SegmentEvent event);
    void advance(job::JobEvent event);

    Rules rules_;
    JobTerms terms_;
    sortition::StakeTable pool_;
    std::uint64_t block_;
    std::uint64_t last_progress_;
    job::JobState state_ = job::JobState::Running;
    std::uint32_t accepted_ = 0;
    std::uint32_t finalized_ = 0;
    std::uint32_t epoch_ = 0;
    std::map<std::uint32_t, Hash32> verdicts_;
    std::map<std::uint32_t, std::uint32_t> epochs_;  ///< job epoch when the verdict was given
    std::map<Place, Segment> records_;
    std::set<std::tuple<std::uint32_t, AttemptIndex, Address>> proven_;
    std::vector<std::pair<Address, std::uint64_t>> earned_;  ///< accepted votes, in the order of the first
    Till till_;
    mutable std::map<Hash32, std::vector<Address>> orders_;  ///< by segment seed
};

}  // namespace cone::play
