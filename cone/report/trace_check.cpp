// Rounds against roots and opening.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/trace_check.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "cone/hash/canonical.hpp"
#include "cone/hash/records.hpp"

namespace cone::report {
namespace {

/// Root of the document "cone.osmd/1" (docs/protocol.md 2.6); nothing when an entry is not a number, for then there is none.
std::optional<Hash32> root_of(const std::vector<double>& distribution) {
    if (std::any_of(distribution.begin(), distribution.end(), [](double p) { return std::isnan(p); })) {
        return std::nullopt;
    }
    hash::CanonicalWriter writer("cone.osmd/1");
    writer.u64(distribution.size());
    for (const double p : distribution) {
        writer.f64(p);
    }
    return hash::osmd_root(writer.result());
}

std::string round_problem(const training::RoundTrace& round, std::uint64_t expected, std::size_t sellers) {
    const std::string name = "round " + std::to_string(round.round);
    if (round.round != expected) {
        return name + " stands where round " + std::to_string(expected) + " belongs";
    }
    if (round.distribution.size() != sellers || round.accesses.size() != sellers) {
        return name + " does not have one weight and one count a seller";
    }
    return root_of(round.distribution) == round.osmd_root ? "" : "the distribution of " + name + " is not what its root names";
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
    return end_problem(segment.trace.back(), segment.opening);
}

}  // namespace cone::report
