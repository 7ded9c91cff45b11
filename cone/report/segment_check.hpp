// The part of the receipt's check that looks at one segment. Private to this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/job/job_spec.hpp"
#include "cone/report/receipt_findings.hpp"
#include "cone/sortition/stake_table.hpp"

namespace cone::report {

/// What a segment is checked against.
struct SegmentContext {
    const Receipt& receipt;
    const job::JobSpec& spec;
    const sortition::StakeTable& pool;
    const RecoverSigner& recover;
    Hash32 previous_digest;  ///< of the segment before, or the job hash
};

/// Adds the findings of one segment: its place in the chain of digests, its sets, its votes, its verdict, its trace.
void check_segment(const SegmentContext& context, const ReceiptSegment& segment, Findings& findings);

}  // namespace cone::report
