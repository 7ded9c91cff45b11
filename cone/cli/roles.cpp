// Account numbers of the test mnemonic by role, names of key files, and how each kind of place is opened.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/roles.hpp"

#include <algorithm>
#include <filesystem>

#include "bridge/eth/key_source.hpp"
#include "bridge/keys/external_signer.hpp"
#include "bridge/keys/keystore.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "cone/base/errors.hpp"
#include "cone/base/url.hpp"
#include "cone/cli/core_dumps.hpp"
#include "cone/cli/passwords.hpp"

namespace cone::cli {
namespace {

using config::KeyKind;
using config::KeyPlace;

struct RoleAccounts {
    std::uint32_t first;  ///< test account of index 0
    std::uint32_t count;
};

RoleAccounts accounts_of(Role role) {
    switch (role) {
        case Role::Deployer:
            return {0, 1};
        case Role::Bridge:
            return {1, 1};
        case Role::Challenger:
            return {66, 1};
        case Role::Buyer:
            return {2, 64};
        case Role::Seller:
            return {70, 256};
        case Role::Executor:
            return {330, 70};
    }
    throw ConfigError("unknown role");
}

std::string_view word_of(Role role) {
    return config::kKeyRoles.at(static_cast<std::size_t>(role));
}

std::filesystem::path file_of(const KeyPlace& place, const std::string& name) {
    return std::filesystem::path(place.dir) / (name + (place.kind == KeyKind::File ? ".key" : ".json"));
}

eth::SecretKey test_key(const config::Config& config, Role role, std::uint32_t index) {
    const auto accounts = accounts_of(role);
    if (index >= accounts.count) {
        throw ConfigError("there are test accounts for " + std::to_string(accounts.count) + " of its kind",
                          "use key files: keys.source = \"file\"");
    }
    return eth::dev_key(accounts.first + index, config.chain.chain_id);
}

eth::SecretKey open_key(const config::Config& config, Role role, std::uint32_t index) {
    const KeyPlace place = place_of(config, role);
    if (place.kind != KeyKind::Dev) {
        forbid_core_dumps();
    }
    const std::string name = role_name(role, index);
    const std::string own_place = "set keys." + std::string(word_of(role));
    switch (place.kind) {
        case KeyKind::Dev:
            return test_key(config, role, index);
        case KeyKind::File:
            return eth::load_key_file(file_of(place, name));
        case KeyKind::Keystore:
            return keys::load_keystore(file_of(place, name), keystore_password(config.keys).span());
        case KeyKind::External:
            throw ConfigError("it is kept by the signer at " + origin_of(place.url) + ", which does not give it away",
                              own_place);
        case KeyKind::None:
            break;
    }
    throw ConfigError("keys." + std::string(word_of(role)) + " is none", own_place);
}

std::unique_ptr<eth::Signer> open_external(const KeyPlace& place, const std::string& name, std::uint32_t index) {
    if (index >= place.accounts.size()) {
        throw ConfigError(
            "the signer at " + origin_of(place.url) + " is given " + std::to_string(place.accounts.size()) + " accounts",
            "write external:URL#ADDRESS,ADDRESS,... in the order of their numbers");
    }
    return std::make_unique<keys::ExternalSigner>(std::make_unique<rpc::CurlTransport>(rpc::HttpSettings{.url = place.url}),
                                                  place.accounts[index], name + " at " + origin_of(place.url));
}

template <class Open>
auto with_role_named(Role role, std::uint32_t index, Open open) {
    try {
        return open();
    } catch (const Error& error) {
        throw ConfigError("no key for " + role_name(role, index) + ": " + error.what(), error.hint());
    }
}

}  // namespace

std::string role_name(Role role, std::uint32_t index) {
    const std::string word(word_of(role));
    return accounts_of(role).count == 1 ? word : word + "-" + std::to_string(index);
}

std::uint32_t keys_of(const config::Config& config, Role role) {
    if (role == Role::Seller) {
        return config.data.sellers;
    }
    if (role == Role::Executor) {
        return config.execution.executors;
    }
    std::uint32_t buyers = 1;
    for (const auto& bid : config.market.bids) {
        buyers = std::max(buyers, bid.buyer + 1);
    }
    return role == Role::Buyer ? buyers : 1;
}

KeyPlace place_of(const config::Config& config, Role role) {
    const auto place = config::key_place(config.keys, word_of(role));
    CONE_ASSERT(place.has_value(), "the configuration was checked");
    return *place;
}

std::string describe_place(const config::Config& config, Role role, std::uint32_t index) {
    const KeyPlace place = place_of(config, role);
    switch (place.kind) {
        case KeyKind::Dev:
            return "public test key";
        case KeyKind::File:
            return "key file '" + file_of(place, role_name(role, index)).string() + "'";
        case KeyKind::Keystore:
            return "keystore '" + file_of(place, role_name(role, index)).string() + "'";
        case KeyKind::External:
            return "external signer at " + origin_of(place.url);
        case KeyKind::None:
            break;
    }
    return "none";
}

eth::SecretKey key_for(const config::Config& config, Role role, std::uint32_t index) {
    return with_role_named(role, index, [&] { return open_key(config, role, index); });
}

std::unique_ptr<eth::Signer> signer_for(const config::Config& config, Role role, std::uint32_t index) {
    return with_role_named(role, index, [&]() -> std::unique_ptr<eth::Signer> {
        const KeyPlace place = place_of(config, role);
        if (place.kind == KeyKind::External) {
            return open_external(place, role_name(role, index), index);
        }
        return std::make_unique<eth::LocalSigner>(open_key(config, role, index));
    });
}

}  // namespace cone::cli
