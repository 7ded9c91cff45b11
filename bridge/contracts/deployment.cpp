// The deployment file and its check.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/deployment.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <system_error>

#include "bridge/eth/address.hpp"
#include "bridge/rpc/calls.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::contracts {
namespace {

using nlohmann::json;

constexpr int kSchemaVersion = 1;

json to_json(const Deployment& deployment) {
    json contracts = json::object();
    for (const Contract contract : kContracts) {
        const Deployed& deployed = deployment.at(contract);
        contracts[std::string(name_of(contract))] = {{"address", eth::to_checksum(deployed.address)},
                                                     {"code_hash", to_hex(deployed.code_hash)}};
    }
    return {{"schema_version", kSchemaVersion},
            {"chain_id", deployment.chain_id},
            {"block", deployment.block},
            {"contracts", contracts}};
}

/// Reads the file's members; each failure names the file and the member.
class Reader {
public:
    explicit Reader(const std::filesystem::path& file) : file_(file.string()) {}

    [[noreturn]] void fail(const std::string& what) const {
        throw ConfigError("deployment file '" + file_ + "': " + what, "`cone devnet` writes it; chain.deployment names it");
    }

    std::uint64_t number(const json& object, const std::string& key) const {
        const json& value = member(object, key);
        if (!value.is_number_unsigned()) {
            fail(key + " is not a number");
        }
        return value.get<std::uint64_t>();
    }

    const json& member(const json& object, const std::string& key) const {
        if (!object.is_object() || !object.contains(key)) {
            fail(key + " is missing");
        }
        return object[key];
    }

    Deployed deployed(const json& contracts, const std::string& name) const {
        const json& entry = member(contracts, name);
        const auto address = eth::address_from_text(text(entry, "address", name));
        const auto code_hash = fixed_from_hex<Hash32>(text(entry, "code_hash", name));
        if (!address || address->is_zero()) {
            fail(name + ".address is not an address");
        }
        if (!code_hash) {
            fail(name + ".code_hash is not a hash");
        }
        return {*address, *code_hash};
    }

private:
    std::string text(const json& entry, const std::string& key, const std::string& name) const {
        const json& value = member(entry, key);
        if (!value.is_string()) {
            fail(name + "." + key + " is not a string");
        }
        return value.get<std::string>();
    }

    std::string file_;
};

}  // namespace

std::vector<Address> Deployment::addresses() const {
    std::vector<Address> out;
    for (const Deployed& deployed : contracts) {
        out.push_back(deployed.address);
    }
    return out;
}

std::optional<Contract> Deployment::contract_at(const Address& address) const {
    const auto found = std::find_if(kContracts.begin(), kContracts.end(),
                                    [&](Contract contract) { return this->address(contract) == address; });
    return found == kContracts.end() ? std::nullopt : std::optional(*found);
}

void save_deployment(const std::filesystem::path& file, const Deployment& deployment) {
    const std::filesystem::path temporary = file.string() + ".tmp";
    std::error_code error;
    if (file.has_parent_path()) {
        std::filesystem::create_directories(file.parent_path(), error);
    }
    std::ofstream out(temporary);
    out << to_json(deployment).dump(2) << '\n';
    out.close();
    if (out) {
        std::filesystem::rename(temporary, file, error);
    }
    if (!out || error) {
        throw EnvironmentError("cannot write deployment file '" + file.string() + "'");
    }
}

Deployment load_deployment(const std::filesystem::path& file) {
    const Reader reader(file);
    std::ifstream in(file);
    if (!in) {
        reader.fail("cannot be read");
    }
    std::ostringstream text;
    text << in.rdbuf();
    const json root = json::parse(text.str(), nullptr, false);
    if (root.is_discarded()) {
        reader.fail("is not JSON");
    }
    if (const auto version = reader.number(root, "schema_version"); version != kSchemaVersion) {
        reader.fail("schema_version is " + std::to_string(version) + ", this program reads " + std::to_string(kSchemaVersion));
    }
    Deployment deployment{reader.number(root, "chain_id"), reader.number(root, "block"), {}};
    const json& contracts = reader.member(root, "contracts");
    for (const Contract contract : kContracts) {
        const Deployed deployed = reader.deployed(contracts, std::string(name_of(contract)));
        if (deployment.contract_at(deployed.address)) {
            reader.fail("two contracts at " + eth::to_checksum(deployed.address));
        }
        deployment.at(contract) = deployed;
    }
    return deployment;
}

void check_deployment(rpc::Client& client, const Deployment& deployment) {
    rpc::require_chain_id(client, deployment.chain_id);
    for (const Contract contract : kContracts) {
        const Deployed& deployed = deployment.at(contract);
        const Bytes code = rpc::code(client, deployed.address);
        if (hash::keccak256(code) != deployed.code_hash) {
            throw ChainError(std::string(name_of(contract)) + " is not at " + eth::to_checksum(deployed.address) + ": " +
                                 (code.empty() ? "no code there" : "other code there"),
                             "was the node started afresh? deploy again with `cone devnet`");
        }
    }
}

}  // namespace cone::contracts
