// Descriptor before file; no third way.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/passwords.hpp"

#include "cone/base/errors.hpp"
#include "cone/cli/core_dumps.hpp"

namespace cone::cli {
namespace {

constexpr std::size_t kLongestPassword = 4096;

eth::Secret read_password(const config::Keys& keys) {
    forbid_core_dumps();
    if (keys.password_fd >= 0) {
        return eth::read_descriptor(keys.password_fd, "password", kLongestPassword);
    }
    if (keys.password_file.empty()) {
        throw ConfigError("a keystore needs its password", "--password-fd 3 3< FILE, or set keys.password_file");
    }
    eth::Secret password = eth::read_private_file(keys.password_file, "password file", kLongestPassword);
    password.drop_line_end();
    return password;
}

}  // namespace

bool has_password(const config::Keys& keys) {
    return keys.password_fd >= 0 || !keys.password_file.empty();
}

const eth::Secret& keystore_password(const config::Keys& keys) {
    static const eth::Secret password = read_password(keys);  // one program, one configuration
    if (password.span().empty()) {
        throw ConfigError("the keystores' password is empty");
    }
    return password;
}

}  // namespace cone::cli
