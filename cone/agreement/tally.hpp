// The count of a segment's votes over all attempts, vote by vote, as the contract keeps it (docs/protocol.md 2.4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "cone/agreement/lead.hpp"
#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"

namespace cone::agreement {

/// A vote whose signature and commitment have been checked, for the tally's job and segment.
struct Vote {
    AttemptIndex attempt;  ///< the contract's number
    Address executor;
    Hash32 digest;
    Hash32 witness;
    auto operator<=>(const Vote&) const = default;
};

/// True when the pair proves a hard fault: one executor, one attempt, two different digests or witnesses.
[[nodiscard]] bool is_equivocation(const Vote& a, const Vote& b);

/// Two contradicting votes of one executor; the first is the one that counts.
struct Equivocation {
    Vote first;
    Vote second;
    auto operator<=>(const Equivocation&) const = default;
};

enum class Counted { Yes, AlreadyVoted, Equivocates, ZeroDigest, NoSuchAttempt, NotAMember };

/// Every vote counts for its digest, whatever its witness: a false one is proven against its member alone (faults.hpp).
class Tally {
public:
    /// Opens an attempt with its own new members in ticket order. False, and nothing changes, when the number was opened
    /// before, the list is empty, or somebody in it is a member already: nobody is asked twice.
    [[nodiscard]] bool open(AttemptIndex attempt, std::span<const Address> members);

    /// Counts a vote once. A second one of the same executor changes no count; if it differs it is kept as evidence.
    Counted count(const Vote& vote);

    [[nodiscard]] const Standing& standing() const { return standing_; }
    [[nodiscard]] std::uint32_t votes_for(const Hash32& digest) const;
    /// Votes by digest, for reports.
    [[nodiscard]] const std::map<Hash32, std::uint32_t>& votes() const { return votes_; }
    /// Members of all attempts.
    [[nodiscard]] std::uint32_t members() const { return members_; }
    /// Members of `attempt` that have not voted; 0 for an attempt that was never opened.
    [[nodiscard]] std::uint32_t outstanding(AttemptIndex attempt) const;
    [[nodiscard]] const std::vector<Equivocation>& equivocations() const { return equivocations_; }

    /// One attempt as it stands: members in ticket order, and their votes where they came.
    struct Attempt {
        std::vector<Address> members;
        std::vector<std::optional<Vote>> votes;  ///< by position
    };
    [[nodiscard]] const std::map<AttemptIndex, Attempt>& attempts() const { return attempts_; }

private:
    void rank(const Hash32& digest, std::uint32_t votes);

    std::map<AttemptIndex, Attempt> attempts_;
    std::map<Hash32, std::uint32_t> votes_;
    Standing standing_;
    std::uint32_t members_ = 0;
    std::vector<Equivocation> equivocations_;
};

}  // namespace cone::agreement
