// The part of the receipt's check that looks at the rounds of a segment. Private to this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cone/report/receipt.hpp"

namespace cone::report {

/// The first thing wrong with the rounds of an accepted segment; empty when they stand in order, each distribution is what its
/// root names, the last round is what the digest opens to, and all of them are what its trace root names.
[[nodiscard]] std::string trace_problem(const ReceiptSegment& segment, std::uint32_t rounds_per_segment, std::size_t sellers);

}  // namespace cone::report
