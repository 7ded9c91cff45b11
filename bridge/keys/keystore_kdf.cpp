// scrypt and PBKDF2 by OpenSSL, after a look at what they would cost.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/keys/keystore_kdf.hpp"

#include <openssl/evp.h>

#include <bit>

#include "bridge/keys/scrypt.hpp"
#include "cone/base/errors.hpp"

namespace cone::keys {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostMixes = std::uint64_t{1} << 26;
constexpr std::uint64_t kMostIterations = 16'777'216;

/// Each factor is bounded first, so that the products cannot overflow.
std::optional<std::string> find_absurd_in(const Scrypt& s) {
    const std::string given =
        "scrypt with n=" + std::to_string(s.n) + ", r=" + std::to_string(s.r) + ", p=" + std::to_string(s.p);
    if (s.n < 2 || !std::has_single_bit(s.n) || s.r == 0 || s.p == 0) {
        return given + ": n must be a power of two above 1, r and p above 0";
    }
    if (s.n > kMostMemory || s.r > kMostMixes || s.p > kMostMixes || s.r > kMostMemory / 128 / s.n) {
        return given + " asks for more than 1 GiB of memory";
    }
    if (s.p > kMostMixes / (s.n * s.r)) {
        return given + " would take minutes";
    }
    return std::nullopt;
}

std::optional<std::string> find_absurd_in(const Pbkdf2& p) {
    if (p.c == 0 || p.c > kMostIterations) {
        return "pbkdf2 with c=" + std::to_string(p.c) + ": 1 to " + std::to_string(kMostIterations) + " are taken";
    }
    return std::nullopt;
}

/// RFC 7914 wants n < 2^(16 r); eth-keyfile writes n = 2^18, r = 1, and so does the published vector.
bool is_beyond_the_rfc(const Scrypt& s) {
    return s.r < 4 && s.n >= std::uint64_t{1} << (16 * s.r);
}

bool run(const Scrypt& s, ByteSpan password, ByteSpan salt, std::span<std::uint8_t> out) {
    if (is_beyond_the_rfc(s)) {
        scrypt(password, salt, s.n, s.r, s.p, out);
        return true;
    }
    const std::uint64_t working_memory = 128 * s.r * (s.n + s.p + 2) + 4096;
    return EVP_PBE_scrypt(reinterpret_cast<const char*>(password.data()), password.size(), salt.data(), salt.size(), s.n, s.r,
                          s.p, working_memory, out.data(), out.size()) == 1;
}

bool run(const Pbkdf2& p, ByteSpan password, ByteSpan salt, std::span<std::uint8_t> out) {
    return PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.data()), static_cast<int>(password.size()), salt.data(),
                             static_cast<int>(salt.size()), static_cast<int>(p.c), EVP_sha256(), static_cast<int>(out.size()),
                             out.data()) == 1;
}

}  // namespace

std::optional<std::string> find_absurd(const Kdf& kdf) {
    return std::visit([](const auto& parameters) { return find_absurd_in(parameters); }, kdf);
}

eth::Secret derive(const Kdf& kdf, ByteSpan password, ByteSpan salt) {
    CONE_ASSERT(!find_absurd(kdf), "parameters are looked at before they are used");
    eth::Secret out(kKeyBytes);
    if (!std::visit([&](const auto& parameters) { return run(parameters, password, salt, out.span()); }, kdf)) {
        throw EnvironmentError("the password cannot be stretched",
                               "scrypt needs 128 * n * r bytes of memory: is there so much?");
    }
    return out;
}

}  // namespace cone::keys
