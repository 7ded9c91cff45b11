// Settlement, registry and board name contracts that do not exist yet; the auction house, created last, checks the wiring.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/deploy.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "bridge/eth/abi.hpp"
#include "bridge/eth/address.hpp"
#include "bridge/rpc/calls.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::contracts {
namespace {

using eth::AbiValues;
using eth::U256;
using nlohmann::json;

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) {
        throw EnvironmentError("contract artifact '" + file.string() + "' is missing", "scripts/build compiles the contracts");
    }
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Bytes creation_code(const std::filesystem::path& artifacts, Contract contract) {
    const std::string name(name_of(contract));
    const std::filesystem::path file = artifacts / (name + ".sol") / (name + ".json");
    const json root = json::parse(read_text(file), nullptr, false);
    const json* object = nullptr;
    if (root.is_object() && root.contains("bytecode") && root["bytecode"].is_object() && root["bytecode"].contains("object")) {
        object = &root["bytecode"]["object"];
    }
    auto code = object != nullptr && object->is_string() ? bytes_from_hex(object->get_ref<const std::string&>()) : std::nullopt;
    if (!code || code->empty()) {
        throw EnvironmentError("contract artifact '" + file.string() + "' holds no linked bytecode",
                               "scripts/build compiles the contracts");
    }
    return std::move(*code);
}

/// Constructor arguments of one contract, and their types.
struct Arguments {
    std::string_view types;
    AbiValues values;
};

Arguments arguments_of(Contract contract, const std::array<Address, kContracts.size()>& at, const DeployTerms& terms) {
    const auto address = [&](Contract c) { return at[static_cast<std::size_t>(c)]; };
    switch (contract) {
        case Contract::DataCatalog:
            return {"()", {}};
        case Contract::Settlement:
            return {"(address,address,address)",
                    {address(Contract::DataCatalog), address(Contract::AuctionHouse), address(Contract::JobBoard)}};
        case Contract::ExecutorRegistry:
            return {"(address,address,uint256,uint64)",
                    {address(Contract::Settlement), address(Contract::JobBoard), eth::to_u256(terms.unit_stake),
                     U256(terms.unstake_delay_blocks)}};
        case Contract::JobBoard:
            return {"(address,address,address,(uint32,uint32,uint32,uint32,uint32,uint16,uint16,uint16,uint128))",
                    {address(Contract::ExecutorRegistry), address(Contract::Settlement), address(Contract::AuctionHouse),
                     to_abi(terms.rules)}};
        case Contract::AuctionHouse:
            return {"(address,address,address,(uint32,uint32,uint32,uint16))",
                    {address(Contract::Settlement), address(Contract::JobBoard), terms.admin, to_abi(terms.timing)}};
    }
    CONE_ASSERT(false, "a contract without a constructor");
}

Bytes encode_arguments(const Arguments& arguments) {
    if (arguments.values.empty()) {
        return {};
    }
    return eth::abi_encode(*eth::parse_abi_type(arguments.types), arguments.values);
}

}  // namespace

std::vector<Creation> plan_deployment(const std::filesystem::path& artifacts, const DeployTerms& terms, const Address& deployer,
                                      std::uint64_t nonce) {
    std::array<Address, kContracts.size()> addresses;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        addresses[i] = eth::created_address(deployer, nonce + i);
    }
    std::vector<Creation> plan;
    for (const Contract contract : kContracts) {
        Bytes code = creation_code(artifacts, contract);
        append(code, encode_arguments(arguments_of(contract, addresses, terms)));
        plan.push_back({contract, std::move(code), addresses[static_cast<std::size_t>(contract)]});
    }
    return plan;
}

Deployment deploy(rpc::Client& client, const std::vector<Creation>& plan, const Create& create) {
    CONE_ASSERT(plan.size() == kContracts.size(), "a plan of all contracts");
    Deployment deployment{rpc::chain_id(client), 0, {}};
    for (const Creation& creation : plan) {
        const rpc::Receipt receipt = create(creation);
        const std::string name(name_of(creation.contract));
        if (!receipt.success) {
            throw ChainError("the creation of " + name + " failed in transaction " + to_hex(receipt.transaction));
        }
        if (receipt.created != creation.address) {
            throw ChainError(name + " stands elsewhere than at " + eth::to_checksum(creation.address),
                             "somebody else sends transactions with the deployer's key");
        }
        if (deployment.block == 0) {
            deployment.block = receipt.block.number;
        }
        deployment.at(creation.contract) = {creation.address, hash::keccak256(rpc::code(client, creation.address))};
    }
    return deployment;
}

}  // namespace cone::contracts
