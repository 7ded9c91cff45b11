// The tables of bridge/contracts against the compiler's output (contracts/out): names, types, order of fields.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/interface.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "bridge/contracts/spec.hpp"
#include "cone/base/bytes.hpp"

namespace cone::contracts {
namespace {

using nlohmann::json;

json artifact(Contract contract) {
    const std::string name(name_of(contract));
    const std::string path = std::string(CONE_SOURCE_DIR) + "/contracts/out/" + name + ".sol/" + name + ".json";
    std::ifstream in(path);
    EXPECT_TRUE(in) << path << " is missing: scripts/build compiles the contracts";
    return in ? json::parse(in) : json{{"abi", json::array()}, {"methodIdentifiers", json::object()}};
}

std::string type_of(const json& parameter) {
    const std::string type = parameter.at("type");
    if (!type.starts_with("tuple")) {
        return type;
    }
    std::string text = "(";
    for (const json& component : parameter.at("components")) {
        text += (text.size() > 1 ? "," : "") + type_of(component);
    }
    return text + ")" + type.substr(5);
}

/// As our tables write it: an enum by its name.
std::string declared_type(const json& parameter) {
    const std::string internal = parameter.value("internalType", "");
    return internal.starts_with("enum ") ? internal.substr(5) : type_of(parameter);
}

std::string declaration_of(const json& entry) {
    std::string text = entry.at("name").get<std::string>() + "(";
    for (const json& input : entry.at("inputs")) {
        text += (text.back() == '(' ? "" : ",") + declared_type(input) + (input.value("indexed", false) ? " indexed " : " ") +
                input.at("name").get<std::string>();
    }
    return text + ")";
}

std::string signature_of(const json& entry) {
    return entry.at("name").get<std::string>() + type_of({{"type", "tuple"}, {"components", entry.at("inputs")}});
}

void collect_struct(const json& parameter, std::map<std::string, std::string>& out) {
    if (!parameter.contains("components")) {
        return;
    }
    std::string fields;
    for (const json& component : parameter["components"]) {
        fields += (fields.empty() ? "" : " ") + component.at("name").get<std::string>();
        collect_struct(component, out);
    }
    std::string name = parameter.at("internalType").get<std::string>().substr(std::string("struct ").size());
    out[name.substr(0, name.find('['))] = fields;
}

void collect_structs(const json& entry, std::map<std::string, std::string>& out) {
    for (const char* side : {"inputs", "outputs"}) {
        for (const json& parameter : entry.value(side, json::array())) {
            collect_struct(parameter, out);
        }
    }
}

std::set<std::string> declarations(Contract contract, const std::string& kind) {
    std::set<std::string> out;
    const json compiled = artifact(contract);
    for (const json& entry : compiled.at("abi")) {
        if (entry.at("type") == kind) {
            out.insert(declaration_of(entry));
        }
    }
    return out;
}

std::set<std::string> as_set(std::span<const std::string_view> texts) {
    return {texts.begin(), texts.end()};
}

TEST(Interface, HasExactlyTheEventsOfTheContracts) {
    for (const Contract contract : kContracts) {
        EXPECT_EQ(as_set(events_of(contract)), declarations(contract, "event")) << name_of(contract);
    }
}

TEST(Interface, HasExactlyTheErrorsOfTheContracts) {
    std::set<std::string> compiled;
    for (const Contract contract : kContracts) {
        compiled.merge(declarations(contract, "error"));
    }
    EXPECT_EQ(as_set(all_errors()), compiled);
}

TEST(Interface, CallsFunctionsThatExistAndReadsWhatTheyReturn) {
    for (const Function& function : fn::kAll) {
        const json compiled = artifact(function.contract);
        const std::string signature(function.signature);
        ASSERT_TRUE(compiled.at("methodIdentifiers").contains(signature)) << name_of(function.contract) << "." << signature;
        EXPECT_EQ("0x" + compiled["methodIdentifiers"][signature].get<std::string>(), to_hex(eth::selector(signature)));
        const auto entry = std::find_if(compiled["abi"].begin(), compiled["abi"].end(), [&](const json& candidate) {
            return candidate.at("type") == "function" && signature_of(candidate) == signature;
        });
        ASSERT_NE(entry, compiled["abi"].end()) << signature;
        if (function.returns != "()") {
            EXPECT_EQ(type_of({{"type", "tuple"}, {"components", entry->at("outputs")}}), function.returns) << signature;
        }
    }
}

/// The enumerators between the braces of `enum NAME {...}` in a Solidity file, comments left out.
std::vector<std::string> enumerators_in(const std::string& file, const std::string& name) {
    std::ifstream in(std::string(CONE_SOURCE_DIR) + "/contracts/src/" + file);
    std::vector<std::string> found;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        const std::string code = line.substr(0, line.find("//"));
        if (inside && code.find('}') != std::string::npos) {
            break;
        }
        std::string word;
        std::copy_if(code.begin(), code.end(), std::back_inserter(word), [](unsigned char c) { return std::isalpha(c) != 0; });
        if (inside && !word.empty()) {
            found.push_back(word);
        }
        inside = inside || code.find("enum " + name + " {") != std::string::npos;
    }
    return found;
}

TEST(Interface, NamesTheValuesOfEveryEnum) {
    const std::map<std::string, std::string> files{{"JobState", "Types.sol"},
                                                   {"SegmentState", "Types.sol"},
                                                   {"Fault", "Types.sol"},
                                                   {"VoidReason", "Types.sol"},
                                                   {"Role", "Types.sol"},
                                                   {"JobEvent", "libraries/Lifecycle.sol"},
                                                   {"SegmentEvent", "libraries/Lifecycle.sol"},
                                                   {"IAuctionHouse.Status", "interfaces/IAuctionHouse.sol"},
                                                   {"IAuctionHouse.RequestField", "interfaces/IAuctionHouse.sol"},
                                                   {"IExecutorRegistry.Status", "interfaces/IExecutorRegistry.sol"}};
    for (const auto& [name, file] : files) {
        const auto ours = enumerators_of(name);
        const auto compiled = enumerators_in(file, name.substr(name.find('.') + 1));
        EXPECT_GE(compiled.size(), 3u) << name;
        EXPECT_EQ(std::vector<std::string>(ours.begin(), ours.end()), compiled) << name;
    }
}

// The widths alone would let two fields of one width change places unseen.
TEST(Interface, KnowsTheOrderOfTheFieldsOfEveryStruct) {
    const std::map<std::string, std::string> expected{
        {"Request", "specHash tauBp minSellers segments lead policy minSize cNum cDen executorShareBp bridge"},
        {"IJobBoard.Job",
         "state buyer bridge segments accepted finalized epoch setCap poolBlock seedBlock lastProgressBlock deadlineBlock "
         "jobHash jobSeed sellers"},
        {"IDataCatalog.Entry", "owner reserveWei paused"},
        {"IJobBoard.Segment", "state epoch attempts setSize bestVotes secondVotes best verdict previous finalFromBlock"},
        {"IJobBoard.Attempt", "root revealFromBlock revealUntilBlock size voted challenger"},
        {"IJobBoard.NextAttempt", "attempt newMembers segmentSeed attemptSeed afterTicket previous"},
        {"IJobBoard.VoteGroup", "digest witness openings"},
        {"IJobBoard.Opening", "position salt r vs"},
        {"IJobBoard.SignedVote", "digest witness r vs"},
        {"IJobBoard.Rules",
         "seedLagBlocks commitBlocks revealBlocks challengeBlocks stallBlocks hardSlashBp softSlashBp challengeRewardBp "
         "challengeBondWei"},
        {"IAuctionHouse.Timing", "auctionBlocks extensionBlocks hardEndBlocks minIncrementBp"},
        {"IExecutorRegistry.Executor", "status units withdrawableBlock stakeWei"},
        {"ISettlement.OpenedDigest", "stateRoot osmdRoot metricBp accesses traceRoot"},
    };
    std::map<std::string, std::string> compiled;
    for (const Contract contract : kContracts) {
        const json output = artifact(contract);
        for (const json& entry : output.at("abi")) {
            collect_structs(entry, compiled);
        }
    }
    for (const auto& [name, fields] : expected) {
        EXPECT_EQ(compiled[name], fields) << name;
    }
}

}  // namespace
}  // namespace cone::contracts
