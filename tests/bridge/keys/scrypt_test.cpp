// Our scrypt against RFC 7914's vectors and against OpenSSL's.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/keys/scrypt.hpp"

#include <gtest/gtest.h>

#include "bridge/keys/keystore_kdf.hpp"

namespace cone::keys {
namespace {

ByteSpan bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
std::string scrypt_hex(std::string_view password, std::string_view salt, std::uint64_t n, std::uint64_t r, std::uint64_t p) {
    Bytes out(64);
    scrypt(bytes_of(password), bytes_of(salt), n, r, p, out);
    return to_hex(out).substr(2);
}

TEST(Scrypt, GivesTheVectorsOfRfc7914) {
    EXPECT_EQ(scrypt_hex("", "", 16, 1, 1),
              "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
              "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
    EXPECT_EQ(scrypt_hex("password", "NaCl", 1024, 8, 16),
              "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
              "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
}

TEST(Scrypt, AgreesWithOpensslWhereThatAnswers) {
    struct Case {
        std::uint64_t n, r, p;
    };
    for (const auto& [n, r, p] : {Case{2, 1, 1}, {32, 3, 2}, {4096, 8, 1}, {1024, 5, 7}}) {
        Bytes ours(32);
        scrypt(bytes_of("pass"), bytes_of("salt"), n, r, p, ours);
        const eth::Secret theirs = derive(Scrypt{n, r, p}, bytes_of("pass"), bytes_of("salt"));
        EXPECT_EQ(ours, Bytes(theirs.span().begin(), theirs.span().end())) << n << ' ' << r << ' ' << p;
    }
}

}  // namespace
}  // namespace cone::keys
