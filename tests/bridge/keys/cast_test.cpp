// Keystores across programs: what Foundry's cast writes we open, and what we write cast opens. Standard parameters.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "bridge/eth/address.hpp"
#include "bridge/keys/keystore.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::keys {
namespace {

constexpr std::string_view kPassword = "correct horse battery staple";

ByteSpan password() {
    return {reinterpret_cast<const std::uint8_t*>(kPassword.data()), kPassword.size()};
}
test::Finished cast(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {CONE_CAST, "wallet"});
    return test::run(arguments);
}
Address address_of(const eth::Secret& secret) {
    return eth::SecretKey::from_bytes(secret.span().first<32>())->address();
}

TEST(CastWallet, OpensOurKeystore) {
    const tests::TemporaryFolder folder;
    const eth::Secret secret = new_secret();
    const auto path = folder.path() / "ours.json";
    eth::write_private_file(path, "keystore", seal(secret.span(), password()));

    const auto answer = cast({"address", "--keystore", path.string(), "--password", std::string(kPassword)});

    EXPECT_EQ(answer.output, eth::to_checksum(address_of(secret)) + "\n") << answer.errors;
    EXPECT_NE(cast({"address", "--keystore", path.string(), "--password", "wrong"}).exit_code, 0);
}

TEST(CastWallet, WritesKeystoresThatWeOpen) {
    const tests::TemporaryFolder folder;
    const eth::Secret secret = new_secret();

    const auto made = cast({"import", "theirs", "--keystore-dir", folder.path().string(), "--private-key",
                            to_hex(secret.span()), "--unsafe-password", std::string(kPassword)});

    ASSERT_EQ(made.exit_code, 0) << made.errors;
    std::filesystem::permissions(folder.path() / "theirs", std::filesystem::perms(0600));
    EXPECT_EQ(load_keystore(folder.path() / "theirs", password()).address(), address_of(secret));
}

}  // namespace
}  // namespace cone::keys
