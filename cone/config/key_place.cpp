// Kind, colon, place.
// SPDX-License-Identifier: Apache-2.0
#include "cone/config/key_place.hpp"

#include "cone/config/config.hpp"

namespace cone::config {
namespace {

bool is_url(std::string_view text) {
    return (text.starts_with("http://") && text.size() > 7) || (text.starts_with("https://") && text.size() > 8);
}

std::optional<std::vector<Address>> parse_accounts(std::string_view list) {
    std::vector<Address> accounts;
    for (bool more = true; more;) {
        const auto comma = list.find(',');
        const auto account = fixed_from_hex<Address>(list.substr(0, comma));
        if (!account || account->is_zero()) {
            return std::nullopt;
        }
        accounts.push_back(*account);
        more = comma != std::string_view::npos;
        list.remove_prefix(more ? comma + 1 : list.size());
    }
    return accounts;
}

std::optional<KeyPlace> parse_external(std::string_view place) {
    const auto hash = place.find('#');
    const auto url = place.substr(0, hash);
    const auto accounts = hash == std::string_view::npos ? std::nullopt : parse_accounts(place.substr(hash + 1));
    if (!is_url(url) || !accounts) {
        return std::nullopt;
    }
    return KeyPlace{.kind = KeyKind::External, .url = std::string(url), .accounts = *accounts};
}

}  // namespace

std::optional<KeyPlace> parse_key_place(std::string_view text) {
    if (text == "none" || text == "dev") {
        return KeyPlace{.kind = text == "dev" ? KeyKind::Dev : KeyKind::None};
    }
    const auto colon = text.find(':');
    const auto kind = text.substr(0, colon);
    const auto place = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (kind == "external") {
        return parse_external(place);
    }
    if ((kind != "file" && kind != "keystore") || place.empty()) {
        return std::nullopt;
    }
    return KeyPlace{.kind = kind == "file" ? KeyKind::File : KeyKind::Keystore, .dir = std::string(place)};
}

std::optional<KeyPlace> key_place(const Keys& keys, std::string_view role) {
    const auto own = keys.of_role.find(role);
    if (own != keys.of_role.end() && !own->second.empty()) {
        return parse_key_place(own->second);
    }
    const bool in_files = keys.source == "file" || keys.source == "keystore";
    return parse_key_place(in_files ? keys.source + ":" + keys.dir : keys.source);
}

}  // namespace cone::config
