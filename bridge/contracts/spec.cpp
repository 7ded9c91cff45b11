// Parser of declarations and printer of values.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/spec.hpp"

#include <algorithm>
#include <utility>

#include "bridge/contracts/interface.hpp"
#include "bridge/eth/address.hpp"
#include "cone/base/errors.hpp"

namespace cone::contracts {
namespace {

/// Cuts the text between the outer brackets at the commas that stand in no bracket of their own.
std::vector<std::string_view> split_parameters(std::string_view text) {
    std::vector<std::string_view> parts;
    int depth = 0;
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        if (text[i] == ',' && depth == 0) {
            parts.push_back(text.substr(start, i - start));
            start = i + 1;
        }
    }
    if (!text.empty()) {
        parts.push_back(text.substr(start));
    }
    return parts;
}

Parameter parse_parameter(std::string_view text) {
    constexpr std::string_view kIndexed = "indexed ";
    const std::size_t space = text.find(' ');
    CONE_ASSERT(space != std::string_view::npos, "a parameter without a name");
    const std::string_view type_text = text.substr(0, space);
    const bool is_enum = type_text.front() >= 'A' && type_text.front() <= 'Z';
    const auto type = eth::parse_abi_type(is_enum ? "uint8" : type_text);
    CONE_ASSERT(type.has_value(), "a parameter's type does not parse");
    std::string_view name = text.substr(space + 1);
    const bool indexed = name.starts_with(kIndexed);
    if (indexed) {
        name.remove_prefix(kIndexed.size());
    }
    return {std::string(name), *type, indexed, std::string(is_enum ? type_text : "")};
}

/// A string from outside, in quotes; control characters must not reach a terminal.
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x20 || byte == 0x7f || c == '"' || c == '\\') {
            out += "\\x" + to_hex(ByteSpan(&byte, 1)).substr(2);
        } else {
            out += c;
        }
    }
    return out + '"';
}

struct Printer {
    std::string operator()(const eth::U256& number) const { return number.str(); }
    std::string operator()(const Address& address) const { return eth::to_checksum(address); }
    std::string operator()(const Bytes& bytes) const { return to_hex(bytes); }
    std::string operator()(const std::string& text) const { return quoted(text); }
    std::string operator()(const eth::AbiValues& values) const {
        std::string text = "[";
        for (const eth::AbiValue& value : values) {
            text += (text.size() > 1 ? ", " : "") + to_text(value);
        }
        return text + "]";
    }
};

std::string text_of(const Argument& argument) {
    if (argument.enumeration.empty()) {
        return to_text(argument.value);
    }
    const auto names = enumerators_of(argument.enumeration);
    const auto place = eth::to_u64(std::get<eth::U256>(argument.value));
    return place && *place < names.size() ? std::string(names[*place]) : to_text(argument.value);
}

}  // namespace

std::string Spec::signature() const {
    std::string text = name + "(";
    for (const Parameter& parameter : parameters) {
        text += (text.back() == '(' ? "" : ",") + eth::to_string(parameter.type);
    }
    return text + ")";
}

eth::AbiType Spec::types(bool indexed) const {
    eth::AbiType tuple{eth::AbiType::Kind::Tuple, 0, {}};
    for (const Parameter& parameter : parameters) {
        if (parameter.indexed == indexed) {
            tuple.parts.push_back(parameter.type);
        }
    }
    return tuple;
}

Spec parse_spec(std::string_view declaration) {
    const std::size_t open = declaration.find('(');
    CONE_ASSERT(open != std::string_view::npos && open > 0 && declaration.back() == ')', "a declaration does not parse");
    Spec spec{std::string(declaration.substr(0, open)), {}};
    for (const std::string_view part : split_parameters(declaration.substr(open + 1, declaration.size() - open - 2))) {
        spec.parameters.push_back(parse_parameter(part));
    }
    return spec;
}

std::string to_text(const eth::AbiValue& value) {
    return std::visit(Printer{}, static_cast<const eth::AbiValue::variant&>(value));
}

std::string to_text(std::string_view name, const std::vector<Argument>& arguments) {
    std::string text = std::string(name) + "(";
    for (const Argument& argument : arguments) {
        text += (text.back() == '(' ? "" : ", ") + argument.name + "=" + text_of(argument);
    }
    return text + ")";
}

}  // namespace cone::contracts
