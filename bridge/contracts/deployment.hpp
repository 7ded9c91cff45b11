// Where the five contracts stand: made by `deploy`, kept in a file, checked against the chain at every start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "bridge/contracts/interface.hpp"
#include "bridge/rpc/client.hpp"
#include "cone/base/bytes.hpp"

namespace cone::contracts {

struct Deployed {
    Address address;
    Hash32 code_hash;  ///< Keccak-256 of the code on chain
    bool operator==(const Deployed&) const = default;
};

struct Deployment {
    std::uint64_t chain_id = 0;
    std::uint64_t block = 0;  ///< the first contract's: no event of theirs is older
    std::array<Deployed, kContracts.size()> contracts;

    [[nodiscard]] const Address& address(Contract contract) const { return at(contract).address; }
    [[nodiscard]] const Deployed& at(Contract contract) const { return contracts[static_cast<std::size_t>(contract)]; }
    [[nodiscard]] Deployed& at(Contract contract) { return contracts[static_cast<std::size_t>(contract)]; }
    /// All five, in the order of deployment: whose logs are read.
    [[nodiscard]] std::vector<Address> addresses() const;
    /// Which of the five; nothing for a stranger.
    [[nodiscard]] std::optional<Contract> contract_at(const Address& address) const;
    bool operator==(const Deployment&) const = default;
};

/// JSON; written to a temporary file and renamed. Throws EnvironmentError.
void save_deployment(const std::filesystem::path& file, const Deployment& deployment);
/// Throws ConfigError naming the file and the field: missing, unreadable, of another schema, an address that is none, two
/// contracts at one address.
[[nodiscard]] Deployment load_deployment(const std::filesystem::path& file);

/// Throws ConfigError when the node is on another chain, ChainError when another code or none stands at an address.
void check_deployment(rpc::Client& client, const Deployment& deployment);

}  // namespace cone::contracts
