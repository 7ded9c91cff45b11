// Types, ranges and unknown keys of one TOML table.
// SPDX-License-Identifier: Apache-2.0
#include "cone/config/table_reader.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"
#include "cone/job/names.hpp"

namespace cone::config {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::string range_text(double least, double most) {
    std::ostringstream text;
    text << "a number between " << least << " and " << most;
    return text.str();
}

std::string range_text_of(std::uint64_t least, std::uint64_t most) {
    const bool open_ended = most >= kMostInteger || most == std::numeric_limits<std::uint32_t>::max();
    return open_ended ? "a whole number, at least " + std::to_string(least)
                      : "a whole number between " + std::to_string(least) + " and " + std::to_string(most);
}

/// Of tables and arrays only what they are: to print them toml++ counts columns with the logarithm of each number, also below 1.
std::string text_of(const toml::node& node) {
    if (node.is_table() || node.is_array()) {
        return node.is_table() ? "a table" : "an array";
    }
    std::ostringstream text;
    node.visit([&](const auto& value) { text << value; });
    std::string shown = text.str();
    return shown.size() > 60 ? shown.substr(0, 57) + "..." : shown;
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::set<std::string, std::less<>>& candidates) {
    std::string nearest;
    std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const bool shortened = word.size() >= 3 && candidate.starts_with(word);
        const std::size_t distance = shortened ? 1 : edit_distance(word, candidate);
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest.empty() ? "" : "did you mean '" + nearest + "'?";
}

TableReader::TableReader(const toml::table& table, std::string section, const Source& source)
    : table_(table), section_(std::move(section)), source_(source) {}

std::string TableReader::path_of(std::string_view key) const {
    return section_.empty() ? std::string(key) : section_ + "." + std::string(key);
}

/// Line 0 marks what did not come from the file.
std::string TableReader::place_of(std::string_view key, const toml::node& node) const {
    const auto line = node.source().begin.line;
    return line == 0 ? given_place(path_of(key)) : source_.file + ":" + std::to_string(line);
}

/// What set the value at `path`: it, a table around it, or a value inside it.
std::string TableReader::given_place(std::string path) const {
    const auto inside = source_.given.lower_bound(path + ".");
    if (inside != source_.given.end() && inside->first.starts_with(path + ".")) {
        return inside->second.place;
    }
    while (!path.empty()) {
        if (const auto found = source_.given.find(path); found != source_.given.end()) {
            return found->second.place;
        }
        const auto dot = path.rfind('.');
        path.resize(dot == std::string::npos ? 0 : dot);
    }
    return source_.file;
}

std::optional<std::string> TableReader::string_at(std::string_view key, const toml::node& node) const {
    if (node.is_string()) {
        return node.as_string()->get();
    }
    const auto given = source_.given.find(path_of(key));
    const bool single = !node.is_table() && !node.is_array();
    return single && given != source_.given.end() ? std::optional(given->second.text) : std::nullopt;
}

void TableReader::fail(std::string_view key, const toml::node& node, const std::string& expected) const {
    throw ConfigError(place_of(key, node) + ": " + path_of(key) + " = " + text_of(node) + " cannot be used",
                      "it must be " + expected);
}

const toml::node* TableReader::find(std::string_view key) {
    known_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node != nullptr) {
        source_.places[path_of(key)] = place_of(key, *node);
    }
    return node;
}

void TableReader::read(std::string_view key, std::string& value) {
    if (const auto* node = find(key)) {
        auto text = string_at(key, *node);
        if (!text) {
            fail(key, *node, "a string in quotes");
        }
        value = *std::move(text);
    }
}

void TableReader::read(std::string_view key, double& value, double least, double most) {
    if (const auto* node = find(key)) {
        const auto number = node->value<double>();
        if (!number || node->is_boolean() || !std::isfinite(*number) || *number < least || *number > most) {
            fail(key, *node, range_text(least, most));
        }
        value = *number;
    }
}

void TableReader::read(std::string_view key, std::uint64_t& value, std::uint64_t least, std::uint64_t most) {
    if (const auto* node = find(key)) {
        const auto* number = node->as_integer();
        if (number == nullptr || number->get() < 0 || static_cast<std::uint64_t>(number->get()) < least ||
            static_cast<std::uint64_t>(number->get()) > most) {
            fail(key, *node, range_text_of(least, most));
        }
        value = static_cast<std::uint64_t>(number->get());
    }
}

void TableReader::read(std::string_view key, std::uint32_t& value, std::uint32_t least, std::uint32_t most) {
    std::uint64_t wide = value;
    read(key, wide, std::uint64_t{least}, std::uint64_t{most});
    value = narrow<std::uint32_t>(wide);
}

void TableReader::read(std::string_view key, std::vector<std::string>& value) {
    if (const auto* node = find(key)) {
        const auto* array = node->as_array();
        if (array == nullptr || !std::all_of(array->begin(), array->end(), [](const auto& item) { return item.is_string(); })) {
            fail(key, *node, "a list of strings");
        }
        value.clear();
        for (const auto& item : *array) {
            value.push_back(item.as_string()->get());
        }
    }
}

void TableReader::read_ether(std::string_view key, Wei& value) {
    if (const auto* node = find(key)) {
        const auto text = string_at(key, *node);
        const auto amount = text ? wei_from_ether(*text) : std::nullopt;
        if (!amount) {
            fail(key, *node, "an amount of ether as a string with up to 18 decimals, e.g. \"0.05\"");
        }
        value = *amount;
    }
}

std::size_t TableReader::read_choice(std::string_view key, std::string& value, std::span<const std::string_view> choices) {
    read(key, value);
    const auto found = std::find(choices.begin(), choices.end(), value);
    if (found == choices.end()) {
        const std::set<std::string, std::less<>> names(choices.begin(), choices.end());
        const std::string near = did_you_mean(value, names);
        const toml::node* node = table_.get(key);
        throw ConfigError(
            place_of(key, node == nullptr ? table_ : *node) + ": " + path_of(key) + " = '" + value + "' cannot be used",
            "it must be " + job::list_choices(choices) + (near.empty() ? "" : "; " + near));
    }
    return static_cast<std::size_t>(found - choices.begin());
}

const toml::table* TableReader::table(std::string_view key) {
    const auto* node = find(key);
    if (node != nullptr && !node->is_table()) {
        fail(key, *node, "a table: [" + path_of(key) + "]");
    }
    return node == nullptr ? nullptr : node->as_table();
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) {
    std::vector<const toml::table*> found;
    if (const auto* node = find(key)) {
        const auto* array = node->as_array();
        if (array == nullptr || !std::all_of(array->begin(), array->end(), [](const auto& item) { return item.is_table(); })) {
            fail(key, *node, "a list of tables: [[" + path_of(key) + "]]");
        }
        for (const auto& item : *array) {
            found.push_back(item.as_table());
        }
    }
    return found;
}

void TableReader::finish() const {
    for (const auto& [key, node] : table_) {
        if (!known_.contains(key.str())) {
            throw ConfigError(place_of(key.str(), node) + ": unknown key '" + path_of(key.str()) + "'",
                              did_you_mean(key.str(), known_));
        }
    }
}

}  // namespace cone::config
