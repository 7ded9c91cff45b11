// RFC 7914, sections 3 to 6, with its names; OpenSSL's PBKDF2 at both ends.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/keys/scrypt.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "bridge/eth/key.hpp"
#include "cone/base/errors.hpp"

namespace cone::keys {
namespace {

using Word = std::uint32_t;
using Words = std::span<Word>;
constexpr std::size_t kBlock = 16;  ///< words of a Salsa20 block

void quarter(std::array<Word, kBlock>& x, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    x[b] ^= std::rotl(x[a] + x[d], 7);
    x[c] ^= std::rotl(x[b] + x[a], 9);
    x[d] ^= std::rotl(x[c] + x[b], 13);
    x[a] ^= std::rotl(x[d] + x[c], 18);
}

/// Salsa20/8: four rounds on columns and rows.
void salsa(std::array<Word, kBlock>& b) {
    auto x = b;
    for (int i = 0; i < 4; ++i) {
        quarter(x, 0, 4, 8, 12);
        quarter(x, 5, 9, 13, 1);
        quarter(x, 10, 14, 2, 6);
        quarter(x, 15, 3, 7, 11);
        quarter(x, 0, 1, 2, 3);
        quarter(x, 5, 6, 7, 4);
        quarter(x, 10, 11, 8, 9);
        quarter(x, 15, 12, 13, 14);
    }
    for (std::size_t i = 0; i < kBlock; ++i) {
        b[i] += x[i];
    }
}

/// scryptBlockMix: 2r blocks of `b`; even results go to the first half, odd ones to the second. `y` is as large, scratch.
void block_mix(Words b, Words y, std::uint64_t r) {
    std::array<Word, kBlock> x;
    std::copy(b.end() - kBlock, b.end(), x.begin());
    for (std::size_t i = 0; i < 2 * r; ++i) {
        for (std::size_t j = 0; j < kBlock; ++j) {
            x[j] ^= b[i * kBlock + j];
        }
        salsa(x);
        std::copy(x.begin(), x.end(), y.begin() + static_cast<std::ptrdiff_t>((i / 2 + (i % 2) * r) * kBlock));
    }
    std::copy(y.begin(), y.end(), b.begin());
}

/// scryptROMix. `v` holds n copies of what `b` holds. Integerify: n is a power of two, so its low word is enough below 2^32.
void ro_mix(Words b, Words v, Words y, std::uint64_t n, std::uint64_t r) {
    const std::size_t size = b.size();
    for (std::uint64_t i = 0; i < n; ++i) {
        std::copy(b.begin(), b.end(), v.begin() + static_cast<std::ptrdiff_t>(i * size));
        block_mix(b, y, r);
    }
    for (std::uint64_t i = 0; i < n; ++i) {
        const std::uint64_t j = b[size - kBlock] & (n - 1);
        for (std::size_t k = 0; k < size; ++k) {
            b[k] ^= v[j * size + k];
        }
        block_mix(b, y, r);
    }
}

void pbkdf2_once(ByteSpan password, ByteSpan salt, std::span<std::uint8_t> out) {
    const int ok =
        PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.data()), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), 1, EVP_sha256(), static_cast<int>(out.size()), out.data());
    CONE_ASSERT(ok == 1, "PBKDF2 failed");
}

/// Words are little-endian on the wire.
void to_words(ByteSpan bytes, Words words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        words[i] =
            Word{bytes[4 * i]} | Word{bytes[4 * i + 1]} << 8 | Word{bytes[4 * i + 2]} << 16 | Word{bytes[4 * i + 3]} << 24;
    }
}
void to_bytes(Words words, std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
    }
}

void wipe_words(Words words) {
    eth::wipe({reinterpret_cast<std::uint8_t*>(words.data()), words.size_bytes()});
}

}  // namespace

void scrypt(ByteSpan password, ByteSpan salt, std::uint64_t n, std::uint64_t r, std::uint64_t p, std::span<std::uint8_t> out) {
    const std::size_t size = 32 * r;
    std::vector<Word> v(size * n);
    std::vector<Word> b(size);
    std::vector<Word> y(size);
    Bytes blocks(4 * size * p);
    pbkdf2_once(password, salt, blocks);
    for (std::uint64_t i = 0; i < p; ++i) {
        const auto block = std::span(blocks).subspan(4 * size * i, 4 * size);
        to_words(block, b);
        ro_mix(b, v, y, n, r);
        to_bytes(b, block);
    }
    pbkdf2_once(password, blocks, out);
    for (auto* words : {&v, &b, &y}) {
        wipe_words(*words);
    }
    eth::wipe(blocks);
}

}  // namespace cone::keys
