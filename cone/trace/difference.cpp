// Field by field, cause before effect.
// SPDX-License-Identifier: Apache-2.0
#include "cone/trace/difference.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::trace {
namespace {

std::string text(const Hash32& value) {
    return to_hex(value);
}
std::string text(std::uint32_t value) {
    return std::to_string(value);
}
std::string text(double value) {
    std::ostringstream out;
    out.precision(17);
    out << value;
    return out.str();
}
template <class T>
std::string text(const std::vector<T>& values) {
    std::string out = "[";
    for (const auto& value : values) {
        out += (out.size() > 1 ? ", " : "") + text(value);
    }
    return out + "]";
}

std::optional<Difference> compare(const RoundTrace& a, const RoundTrace& b) {
    std::optional<Difference> found;
    const auto check = [&](const char* field, const auto& claimed, const auto& executed) {
        if (!found && claimed != executed) {
            found = Difference{a.round, field, text(claimed), text(executed)};
        }
    };
    check("round", a.round, b.round);
    check("draws", a.draws, b.draws);
    check("gains", a.gains, b.gains);
    check("passed", a.passed, b.passed);
    check("state_root", a.state_root, b.state_root);
    check("osmd_root", a.osmd_root, b.osmd_root);
    check("distribution", a.distribution, b.distribution);
    check("accesses", a.accesses, b.accesses);
    check("metric_bp", a.metric_bp, b.metric_bp);
    check("utility", a.utility, b.utility);
    return found;
}

}  // namespace

std::optional<Difference> first_difference(std::span<const RoundTrace> claimed, std::span<const RoundTrace> executed) {
    const auto both = std::min(claimed.size(), executed.size());
    for (std::size_t i = 0; i < both; ++i) {
        if (auto found = compare(claimed[i], executed[i])) {
            return found;
        }
    }
    if (claimed.size() == executed.size()) {
        return std::nullopt;
    }
    const auto side = [&](const auto& rounds) {
        return rounds.size() > both ? std::string("present") : std::string("missing");
    };
    const auto& longer = claimed.size() > both ? claimed : executed;
    return Difference{longer[both].round, "missing", side(claimed), side(executed)};
}

}  // namespace cone::trace
