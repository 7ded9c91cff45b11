// cone key: makes, takes in and reads keystores. A secret key is never printed.
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "bridge/eth/address.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/keys/keystore.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/core_dumps.hpp"
#include "cone/cli/passwords.hpp"

namespace cone::cli {
namespace {

struct KeyFlags {
    Common common;
    config::Keys keys;
    std::string file;
    std::string from;
};

ExitCode print_key(const KeyFlags& flags, const std::string& did, const Address& address, const std::string& note) {
    const std::string text = eth::to_checksum(address);
    print_result(flags.common, "key " + did, {{"address", text}, {"file", flags.file}}, text + note);
    return ExitCode::Ok;
}

ExitCode write_keystore(const KeyFlags& flags, const std::string& did, const eth::Secret& secret) {
    const std::string text = keys::seal(secret.span(), keystore_password(flags.keys).span());
    eth::write_private_file(flags.file, "keystore", text);
    const Address address = keys::load_keystore(flags.file, keystore_password(flags.keys).span()).address();
    return print_key(flags, did, address, "  " + flags.file);
}

ExitCode make_key(const KeyFlags& flags) {
    forbid_core_dumps();
    return write_keystore(flags, "new", keys::new_secret());
}

ExitCode import_key(const KeyFlags& flags) {
    forbid_core_dumps();
    return write_keystore(flags, "import", eth::read_key_file(flags.from));
}

/// With a password the key itself is looked at, without one the file is believed.
ExitCode read_address(const KeyFlags& flags) {
    if (has_password(flags.keys)) {
        return print_key(flags, "address", keys::load_keystore(flags.file, keystore_password(flags.keys).span()).address(), "");
    }
    const auto claimed = keys::claimed_address(flags.file);
    if (!claimed) {
        throw ConfigError("keystore '" + flags.file + "' does not say its address",
                          "give its password: --password-fd 3 3< FILE");
    }
    return print_key(flags, "address", *claimed, "  (not opened: no password)");
}

CLI::App* add_part(CLI::App& key, KeyFlags& flags, const std::string& name, const std::string& what) {
    auto* part = key.add_subcommand(name, what);
    add_common(*part, flags.common, false);
    part->add_option("file", flags.file, "The keystore")->required();
    part->add_option("--password-fd", flags.keys.password_fd,
                     "Descriptor that the password is read from: --password-fd 3 3< FILE")
        ->check(CLI::NonNegativeNumber);
    part->add_option("--password-file", flags.keys.password_file, "File with the password, mode 0600");
    return part;
}

}  // namespace

void add_key(CLI::App& app, Runner& chosen) {
    auto flags = std::make_shared<KeyFlags>();
    auto* key = app.add_subcommand("key", "Make, take in and read keystores (Web3 Secret Storage, version 3)");
    key->require_subcommand(1);
    add_part(*key, *flags, "new", "Make a key and write its keystore")->callback([=, &chosen] {
        chosen = [=] { return make_key(*flags); };
    });
    auto* import = add_part(*key, *flags, "import", "Write the keystore of a key file");
    import->add_option("--from", flags->from, "Key file: 64 hexadecimal digits, mode 0600")->required();
    import->callback([=, &chosen] { chosen = [=] { return import_key(*flags);
};
}  // namespace cone::cli
);
add_part(*key, *flags, "address", "Print the address of a keystore")->callback([=, &chosen] {
    chosen = [=] { return read_address(*flags); };
});
}

}  // namespace cone::cli
