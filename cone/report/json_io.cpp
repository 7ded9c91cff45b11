// The parts of the archives that depend on no type of ours.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/json_io.hpp"

#include <set>

namespace cone::report {
namespace {

/// Follows the parser: how deep it is, and which keys each open object has already had.
class Watch {
public:
    bool operator()(nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        using Event = nlohmann::json::parse_event_t;
        if (event == Event::object_start || event == Event::array_start) {
            open_.emplace_back();
            if (open_.size() > kMaxDepth) {
                refuse("", "nested deeper than " + std::to_string(kMaxDepth));
            }
        } else if (event == Event::object_end || event == Event::array_end) {
            open_.pop_back();
        } else if (event == Event::key && !open_.back().insert(parsed.get<std::string>()).second) {
            refuse("/" + parsed.get<std::string>(), "the key stands twice in one object");
        }
        return true;
    }

private:
    std::vector<std::set<std::string>> open_;
};

}  // namespace

void refuse(const std::string& pointer, const std::string& why) {
    throw DataError("JSON at " + (pointer.empty() ? "the top" : pointer) + ": " + why,
                    "the file is damaged, of another version, or not one that cone wrote");
}

nlohmann::json parse_document(std::string_view text) {
    if (text.size() > kMaxDocumentBytes) {
        refuse("", std::to_string(text.size()) + " bytes, above the limit of " + std::to_string(kMaxDocumentBytes));
    }
    Watch watch;
    try {
        return nlohmann::json::parse(
            text, [&watch](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) { return watch(event, parsed); });
    } catch (const nlohmann::json::exception& error) {
        refuse("", error.what());
    }
}

void require_same(const nlohmann::json& file, const nlohmann::json& rewritten) {
    if (file == rewritten) {
        return;
    }
    const nlohmann::json first = nlohmann::json::diff(file, rewritten).at(0);
    const auto pointer = first.at("path").get<std::string>();
    if (first.at("op") == "remove") {
        refuse(pointer, "unknown key");
    }
    const auto expected = first.at("value").dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    refuse(pointer, "expected " + expected.substr(0, 200));
}

JsonIn::JsonIn(const nlohmann::json& node, std::string pointer) : node_(node), pointer_(std::move(pointer)) {
    if (!node.is_object()) {
        refuse(pointer_, std::string("expected an object, found ") + node.type_name());
    }
}

const nlohmann::json& JsonIn::at(const char* key) const {
    const auto found = node_.find(key);
    if (found == node_.end()) {
        refuse(pointer_ + "/" + key, "missing");
    }
    return *found;
}

nlohmann::ordered_json encode_double(double value) {
    if (std::isfinite(value)) {
        return value;
    }
    return std::isnan(value) ? "nan" : (value > 0 ? "inf" : "-inf");
}

double decode_double(const nlohmann::json& node, const std::string& pointer) {
    if (node.is_number()) {
        return node.get<double>();
    }
    if (node == "nan") {
        return std::numeric_limits<double>::quiet_NaN();
    }
    if (node == "inf" || node == "-inf") {
        return node == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    }
    refuse(pointer, std::string("expected a number, found ") + node.type_name());
}

std::uint64_t decode_unsigned(const nlohmann::json& node, const std::string& pointer, std::uint64_t max) {
    if (!node.is_number_unsigned() || node.get<std::uint64_t>() > max) {
        refuse(pointer, "expected a whole number from 0 to " + std::to_string(max));
    }
    return node.get<std::uint64_t>();
}

bool decode_bool(const nlohmann::json& node, const std::string& pointer) {
    if (!node.is_boolean()) {
        refuse(pointer, std::string("expected true or false, found ") + node.type_name());
    }
    return node.get<bool>();
}

std::string decode_text(const nlohmann::json& node, const std::string& pointer) {
    if (!node.is_string() || node.get_ref<const std::string&>().size() > kMaxTextLength) {
        refuse(pointer, "expected a text of at most " + std::to_string(kMaxTextLength) + " bytes");
    }
    return node.get<std::string>();
}

Bytes decode_hex(const nlohmann::json& node, const std::string& pointer) {
    const auto bytes = node.is_string() ? bytes_from_hex(node.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes) {
        refuse(pointer, "expected hexadecimal");
    }
    return *bytes;
}

Wei decode_wei(const nlohmann::json& node, const std::string& pointer) {
    const auto amount = node.is_string() ? wei_from_string(node.get_ref<const std::string&>()) : std::nullopt;
    if (!amount) {
        refuse(pointer, "expected wei as decimal digits in a string");
    }
    return *amount;
}

void require_list(const nlohmann::json& node, const std::string& pointer) {
    if (!node.is_array() || node.size() > kMaxListLength) {
        refuse(pointer, "expected a list of at most " + std::to_string(kMaxListLength) + " elements");
    }
}

void require_map(const nlohmann::json& node, const std::string& pointer) {
    if (!node.is_object() || node.size() > kMaxListLength) {
        refuse(pointer, "expected an object of at most " + std::to_string(kMaxListLength) + " entries");
    }
}

}  // namespace cone::report
