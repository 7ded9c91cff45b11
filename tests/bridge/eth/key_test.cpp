// Keys, signatures, addresses and where keys come from.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <type_traits>

#include "bridge/eth/address.hpp"
#include "bridge/eth/key_source.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::eth {
namespace {

constexpr auto kOrder = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

std::optional<SecretKey> key_of(std::string_view hex) {
    return SecretKey::from_bytes(fixed_from_hex<Hash32>(hex)->bytes);
}
Hash32 some_hash() {
    return hash::keccak256(Bytes{1, 2, 3});
}

TEST(SecretKey, RefusesZeroAndTheGroupOrder) {
    EXPECT_FALSE(key_of(std::string(64, '0')));
    EXPECT_FALSE(key_of(kOrder));
    EXPECT_FALSE(key_of(std::string(64, 'f')));
    EXPECT_TRUE(key_of("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"));
}

TEST(SecretKey, KnowsItsAddress) {
    EXPECT_EQ(to_checksum(key_of(std::string(63, '0') + "1")->address()), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
}

TEST(SecretKey, IsOverwrittenWhenMovedFrom) {
    static_assert(!std::is_copy_constructible_v<SecretKey>);
    alignas(SecretKey) std::array<std::uint8_t, sizeof(SecretKey)> storage{};
    auto* key = new (storage.data()) SecretKey(std::move(*key_of(std::string(64, '7'))));
    const std::array<std::uint8_t, 4> mark{0x77, 0x77, 0x77, 0x77};
    const auto holds_secret = [&] {
        return std::search(storage.begin(), storage.end(), mark.begin(), mark.end()) != storage.end();
    };
    ASSERT_TRUE(holds_secret());

    const SecretKey taken = std::move(*key);

    EXPECT_FALSE(holds_secret());
    key->~SecretKey();
}

TEST(Signature, IsDeterministicLowAndRecoverable) {
    const auto key = key_of(std::string(64, '5'));
    for (std::uint8_t i = 0; i < 64; ++i) {
        const Hash32 hash = hash::keccak256(Bytes{i});
        const Signature signature = key->sign(hash);
        EXPECT_EQ(signature, key->sign(hash));
        EXPECT_LE(u256_from_bytes(signature.s), u256_from_bytes(*bytes_from_hex(kOrder)) / 2);
        EXPECT_EQ(recover(hash, signature), key->address());
        EXPECT_EQ(signature_from_compact(to_compact(signature)), signature);
    }
}

TEST(Signature, IsRefusedInItsHighForm) {
    const auto key = key_of(std::string(64, '5'));
    Signature signature = key->sign(some_hash());
    signature.s = to_word(u256_from_bytes(*bytes_from_hex(kOrder)) - u256_from_bytes(signature.s));
    signature.y_odd = !signature.y_odd;
    EXPECT_FALSE(recover(some_hash(), signature));
}

TEST(Signature, ThatIsNoneRecoversNobody) {
    const auto key = key_of(std::string(64, '5'));
    const Signature good = key->sign(some_hash());
    for (Signature bad : {Signature{Word{}, good.s, false}, Signature{good.r, Word{}, false}, Signature{}}) {
        EXPECT_FALSE(recover(some_hash(), bad));
    }
    Signature over = good;
    over.r.fill(0xff);
    EXPECT_FALSE(recover(some_hash(), over));
    EXPECT_FALSE(signature_from_compact(Bytes(63)));
    EXPECT_FALSE(signature_from_compact(Bytes(65)));
    Signature flipped = good;
    flipped.y_odd = !flipped.y_odd;
    EXPECT_NE(recover(some_hash(), flipped), key->address());
}

TEST(Address, IsPrintedAndReadWithItsChecksum) {
    for (const auto* text : {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
                             "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"}) {
        const auto address = address_from_text(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(to_checksum(*address), text);
    }
    EXPECT_TRUE(address_from_text("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
    EXPECT_FALSE(address_from_text("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
    EXPECT_FALSE(address_from_text("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
    EXPECT_FALSE(address_from_text("0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea"));
    EXPECT_FALSE(address_from_text("0xzzaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
}

TEST(Address, OfACreatedContractIsKnownBefore) {
    const auto creator = address_from_text("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
    EXPECT_EQ(to_hex(created_address(*creator, 0)), "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d");
    EXPECT_EQ(to_hex(created_address(*creator, 1)), "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8");
}

TEST(DevKey, IsAnvilsAccount) {
    EXPECT_EQ(to_checksum(dev_key(0, kAnvilChainId).address()), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    EXPECT_EQ(to_checksum(dev_key(1, kGethDevChainId).address()), "0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    EXPECT_EQ(to_checksum(dev_key(9, kAnvilChainId).address()), "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720");
    EXPECT_EQ(to_checksum(dev_key(11, kAnvilChainId).address()), "0x71bE63f3384f5fb98995898A86B02Fb2426c5788");
}

TEST(DevKey, IsRefusedOnEveryOtherChain) {
    for (const std::uint64_t chain : {0u, 1u, 5u, 1336u, 1338u, 31336u, 31338u, 11155111u}) {
        EXPECT_THROW((void)dev_key(0, chain), ConfigError) << chain;
    }
}

class KeyFile : public testing::Test {
protected:
    KeyFile() : path_(std::filesystem::temp_directory_path() / ("cone-key-" + std::to_string(::getpid()))) {}
    ~KeyFile() override { std::filesystem::remove(path_); }

    void write(std::string_view text, ::mode_t mode = 0600) {
        std::filesystem::remove(path_);
        std::ofstream(path_) << text;
        ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    }

    std::filesystem::path path_;
};

TEST_F(KeyFile, IsReadWithAndWithoutPrefixAndLineEnd) {
    const std::string digits = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    for (const std::string& text : {digits, "0x" + digits, digits + "\n", "0x" + digits + "\r\n"}) {
        write(text);
        EXPECT_EQ(load_key_file(path_).address(), dev_key(0, kAnvilChainId).address());
    }
}

TEST_F(KeyFile, IsRefusedWhenOthersMayReadOrWriteIt) {
    for (const ::mode_t mode : {0640u, 0604u, 0620u, 0602u, 0644u, 0666u, 0610u}) {
        write(std::string(64, '1'), mode);
        EXPECT_THROW((void)load_key_file(path_), ConfigError) << std::oct << mode;
    }
}

TEST_F(KeyFile, IsRefusedWhenItHoldsNoKeyAndIsNeverQuoted) {
    for (const std::string& text :
         {std::string(), std::string(63, '1'), std::string(65, '1'), std::string(64, 'z'), std::string(64, '0'),
          std::string(64, '1') + "x", std::string(200, '1'), " " + std::string(64, '1')}) {
        write(text);
        try {
            (void)load_key_file(path_);
            FAIL() << text;
        } catch (const ConfigError& error) {
            EXPECT_EQ(std::string(error.what()).find("1111"), std::string::npos);
        }
    }
}

TEST_F(KeyFile, IsRefusedWhenMissingAFolderOrALink) {
    EXPECT_THROW((void)load_key_file(path_), ConfigError);
    EXPECT_THROW((void)load_key_file("/"), ConfigError);
    const std::filesystem::path target = path_.string() + ".target";
    std::ofstream(target) << std::string(64, '1');
    ::chmod(target.c_str(), 0600);
    std::filesystem::create_symlink(target, path_);
    EXPECT_THROW((void)load_key_file(path_), ConfigError);
    std::filesystem::remove(target);
}

}  // namespace
}  // namespace cone::eth
