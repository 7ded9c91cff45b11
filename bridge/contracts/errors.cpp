// Revert data to names.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/errors.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace cone::contracts {
namespace {

constexpr std::string_view kErrorString = "Error(string message)";
constexpr std::string_view kPanic = "Panic(uint256 code)";

const std::map<eth::Selector, Spec>& errors_by_selector() {
    static const std::map<eth::Selector, Spec> table = [] {
        std::map<eth::Selector, Spec> made;
        const auto add = [&](std::string_view declaration) {
            Spec spec = parse_spec(declaration);
            made.emplace(eth::selector(spec.signature()), std::move(spec));
        };
        for (const std::string_view declaration : all_errors()) {
            add(declaration);
        }
        add(kErrorString);
        add(kPanic);
        return made;
    }();
    return table;
}

/// The codes of Solidity's documentation, "Panic via assert and Error via require".
std::string_view panic_text(const eth::U256& code) {
    switch (eth::to_u64(code).value_or(0)) {
        case 0x01:
            return "assertion failed";
        case 0x11:
            return "arithmetic overflow";
        case 0x12:
            return "division by zero";
        case 0x21:
            return "not a value of the enum";
        case 0x31:
            return "pop from an empty array";
        case 0x32:
            return "index out of bounds";
        case 0x41:
            return "too much memory";
        default:
            return "see Solidity's documentation";
    }
}

std::string text_of(const NamedError& error) {
    std::string plain = to_text(error.name, error.arguments);
    if (error.name != "Panic") {
        return plain;
    }
    return plain + ", " + std::string(panic_text(std::get<eth::U256>(error.arguments.front().value)));
}

}  // namespace

std::optional<NamedError> decode_error(ByteSpan revert_data) {
    if (revert_data.size() < 4) {
        return std::nullopt;
    }
    eth::Selector head{};
    std::copy_n(revert_data.begin(), 4, head.begin());
    const auto found = errors_by_selector().find(head);
    if (found == errors_by_selector().end()) {
        return std::nullopt;
    }
    const Spec& spec = found->second;
    auto values = eth::abi_decode(spec.types(false), revert_data.subspan(4));
    if (!values) {
        return std::nullopt;
    }
    NamedError error{spec.name, {}};
    for (std::size_t i = 0; i < spec.parameters.size(); ++i) {
        error.arguments.push_back({spec.parameters[i].name, (*values)[i], spec.parameters[i].enumeration});
    }
    return error;
}

std::string describe_revert(Contract called, ByteSpan revert_data) {
    const std::string prefix = std::string(name_of(called)) + ": ";
    if (revert_data.empty()) {
        return prefix + "reverted without a reason";
    }
    const auto error = decode_error(revert_data);
    return prefix + (error ? text_of(*error) : "reverted with " + to_hex(revert_data));
}

}  // namespace cone::contracts
