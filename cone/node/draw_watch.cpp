// A look, the pure decision, at most one proof.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/draw_watch.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/node/decision_log.hpp"

namespace cone::node {
namespace {

std::string name_of(const ProveOmission& proof) {
    return "ALARM: segment " + std::to_string(proof.segment.value) + ", attempt " + std::to_string(proof.attempt.value) +
           ": the list is not the draw, " + to_hex(proof.executor) + " belongs before its member " +
           std::to_string(proof.position);
}

/// The last block before the segment can become Final.
std::uint64_t end_of(const PostedDraws& posted, SegmentIndex wanted) {
    const auto at = std::find_if(posted.segments.begin(), posted.segments.end(),
                                 [&](const PostedSegment& segment) { return segment.segment == wanted; });
    return at == posted.segments.end() || at->final_from_block == 0 ? 0 : at->final_from_block - 1;
}

}  // namespace

void DrawWatch::tell(const ProveOmission& proof, const std::string& transaction, const std::string& refusal) {
    const std::string then = !may_act_         ? ", not proven: we were told to watch"
                             : refusal.empty() ? ", proven in " + transaction
                                               : ", the proof was refused: " + refusal;
    ports_.say(name_of(proof) + then);
    ports_.record(to_json_line(DrawOutcome{.job = proof.job,
                                           .segment = proof.segment,
                                           .attempt = proof.attempt,
                                           .position = proof.position,
                                           .executor = proof.executor,
                                           .transaction = transaction,
                                           .refusal = refusal},
                               ports_.unix_time()));
}

void DrawWatch::prove(const ProveOmission& proof, const DrawReport& report) {
    std::string transaction;
    std::string refusal;
    if (may_act_) {
        try {
            transaction = ports_.prove(proof, end_of(report.posted, proof.segment));
        } catch (const ChainError& error) {
            refusal = error.what();
            refused_at_ = report.block;
        }
    }
    if (refusal.empty()) {
        accused_.insert({proof.segment, proof.attempt});
    }
    if (refusal.empty() || refusal != told_refusal_) {
        told_refusal_ = refusal;
        tell(proof, transaction, refusal);
    }
}

bool DrawWatch::step() {
    const auto report = ports_.look();
    const std::string trouble = report.failure.empty() ? std::string() : "the draw cannot be checked: " + report.failure;
    if (!trouble.empty() && trouble != trouble_) {
        ports_.say(trouble);
    }
    trouble_ = trouble;
    if (!trouble.empty() || report.posted == right_) {
        return false;
    }
    const auto due = due_omission(terms_, report.posted, accused_);
    if (!due) {
        right_ = report.posted;
        return false;
    }
    if (report.block <= refused_at_ || (may_act_ && !report.why_not.empty())) {
        return false;
    }
    prove(*due, report);
    return true;
}

}  // namespace cone::node
