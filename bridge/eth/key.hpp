// Secret keys on secp256k1, recoverable signatures, and who signed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "bridge/eth/u256.hpp"
#include "cone/base/bytes.hpp"

namespace cone::eth {

/// An ECDSA signature with the parity of R's y coordinate. `s` is in the lower half of the group order (EIP-2).
struct Signature {
    Word r{};
    Word s{};
    bool y_odd = false;
    bool operator==(const Signature&) const = default;
};

/// r || yParity << 255 | s (EIP-2098).
[[nodiscard]] Bytes to_compact(const Signature& signature);
/// Nothing unless 64 bytes.
[[nodiscard]] std::optional<Signature> signature_from_compact(ByteSpan bytes);

/// Who signed `hash`; nothing when the signature is malformed, or `s` is high (EIP-2: the other form of the same signature).
[[nodiscard]] std::optional<Address> recover(const Hash32& hash, const Signature& signature);

/// A secret key. Move-only; its bytes are overwritten when it dies or is moved from, and there is no way to print them.
class SecretKey {
public:
    /// Nothing for zero or what is not below the group order. The caller's copy stays the caller's to overwrite.
    [[nodiscard]] static std::optional<SecretKey> from_bytes(std::span<const std::uint8_t, 32> bytes);

    SecretKey(SecretKey&& other) noexcept;
    SecretKey& operator=(SecretKey&& other) noexcept;
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;
    ~SecretKey();

    /// Last 20 bytes of the hash of the public key.
    [[nodiscard]] const Address& address() const { return address_; }
    /// Deterministic (RFC 6979): one hash, one signature.
    [[nodiscard]] Signature sign(const Hash32& hash) const;

private:
    SecretKey() = default;

    std::array<std::uint8_t, 32> secret_{};
    Address address_{};
};

/// Overwrites secrets in a way the compiler keeps.
void wipe(std::span<std::uint8_t> bytes);

}  // namespace cone::eth
