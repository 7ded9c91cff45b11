// Account numbers of the test mnemonic by role, and the names of key files.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/roles.hpp"

#include <filesystem>

#include "bridge/eth/key_source.hpp"
#include "cone/base/errors.hpp"

namespace cone::cli {
namespace {

struct RoleAccounts {
    const char* name;
    std::uint32_t first;  ///< account of index 0
    std::uint32_t count;
};

RoleAccounts accounts_of(Role role) {
    switch (role) {
        case Role::Deployer:
            return {"deployer", 0, 1};
        case Role::Bridge:
            return {"bridge", 1, 1};
        case Role::Buyer:
            return {"buyer", 2, 64};
        case Role::Seller:
            return {"seller", 70, 256};
        case Role::Executor:
            return {"executor", 330, 70};
    }
    throw ConfigError("unknown role");
}

}  // namespace

std::string role_name(Role role, std::uint32_t index) {
    const auto accounts = accounts_of(role);
    return accounts.count == 1 ? accounts.name : accounts.name + ("-" + std::to_string(index));
}

eth::SecretKey key_for(const config::Config& config, Role role, std::uint32_t index) {
    const auto accounts = accounts_of(role);
    if (config.keys.source == "file") {
        return eth::load_key_file(std::filesystem::path(config.keys.dir) / (role_name(role, index) + ".key"));
    }
    if (index >= accounts.count) {
        throw ConfigError("there are test accounts for " + std::to_string(accounts.count) + " of role " + accounts.name,
                          "use key files: keys.source = \"file\"");
    }
    return eth::dev_key(accounts.first + index, config.chain.chain_id);
}

}  // namespace cone::cli
