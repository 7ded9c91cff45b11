// A receipt in which everything is right, built as a run builds it; tests break one thing at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cone/report/receipt.hpp"
#include "cone/report/receipt_check.hpp"

namespace cone::report::sample {

/// The demo: 3 segments, 6 executors; the member at position 1 of segment 1 lies, so that set doubles.
[[nodiscard]] Receipt demo_receipt();

/// Two liars with one wrong digest among 3 executors: the pool is exhausted without a lead in segment 0.
[[nodiscard]] Receipt void_receipt();

/// Signs for the tests: hash of what is signed and of who signs, followed by the signer.
[[nodiscard]] Bytes sign(const Receipt& receipt, SegmentIndex segment, AttemptIndex attempt, const ReceiptVote& vote);
[[nodiscard]] RecoverSigner recover_signer();

}  // namespace cone::report::sample
