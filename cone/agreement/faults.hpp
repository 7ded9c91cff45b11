// Who did what wrong in a segment, once its digest is accepted (docs/protocol.md 2.4, design 2.4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cone/agreement/tally.hpp"
#include "cone/hash/records.hpp"

namespace cone::agreement {

/// In the order of the contract's enum. The first is soft (small slash), the others are hard.
enum class Fault : std::uint8_t { NoReveal, FalseWitness, WrongDigest, Equivocation };

[[nodiscard]] constexpr bool is_hard(Fault fault) {
    return fault != Fault::NoReveal;
}

/// "no-reveal", "false-witness", "wrong-digest", "equivocation": the words of result.json.
[[nodiscard]] std::string_view to_string(Fault fault);

struct FaultFound {
    AttemptIndex attempt;
    std::uint32_t position = 0;  ///< within the attempt
    Address executor;
    Fault fault = Fault::NoReveal;
    auto operator<=>(const FaultFound&) const = default;
};

/// Whether `opening` proves that the vote's witness is false: it opens the digest of the vote, and the witness is not the one that
/// its trace root gives in the vote's attempt. Anybody can check it; the tally is not needed for it.
[[nodiscard]] bool proves_false_witness(const hash::DigestOpening& opening, const Hash32& job_seed, const Vote& vote);

/// At most one fault a member, the gravest, by attempt and position. Silence is one where most members of all attempts voted for
/// `accepted`: a job that most cannot do, for want of its data, costs them nothing. False witnesses are not among them: see above.
[[nodiscard]] std::vector<FaultFound> find_faults(const Tally& tally, const Hash32& accepted);

/// Executors whose vote for `accepted` earns a share: those without such a fault, by attempt and position.
[[nodiscard]] std::vector<Address> earners(const Tally& tally, const Hash32& accepted);

}  // namespace cone::agreement
