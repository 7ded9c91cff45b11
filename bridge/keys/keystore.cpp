// Stretch, check the code, decrypt; and the way back.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/keys/keystore.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::keys {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestFile = 64 * 1024;
constexpr std::size_t kLongestSalt = 1024;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kVectorBytes = 16;

/// The members of a keystore; each failure names the file and the member.
class Reader {
public:
    explicit Reader(const std::string& name) : name_(name) {}

    [[noreturn]] void fail(const std::string& what) const {
        throw ConfigError("keystore '" + name_ + "': " + what,
                          "a keystore is a JSON file of version 3, as `cone key new` writes it");
    }
    const Json& member(const Json& object, const char* key) const {
        if (!object.is_object() || !object.contains(key)) {
            fail(std::string(key) + " is missing");
        }
        return object[key];
    }
    std::string text(const Json& object, const char* key) const {
        const Json& value = member(object, key);
        if (!value.is_string()) {
            fail(std::string(key) + " is no string");
        }
        return value.get<std::string>();
    }
    void expect(const Json& object, const char* key, const std::string& only) const {
        if (const std::string found = text(object, key); found != only) {
            fail(std::string(key) + " '" + found.substr(0, 32) + "' is not supported; '" + only + "' is");
        }
    }
    std::uint64_t number(const Json& object, const char* key) const {
        const Json& value = member(object, key);
        if (!value.is_number_unsigned()) {
            fail(std::string(key) + " is no whole number");
        }
        return value.get<std::uint64_t>();
    }
    /// `least` to `most` bytes of hexadecimal.
    Bytes bytes(const Json& object, const char* key, std::size_t least, std::size_t most) const {
        auto found = bytes_from_hex(text(object, key));
        if (!found || found->size() < least || found->size() > most) {
            fail(std::string(key) + " is not " + std::to_string(least) + (most > least ? " to " + std::to_string(most) : "") +
                 " bytes of hexadecimal");
        }
        return *std::move(found);
    }

private:
    const std::string& name_;
};

struct Sealed {
    Kdf kdf;
    Bytes salt;
    Bytes vector;
    Bytes cipher_text;
    Bytes mac;
    std::optional<Address> address;
};

Kdf read_kdf(const Reader& in, const Json& crypto, const Json& parameters) {
    if (in.number(parameters, "dklen") != kSecretBytes) {
        in.fail("dklen is not 32");
    }
    const std::string name = in.text(crypto, "kdf");
    if (name == "scrypt") {
        return Scrypt{in.number(parameters, "n"), in.number(parameters, "r"), in.number(parameters, "p")};
    }
    if (name != "pbkdf2") {
        in.fail("kdf is neither scrypt nor pbkdf2");
    }
    in.expect(parameters, "prf", "hmac-sha256");
    return Pbkdf2{in.number(parameters, "c")};
}

std::optional<Address> read_address(const Reader& in, const Json& root) {
    if (!root.contains("address")) {
        return std::nullopt;
    }
    auto address = fixed_from_hex<Address>(in.text(root, "address"));
    if (!address) {
        in.fail("address is none");
    }
    return address;
}

Json read_json(const Reader& in, std::string_view text) {
    Json root = Json::parse(text, nullptr, false);
    if (!root.is_object()) {
        in.fail("it is no JSON object");
    }
    return root;
}

Sealed read_sealed(const Reader& in, std::string_view text) {
    const Json root = read_json(in, text);
    if (in.number(root, "version") != 3) {
        in.fail("its version is not 3");
    }
    const Json& crypto = in.member(root, root.contains("Crypto") ? "Crypto" : "crypto");  // old geths wrote it large
    const Json& parameters = in.member(crypto, "kdfparams");
    in.expect(crypto, "cipher", "aes-128-ctr");
    return {read_kdf(in, crypto, parameters),
            in.bytes(parameters, "salt", 1, kLongestSalt),
            in.bytes(in.member(crypto, "cipherparams"), "iv", kVectorBytes, kVectorBytes),
            in.bytes(crypto, "ciphertext", kSecretBytes, kSecretBytes),
            in.bytes(crypto, "mac", kSecretBytes, kSecretBytes),
            read_address(in, root)};
}

/// aes-128-ctr is its own inverse.
void xor_key_stream(ByteSpan key, ByteSpan vector, ByteSpan in, std::span<std::uint8_t> out) {
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int size = 0;
    const bool ok = context && EVP_EncryptInit_ex(context.get(), EVP_aes_128_ctr(), nullptr, key.data(), vector.data()) == 1 &&
                    EVP_EncryptUpdate(context.get(), out.data(), &size, in.data(), static_cast<int>(in.size())) == 1;
    CONE_ASSERT(ok && static_cast<std::size_t>(size) == in.size(), "aes-128-ctr failed");
}

Hash32 mac_of(const eth::Secret& stretched, ByteSpan cipher_text) {
    Bytes message(stretched.span().begin() + 16, stretched.span().end());
    append(message, cipher_text);
    const Hash32 mac = hash::keccak256(message);
    eth::wipe(message);
    return mac;
}

void fill_random(std::span<std::uint8_t> out) {
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) {
        throw EnvironmentError("the system's random number generator failed");
    }
}

Bytes random_bytes(std::size_t size) {
    Bytes out(size);
    fill_random(out);
    return out;
}

std::string hex_of(ByteSpan bytes) {
    return to_hex(bytes).substr(2);
}

/// RFC 4122, version 4.
std::string random_uuid() {
    Bytes raw = random_bytes(16);
    raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0f) | 0x40);
    raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3f) | 0x80);
    std::string text = hex_of(raw);
    for (const std::size_t dash : {20U, 16U, 12U, 8U}) {
        text.insert(dash, "-");
    }
    return text;
}

std::pair<const char*, Json> describe(const Kdf& kdf, ByteSpan salt) {
    if (const auto* s = std::get_if<Scrypt>(&kdf)) {
        return {"scrypt", {{"dklen", kSecretBytes}, {"n", s->n}, {"r", s->r}, {"p", s->p}, {"salt", hex_of(salt)}}};
    }
    const auto& p = std::get<Pbkdf2>(kdf);
    return {"pbkdf2", {{"dklen", kSecretBytes}, {"c", p.c}, {"prf", "hmac-sha256"}, {"salt", hex_of(salt)}}};
}

std::optional<eth::SecretKey> key_from(ByteSpan secret) {
    return secret.size() == kSecretBytes ? eth::SecretKey::from_bytes(secret.first<kSecretBytes>()) : std::nullopt;
}

}  // namespace

std::string seal(ByteSpan secret, ByteSpan password, const Kdf& kdf) {
    const auto key = key_from(secret);
    if (!key || password.empty()) {
        throw ConfigError(key ? "the password is empty" : "these bytes are no secp256k1 key");
    }
    if (const auto why = find_absurd(kdf)) {
        throw ConfigError(*why);
    }
    const Bytes salt = random_bytes(kSecretBytes);
    const Bytes vector = random_bytes(kVectorBytes);
    const eth::Secret stretched = derive(kdf, password, salt);
    Bytes cipher_text(kSecretBytes);
    xor_key_stream(stretched.span().first(16), vector, secret, cipher_text);
    const auto [name, parameters] = describe(kdf, salt);
    const Json crypto = {{"cipher", "aes-128-ctr"},           {"cipherparams", {{"iv", hex_of(vector)}}},
                         {"ciphertext", hex_of(cipher_text)}, {"kdf", name},
                         {"kdfparams", parameters},           {"mac", hex_of(mac_of(stretched, cipher_text).span())}};
    return Json{{"address", hex_of(key->address().span())}, {"crypto", crypto}, {"id", random_uuid()}, {"version", 3}}.dump(2) +
           "\n";
}

eth::SecretKey unseal(std::string_view text, ByteSpan password, const std::string& name) {
    const Reader in(name);
    const Sealed sealed = read_sealed(in, text);
    if (const auto why = find_absurd(sealed.kdf)) {
        in.fail(*why);
    }
    const eth::Secret stretched = derive(sealed.kdf, password, sealed.salt);
    if (CRYPTO_memcmp(mac_of(stretched, sealed.cipher_text).bytes.data(), sealed.mac.data(), kSecretBytes) != 0) {
        throw ConfigError("keystore '" + name + "': wrong password, or the file is damaged");
    }
    eth::Secret secret(kSecretBytes);
    xor_key_stream(stretched.span().first(16), sealed.vector, sealed.cipher_text, secret.span());
    auto key = key_from(secret.span());
    if (!key) {
        in.fail("it opens, but holds no secp256k1 key");
    }
    if (sealed.address && *sealed.address != key->address()) {
        in.fail("it says address " + to_hex(*sealed.address) + " and holds the key of " + to_hex(key->address()));
    }
    return *std::move(key);
}

eth::SecretKey load_keystore(const std::filesystem::path& path, ByteSpan password) {
    return unseal(eth::read_private_file(path, "keystore", kLongestFile).text(), password, path.string());
}

std::optional<Address> claimed_address(const std::filesystem::path& path) {
    const std::string name = path.string();
    const Reader in(name);
    return read_address(in, read_json(in, eth::read_private_file(path, "keystore", kLongestFile).text()));
}

eth::Secret new_secret() {
    eth::Secret secret(kSecretBytes);
    do {
        fill_random(secret.span());
    } while (!key_from(secret.span()));
    return secret;
}

}  // namespace cone::keys
