// Rounds against roots and opening.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/trace_check.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "cone/hash/records.hpp"
#include "cone/trace/documents.hpp"

namespace cone::report {
namespace {

/// Whether the distribution is what its root names; not when an entry is no number, for then there is no root.
bool is_named(const training::RoundTrace& round) {
    const auto& p = round.distribution;
    const bool numbers = std::none_of(p.begin(), p.end(), [](double entry) { return std::isnan(entry); });
    return numbers && hash::osmd_root(trace::canonical_distribution(p)) == round.osmd_root;
}

std::string round_problem(const training::RoundTrace& round, std::uint64_t expected, std::size_t sellers) {
    const std::string name = "round " + std::to_string(round.round);
    if (round.round != expected) {
        return name + " stands where round " + std::to_string(expected) + " belongs";
    }
    if (round.distribution.size() != sellers || round.accesses.size() != sellers) {
        return name + " does not have one weight and one count a seller";
    }
    if (round.gains.size() != std::set(round.draws.begin(), round.draws.end()).size()) {
        return name + " does not have one gain a picked seller";
    }
    return is_named(round) ? "" : "the distribution of " + name + " is not what its root names";
}

std::string end_problem(const training::RoundTrace& last, const hash::DigestOpening& opening) {
    if (last.state_root != opening.state_root) {
        return "the last state is not the opening's";
    }
    if (last.osmd_root != opening.osmd_root) {
        return "the last distribution is not the opening's";
    }
    if (last.metric_bp != opening.metric_bp) {
        return "the last metric is " + std::to_string(last.metric_bp) + ", the opening's " + std::to_string(opening.metric_bp);
    }
    return hash::accesses_root(last.accesses) == opening.accesses_root ? "" : "the last accesses are not the opening's";
}

}  // namespace

std::string trace_problem(const ReceiptSegment& segment, std::uint32_t rounds_per_segment, std::size_t sellers) {
    if (segment.trace.size() != rounds_per_segment || segment.trace.empty()) {
        return std::to_string(segment.trace.size()) + " rounds, not " + std::to_string(rounds_per_segment);
    }
    std::uint64_t expected = std::uint64_t{segment.index.value} * rounds_per_segment;
    for (const training::RoundTrace& round : segment.trace) {
        if (const std::string problem = round_problem(round, expected++, sellers); !problem.empty()) {
            return problem;
        }
    }
    if (const std::string problem = end_problem(segment.trace.back(), segment.opening); !problem.empty()) {
        return problem;
    }
    return trace::have_root(segment.trace, segment.opening.trace_root) ? "" : "the rounds are not what the trace root names";
}

}  // namespace cone::report
