// Which role has its key here, and which one lacks it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bridge/eth/address.hpp"
#include "bridge/keys/external_signer.hpp"
#include "bridge/keys/keystore.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "cone/base/errors.hpp"
#include "cone/base/url.hpp"
#include "cone/cli/doctor.hpp"
#include "cone/cli/passwords.hpp"
#include "cone/cli/roles.hpp"

namespace cone::cli {
namespace {

using config::KeyKind;

/// A keystore is opened only when there is a password, and only the first of a role: each takes a second.
std::string look_at(const config::Config& config, Role role, std::uint32_t index) {
    const auto place = place_of(config, role);
    if (place.kind == KeyKind::Keystore && (index > 0 || !has_password(config.keys))) {
        const auto file = std::filesystem::path(place.dir) / (role_name(role, index) + ".json");
        const auto claimed = keys::claimed_address(file);
        return (claimed ? eth::to_checksum(*claimed) : std::string("address unknown")) + " (not opened)";
    }
    return eth::to_checksum(signer_for(config, role, index)->address());
}

/// Does the signer know the accounts that it is meant to sign for?
std::string look_at_signer(const config::KeyPlace& place, const std::string& name) {
    keys::ExternalSigner signer(std::make_unique<rpc::CurlTransport>(rpc::HttpSettings{.url = place.url}),
                                place.accounts.front(), name + " at " + origin_of(place.url));
    const auto known = signer.accounts();
    for (const auto& account : place.accounts) {
        if (std::find(known.begin(), known.end(), account) == known.end()) {
            throw ConfigError("the signer at " + origin_of(place.url) + " does not know " + eth::to_checksum(account),
                              "give it that key, or mend keys." + name);
        }
    }
    return eth::to_checksum(place.accounts.front());
}

Finding look_at_role(const config::Config& config, Role role) {
    const std::string word(config::kKeyRoles.at(static_cast<std::size_t>(role)));
    const std::string check = "key " + word;
    const auto place = place_of(config, role);
    if (place.kind == KeyKind::None) {
        return {check, Verdict::Pass, "none: this machine does not act as " + word, ""};
    }
    try {
        std::string first = place.kind == KeyKind::External ? look_at_signer(place, word) : look_at(config, role, 0);
        const std::uint32_t count = keys_of(config, role);
        for (std::uint32_t i = 1; i < count; ++i) {
            (void)look_at(config, role, i);
        }
        first += ", " + describe_place(config, role, 0);
        return {check, Verdict::Pass, count == 1 ? first : std::to_string(count) + " keys; " + first, ""};
    } catch (const Error& error) {
        return {check, Verdict::Fail, error.what(), error.hint()};
    }
}

}  // namespace

std::vector<Finding> check_keys(const config::Config& config) {
    std::vector<Finding> findings;
    for (const Role role : {Role::Bridge, Role::Challenger, Role::Buyer, Role::Seller, Role::Executor}) {
        findings.push_back(look_at_role(config, role));
    }
    return findings;
}

}  // namespace cone::cli
