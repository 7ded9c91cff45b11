// libsecp256k1 behind three verbs: derive, sign, recover.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/key.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <memory>

#include "bridge/eth/secp_context.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::eth {
namespace {

struct Destroy {
    void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
};
using Context = std::unique_ptr<secp256k1_context, Destroy>;

Context make_context() {
    Context made(secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY));
    std::array<std::uint8_t, 32> seed{};
    if (RAND_bytes(seed.data(), static_cast<int>(seed.size())) != 1 ||
        secp256k1_context_randomize(made.get(), seed.data()) != 1) {
        throw EnvironmentError("the system's random number generator failed");
    }
    wipe(seed);
    return made;
}

Address address_of(const secp256k1_pubkey& key) {
    std::array<std::uint8_t, 65> serialized{};
    std::size_t size = serialized.size();
    secp256k1_ec_pubkey_serialize(secp_context(), serialized.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
    const Hash32 hash = hash::keccak256(ByteSpan(serialized).subspan(1));
    Address address;
    std::copy(hash.bytes.begin() + 12, hash.bytes.end(), address.bytes.begin());
    return address;
}

}  // namespace

const secp256k1_context* secp_context() {
    static const Context shared = make_context();
    return shared.get();
}

void wipe(std::span<std::uint8_t> bytes) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

Bytes to_compact(const Signature& signature) {
    Bytes out(signature.r.begin(), signature.r.end());
    out.insert(out.end(), signature.s.begin(), signature.s.end());
    out[32] = static_cast<std::uint8_t>(out[32] | (signature.y_odd ? 0x80 : 0));
    return out;
}

std::optional<Signature> signature_from_compact(ByteSpan bytes) {
    if (bytes.size() != 64) {
        return std::nullopt;
    }
    Signature signature;
    std::copy_n(bytes.begin(), 32, signature.r.begin());
    std::copy_n(bytes.begin() + 32, 32, signature.s.begin());
    signature.y_odd = (signature.s[0] & 0x80) != 0;
    signature.s[0] &= 0x7f;
    return signature;
}

std::optional<Address> recover(const Hash32& hash, const Signature& signature) {
    std::array<std::uint8_t, 64> compact{};
    std::copy(signature.r.begin(), signature.r.end(), compact.begin());
    std::copy(signature.s.begin(), signature.s.end(), compact.begin() + 32);
    secp256k1_ecdsa_recoverable_signature parsed;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(secp_context(), &parsed, compact.data(), signature.y_odd ? 1 : 0) !=
        1) {
        return std::nullopt;
    }
    secp256k1_ecdsa_signature plain;
    secp256k1_ecdsa_recoverable_signature_convert(secp_context(), &plain, &parsed);
    const bool was_high = secp256k1_ecdsa_signature_normalize(secp_context(), nullptr, &plain) == 1;
    secp256k1_pubkey key;
    if (was_high || secp256k1_ecdsa_recover(secp_context(), &key, &parsed, hash.bytes.data()) != 1) {
        return std::nullopt;
    }
    return address_of(key);
}

std::optional<SecretKey> SecretKey::from_bytes(std::span<const std::uint8_t, 32> bytes) {
    SecretKey key;
    std::copy(bytes.begin(), bytes.end(), key.secret_.begin());
    secp256k1_pubkey public_key;
    if (secp256k1_ec_pubkey_create(secp_context(), &public_key, key.secret_.data()) != 1) {
        return std::nullopt;
    }
    key.address_ = address_of(public_key);
    return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept : secret_(other.secret_), address_(other.address_) {
    wipe(other.secret_);
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
    if (this != &other) {
        secret_ = other.secret_;
        address_ = other.address_;
        wipe(other.secret_);
    }
    return *this;
}

SecretKey::~SecretKey() {
    wipe(secret_);
}

Signature SecretKey::sign(const Hash32& hash) const {
    secp256k1_ecdsa_recoverable_signature made;
    const int ok = secp256k1_ecdsa_sign_recoverable(secp_context(), &made, hash.bytes.data(), secret_.data(),
                                                    secp256k1_nonce_function_rfc6979, nullptr);
    CONE_ASSERT(ok == 1, "signing with a key that was moved from");
    std::array<std::uint8_t, 64> compact{};
    int recovery_id = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(secp_context(), compact.data(), &recovery_id, &made);
    Signature signature;
    std::copy_n(compact.begin(), 32, signature.r.begin());
    std::copy_n(compact.begin() + 32, 32, signature.s.begin());
    // Ids 2 and 3 (r above the group order) happen once in 2^127 signatures and have no place in a transaction.
    CONE_ASSERT(recovery_id < 2, "a signature with r above the group order");
    signature.y_odd = recovery_id == 1;
    return signature;
}

}  // namespace cone::eth
