// BIP-39 seed, BIP-32 derivation and the key file.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/key_source.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/eth/private_file.hpp"
#include "bridge/eth/secp_context.hpp"
#include "cone/base/errors.hpp"

namespace cone::eth {
namespace {

constexpr std::string_view kTestMnemonic = "test test test test test test test test test test test junk";
constexpr std::uint32_t kHardened = 0x80000000;

/// A BIP-32 node: the secret and the chain code. The test mnemonic is public, so nothing here is worth wiping.
struct Node {
    std::array<std::uint8_t, 32> secret{};
    std::array<std::uint8_t, 32> chain_code{};
};

using Sha512 = std::array<std::uint8_t, 64>;

Sha512 hmac_sha512(ByteSpan key, ByteSpan message) {
    Sha512 out{};
    unsigned int size = 0;
    const auto* made =
        HMAC(EVP_sha512(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), out.data(), &size);
    CONE_ASSERT(made != nullptr && size == out.size(), "HMAC-SHA512 failed");
    return out;
}

ByteSpan span_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Node node_from(const Sha512& halves) {
    Node node;
    std::copy_n(halves.begin(), 32, node.secret.begin());
    std::copy_n(halves.begin() + 32, 32, node.chain_code.begin());
    return node;
}

Node master_node() {
    Sha512 seed{};
    const ByteSpan salt = span_of("mnemonic");
    const int ok =
        PKCS5_PBKDF2_HMAC(kTestMnemonic.data(), static_cast<int>(kTestMnemonic.size()), salt.data(),
                          static_cast<int>(salt.size()), 2048, EVP_sha512(), static_cast<int>(seed.size()), seed.data());
    CONE_ASSERT(ok == 1, "PBKDF2 failed");
    return node_from(hmac_sha512(span_of("Bitcoin seed"), seed));
}

Bytes compressed_public_key(const std::array<std::uint8_t, 32>& secret) {
    secp256k1_pubkey key;
    Bytes out(33);
    std::size_t size = out.size();
    const bool ok = secp256k1_ec_pubkey_create(secp_context(), &key, secret.data()) == 1;
    CONE_ASSERT(ok, "a derived key is out of range");
    secp256k1_ec_pubkey_serialize(secp_context(), out.data(), &size, &key, SECP256K1_EC_COMPRESSED);
    return out;
}

/// BIP-32 CKDpriv. An out-of-range child has probability 2^-127 and is asserted away.
Node child(const Node& parent, std::uint32_t index) {
    Bytes message;
    if (index >= kHardened) {
        message.push_back(0);
        append(message, ByteSpan(parent.secret));
    } else {
        message = compressed_public_key(parent.secret);
    }
    append_big_endian(message, index);
    Node node = node_from(hmac_sha512(parent.chain_code, message));
    const bool ok = secp256k1_ec_seckey_tweak_add(secp_context(), node.secret.data(), parent.secret.data()) == 1;
    CONE_ASSERT(ok, "a derived key is out of range");
    return node;
}

const Node& dev_account_node() {
    static const Node node = [] {
        Node at = master_node();
        for (const std::uint32_t step : {kHardened | 44, kHardened | 60, kHardened, std::uint32_t{0}}) {
            at = child(at, step);
        }
        return at;
    }();
    return node;
}

constexpr std::size_t kSecretBytes = 32;

/// Digits to bytes without a copy that nobody overwrites.
std::optional<Secret> secret_from_hex(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
    }
    if (text.size() != 2 * kSecretBytes) {
        return std::nullopt;
    }
    Secret secret(kSecretBytes);
    for (std::size_t i = 0; i < kSecretBytes; ++i) {
        const char* const digits = text.data() + 2 * i;
        if (const auto read = std::from_chars(digits, digits + 2, secret.span()[i], 16);
            read.ec != std::errc() || read.ptr != digits + 2) {
            return std::nullopt;
        }
    }
    return secret;
}

}  // namespace

SecretKey dev_key(std::uint32_t index, std::uint64_t chain_id) {
    if (!is_dev_chain(chain_id)) {
        throw ConfigError("the public test keys are refused on chain id " + std::to_string(chain_id),
                          "use keys.source = \"file\"; test keys work on chain ids 31337 and 1337 only");
    }
    CONE_ASSERT(index < kHardened, "an account index below 2^31");
    auto key = SecretKey::from_bytes(child(dev_account_node(), index).secret);
    CONE_ASSERT(key.has_value(), "a derived key is out of range");
    return std::move(*key);
}

Secret read_key_file(const std::filesystem::path& path) {
    Secret text = read_private_file(path, "key file", kLongestKeyFile);
    text.drop_line_end();
    auto secret = secret_from_hex(text.text());
    if (!secret || !SecretKey::from_bytes(secret->span().first<kSecretBytes>())) {
        throw ConfigError("key file '" + path.string() + "' holds no key", "expected 64 hexadecimal digits of a secp256k1 key");
    }
    return std::move(*secret);
}

SecretKey load_key_file(const std::filesystem::path& path) {
    const Secret secret = read_key_file(path);
    auto key = SecretKey::from_bytes(secret.span().first<kSecretBytes>());
    CONE_ASSERT(key.has_value(), "it was looked at");
    return std::move(*key);
}

}  // namespace cone::eth
