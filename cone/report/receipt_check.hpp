// What a stranger can check of a receipt with nothing but the receipt: every hash, every draw, every vote, the lead rule.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cone/report/receipt.hpp"

namespace cone::report {

/// The outcome of one check. `check` is one of the names below; `detail` says where and, when not ok, both values.
///
///   job      spec, spec-hash, job-hash, domain, pool, segments
///   segment  previous-digest, opening, digest, lead, trace
///   attempt  number, members, commitments-root, votes, signatures
struct Finding {
    std::string check;
    bool ok = false;
    std::string detail;
    bool operator==(const Finding&) const = default;
};

/// Who signed a vote (EIP-712 under the domain separator); nothing when the signature is malformed.
using RecoverSigner =
    std::function<std::optional<Address>(const Hash32& domain_separator, JobId job, SegmentIndex segment, AttemptIndex attempt,
                                         const Hash32& digest, const Hash32& witness, ByteSpan signature)>;

/// Checks everything that follows from the receipt alone; never throws on its content. The first failing finding of a check
/// says why; a check that cannot be made because what it rests on is broken is left out. Not checked here: that the job seed,
/// the pool, the sellers and the challenges are those of the chain, and that training gives these states (cone verify executes
/// again).
[[nodiscard]] std::vector<Finding> check_receipt(const Receipt& receipt, const RecoverSigner& recover);

[[nodiscard]] bool all_ok(const std::vector<Finding>& findings);

}  // namespace cone::report
