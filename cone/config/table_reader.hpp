// Reads one TOML table field by field: types, ranges, unknown keys, and where each value stands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cone/base/wei.hpp"
#include "cone/config/toml.hpp"

namespace cone::config {

/// "section.key" -> "file:line" or the name of what set it, for errors that are found after reading.
using Places = std::map<std::string, std::string>;

/// A value that did not come from the file.
struct Given {
    std::string place;  ///< "--set section.key" or "environment CONE_SECTION_KEY"
    std::string text;   ///< as it was written
};
using GivenValues = std::map<std::string, Given, std::less<>>;  ///< by "section.key"

struct Source {
    std::string file;
    const GivenValues& given;
    Places& places;
};

/// TOML integers are signed 64-bit.
inline constexpr std::uint64_t kMostInteger = std::uint64_t{1} << 63;

/// One table of the file. Fields that are absent keep their default. Throws ConfigError on the first problem.
class TableReader {
public:
    /// `source` must outlive the reader.
    TableReader(const toml::table& table, std::string section, const Source& source);

    /// Quotes may be left out where the value does not come from a file, even around what looks like a number.
    void read(std::string_view key, std::string& value);
    void read(std::string_view key, double& value, double least, double most);
    void read(std::string_view key, std::uint64_t& value, std::uint64_t least = 0, std::uint64_t most = kMostInteger);
    void read(std::string_view key, std::uint32_t& value, std::uint32_t least = 0,
              std::uint32_t most = std::numeric_limits<std::uint32_t>::max());
    void read(std::string_view key, std::vector<std::string>& value);
    /// A decimal string of ether; quotes as above.
    void read_ether(std::string_view key, Wei& value);
    /// A string that is one of `choices`; returns its index.
    std::size_t read_choice(std::string_view key, std::string& value, std::span<const std::string_view> choices);
    /// A table inside this one, or nullptr.
    [[nodiscard]] const toml::table* table(std::string_view key);
    /// An array of tables inside this one, e.g. [[market.bids]].
    [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key);

    /// Throws on the first key that nobody asked for, with the nearest one that exists.
    void finish() const;

private:
    [[nodiscard]] const toml::node* find(std::string_view key);
    [[nodiscard]] std::string path_of(std::string_view key) const;
    [[nodiscard]] std::string place_of(std::string_view key, const toml::node& node) const;
    [[nodiscard]] std::string given_place(std::string path) const;
    [[nodiscard]] std::optional<std::string> string_at(std::string_view key, const toml::node& node) const;
    [[noreturn]] void fail(std::string_view key, const toml::node& node, const std::string& expected) const;

    const toml::table& table_;
    std::string section_;
    const Source& source_;
    std::set<std::string, std::less<>> known_;
};

/// "did you mean 'x'?" for the nearest of `candidates`; empty when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::set<std::string, std::less<>>& candidates);

}  // namespace cone::config
