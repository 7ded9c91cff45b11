// Text, environment and overrides to a checked Config.
// SPDX-License-Identifier: Apache-2.0
#include "cone/config/config.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>

#include "cone/base/errors.hpp"
#include "cone/config/combinations.hpp"
#include "cone/config/sections.hpp"
#include "cone/job/lead.hpp"

namespace cone::config {
namespace {

constexpr auto kTomlHint = "TOML: key = value, strings in quotes, tables as [name]";

/// The first line with a table header whose name begins like no key: where toml++ gives up.
std::size_t line_of_bad_header(std::string_view text) {
    const auto begins_key = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '"' || c == '\'';
    };
    std::istringstream lines{std::string(text)};
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        const std::size_t header = line.find_first_not_of(" \t");
        const std::size_t name =
            header == line.npos || line[header] != '[' ? line.npos : line.find_first_not_of("[ \t", header);
        if (name != line.npos && !begins_key(static_cast<unsigned char>(line[name]))) {
            return number;
        }
    }
    return 1;
}

toml::table parse_document(std::string_view text, const std::string& name) {
    try {
        return toml::parse(text, name);
    } catch (const toml::parse_error& error) {
        throw ConfigError(name + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description()),
                          kTomlHint);
    } catch (const TomlGaveUp&) {
        throw ConfigError(name + ":" + std::to_string(line_of_bad_header(text)) + ": no key begins like this", kTomlHint);
    }
}

/// The value as TOML if it is some, else as a string, so that a path needs no quotes on a command line.
toml::table parse_value(const std::string& text) {
    try {
        return toml::parse("v = " + text);
    } catch (const toml::parse_error&) {
        return toml::table{{"v", text}};
    } catch (const TomlGaveUp&) {
        return toml::table{{"v", text}};
    }
}

/// The file's document, and what was set from outside it.
struct Document {
    toml::table root;
    GivenValues given;
};

void set_value(Document& document, const std::string& section, const std::string& key, const Given& given) {
    toml::table& root = document.root;
    auto* table = root[section].as_table();
    if (table == nullptr) {
        table = root.insert_or_assign(section, toml::table{}).first->second.as_table();
    }
    const toml::table parsed = parse_value(given.text);
    // Copying a node drops its source position: line 0 marks a value that did not come from the file.
    parsed.get("v")->visit([&](const auto& value) {
        auto copy = value;
        table->insert_or_assign(key, std::move(copy));
    });
    document.given.insert_or_assign(section + "." + key, given);
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

void apply_environment(Document& document, const std::map<std::string, std::string>& environment) {
    for (const auto& [variable, value] : environment) {
        const std::string name = lower(variable);
        for (const auto& section : section_names()) {
            const std::string prefix = "cone_" + section + "_";
            if (name.starts_with(prefix)) {
                set_value(document, section, name.substr(prefix.size()), {"environment " + variable, value});
            }
        }
    }
}

void apply_overrides(Document& document, const std::vector<std::string>& overrides) {
    for (const auto& text : overrides) {
        const auto dot = text.find('.');
        const auto equals = text.find('=');
        if (dot == std::string::npos || equals == std::string::npos || dot > equals) {
            throw ConfigError("--set " + text + ": cannot be read", "write --set section.key=value");
        }
        set_value(document, text.substr(0, dot), text.substr(dot + 1, equals - dot - 1),
                  {"--set " + text.substr(0, equals), text.substr(equals + 1)});
    }
}

std::string place_of(const Places& places, const std::string& key, const std::string& file) {
    const auto found = places.find(key);
    return found == places.end() ? file : found->second;
}

/// Two settings that contradict each other: the one named may be the file's, the cause one of these.
std::string list_given(const GivenValues& given) {
    std::string list;
    for (const auto& [key, value] : given) {
        list += (list.empty() ? " (with " : ", ") + value.place;
    }
    return list.empty() ? list : list + ")";
}

Config defaults_with_money(Config config) {
    if (config.devnet.unit_stake == Wei(0)) {
        config.devnet.unit_stake = *wei_from_ether("200");
    }
    if (config.devnet.challenge_bond == Wei(0)) {
        config.devnet.challenge_bond = *wei_from_ether("1");
    }
    config.agreement.lead = job::required_lead(config.agreement.fault_share, config.agreement.error_target);
    return config;
}

}  // namespace

Config parse_config(std::string_view text, const std::string& name, const std::map<std::string, std::string>& environment,
                    const std::vector<std::string>& overrides) {
    Document document{parse_document(text, name), {}};
    apply_environment(document, environment);
    apply_overrides(document, overrides);
    Places places;
    const Config config = defaults_with_money(read_sections(document.root, {name, document.given, places}));
    if (const auto impossible = find_impossible(config)) {
        throw ConfigError(place_of(places, impossible->key, name) + ": " + impossible->key + ": " + impossible->reason +
                              list_given(document.given),
                          impossible->hint);
    }
    return config;
}

Config load_config(const std::filesystem::path& path, const std::map<std::string, std::string>& environment,
                   const std::vector<std::string>& overrides) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw ConfigError("cannot read the configuration " + path.string(),
                          "pass --config FILE; configs/demo.toml is an example");
    }
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return parse_config(text, path.string(), environment, overrides);
}

std::filesystem::path store_dir(const Config& config) {
    return config.data.store.empty() ? std::filesystem::path(config.output.dir) / "store"
                                     : std::filesystem::path(config.data.store);
}

std::filesystem::path deployment_path(const Config& config) {
    return config.chain.deployment.empty() ? std::filesystem::path(config.output.dir) / "devnet" / "deployment.json"
                                           : std::filesystem::path(config.chain.deployment);
}

job::JobSpec to_job_spec(const Config& config, const job::ModelSpec& shape, const Hash32& validation_root,
                         const Hash32& test_root, const job::ExecutionProfile& profile) {
    job::JobSpec spec;
    spec.name = config.name;
    spec.model = shape;
    spec.model.layers = config.model.layers;
    spec.model.init_seed = config.model.init_seed;
    spec.local = config.training;
    spec.osmd = config.osmd;
    spec.schedule = config.schedule;
    spec.agreement = config.agreement;
    spec.min_sellers = config.market.min_sellers;
    spec.threshold_bp = config.market.threshold_bp;
    spec.validation_root = validation_root;
    spec.test_root = test_root;
    spec.profile = profile;
    return spec;
}

}  // namespace cone::config
