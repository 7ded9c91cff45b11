// Names of the planted faults.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/faults.hpp"

#include <array>
#include <utility>

namespace cone::node {
namespace {

constexpr std::array<std::pair<FaultKind, std::string_view>, 8> kNames{{
    {FaultKind::WrongDigest, "wrong-digest"},
    {FaultKind::Silent, "silent"},
    {FaultKind::Withhold, "withhold"},
    {FaultKind::Copycat, "copycat"},
    {FaultKind::Late, "late"},
    {FaultKind::Equivocate, "equivocate"},
    {FaultKind::Crash, "crash"},
    {FaultKind::Freeze, "freeze"},
}};

}  // namespace

std::optional<FaultKind> fault_from_name(std::string_view name) {
    for (const auto& [kind, text] : kNames) {
        if (text == name) {
            return kind;
        }
    }
    return std::nullopt;
}

std::string_view fault_name(FaultKind kind) {
    for (const auto& [candidate, text] : kNames) {
        if (candidate == kind) {
            return text;
        }
    }
    return "unknown";
}

std::optional<FaultKind> planned_fault(const std::vector<PlannedFault>& faults, SegmentIndex segment, std::uint32_t member) {
    for (const auto& fault : faults) {
        if (fault.segment == segment && fault.member == member) {
            return fault.kind;
        }
    }
    return std::nullopt;
}

}  // namespace cone::node
