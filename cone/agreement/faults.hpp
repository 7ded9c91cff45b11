// Who did what wrong in a segment, once its digest is accepted (docs/protocol.md 2.4, design 2.4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cone/agreement/tally.hpp"

namespace cone::agreement {

/// In the order of the contract's enum. The first two are soft (small slash), the last two hard.
enum class Fault : std::uint8_t { NoReveal, UncommonWitness, WrongDigest, Equivocation };

[[nodiscard]] constexpr bool is_hard(Fault fault) {
    return fault >= Fault::WrongDigest;
}

/// "no-reveal", "witness", "wrong-digest", "equivocation": the words of result.json.
[[nodiscard]] std::string_view to_string(Fault fault);

struct FaultFound {
    AttemptIndex attempt;
    std::uint32_t position = 0;  ///< within the attempt
    Address executor;
    Fault fault = Fault::NoReveal;
    auto operator<=>(const FaultFound&) const = default;
};

/// At most one fault a member, the gravest, by attempt and position. An uncommon witness is a fault only when one witness is
/// more common than every other in its attempt: of two equal groups nobody can say which is wrong.
[[nodiscard]] std::vector<FaultFound> find_faults(const Tally& tally, const Hash32& accepted);

/// Executors whose vote for `accepted` earns a share: those without a fault, by attempt and position.
[[nodiscard]] std::vector<Address> earners(const Tally& tally, const Hash32& accepted);

}  // namespace cone::agreement
