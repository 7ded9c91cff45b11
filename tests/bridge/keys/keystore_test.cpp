// Keystores: the published vectors, our own, and everything that must be refused.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/keys/keystore.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "bridge/eth/key_source.hpp"
#include "cone/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::keys {
namespace {

using Json = nlohmann::json;

constexpr Scrypt kCheap{.n = 2, .r = 1, .p = 1};

// ethereum.org, "Web3 secret storage definition", test vectors: the password and the secret of both.
constexpr auto kPassword = "testpassword";
constexpr auto kSecret = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
constexpr auto kPbkdf2Vector = R"({
  "crypto": {"cipher": "aes-128-ctr", "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
    "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46", "kdf": "pbkdf2",
    "kdfparams": {"c": 262144, "dklen": 32, "prf": "hmac-sha256",
      "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
    "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
  "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3})";
constexpr auto kScryptVector = R"({
  "crypto": {"cipher": "aes-128-ctr", "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
    "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c", "kdf": "scrypt",
    "kdfparams": {"dklen": 32, "n": 262144, "p": 8, "r": 1,
      "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
    "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},
  "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3})";

ByteSpan span_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
Bytes secret() {
    return *bytes_from_hex(kSecret);
}
Address address() {
    return eth::SecretKey::from_bytes(fixed_from_hex<Hash32>(kSecret)->bytes)->address();
}
Address opened(std::string_view text, std::string_view password = kPassword) {
    return unseal(text, span_of(password), "k.json").address();
}
std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "taken";
}
std::string refusal_of(const std::string& text, std::string_view password = kPassword) {
    return refusal([&] { (void)unseal(text, span_of(password), "k.json"); });
}

/// A cheap keystore with one thing changed.
std::string changed(const std::function<void(Json&)>& change) {
    Json root = Json::parse(seal(secret(), span_of(kPassword), kCheap));
    change(root);
    return root.dump();
}

TEST(Keystore, OpensThePublishedVectors) {
    EXPECT_EQ(opened(kPbkdf2Vector), address());
    EXPECT_EQ(opened(kScryptVector), address());
}

TEST(Keystore, OpensWhatItSealed) {
    for (const Kdf& kdf : {Kdf(kCheap), Kdf(Scrypt{4096, 8, 2}), Kdf(Pbkdf2{1000})}) {
        EXPECT_EQ(opened(seal(secret(), span_of(kPassword), kdf)), address());
    }
}

TEST(Keystore, IsStretchedAsGethDoesUnlessToldOtherwise) {
    const Json parameters = Json::parse(seal(secret(), span_of(kPassword)))["crypto"]["kdfparams"];
    EXPECT_EQ(parameters["n"], 262144);
    EXPECT_EQ(parameters["r"], 8);
    EXPECT_EQ(parameters["p"], 1);
}

TEST(Keystore, IsNewEachTime) {
    std::set<std::string> seen;
    for (int i = 0; i < 8; ++i) {
        const Json made = Json::parse(seal(secret(), span_of(kPassword), kCheap));
        seen.insert(made["crypto"]["kdfparams"]["salt"]);
        seen.insert(made["crypto"]["cipherparams"]["iv"]);
        seen.insert(made["crypto"]["ciphertext"]);
        seen.insert(made["id"]);
    }
    EXPECT_EQ(seen.size(), 32U);
}

TEST(Keystore, NeverShowsItsSecret) {
    EXPECT_EQ(seal(secret(), span_of(kPassword), kCheap).find(kSecret), std::string::npos);
}

TEST(Keystore, RefusesAnotherPassword) {
    const std::string text = seal(secret(), span_of(kPassword), kCheap);
    for (const std::string_view wrong : {"", "testpasswor", "testpassword ", "Testpassword"}) {
        EXPECT_EQ(refusal_of(text, wrong), "keystore 'k.json': wrong password, or the file is damaged");
    }
}

TEST(Keystore, RefusesEveryFlippedBitOfItsValues) {
    const auto flip = [](Json& value, std::size_t bit) {
        Bytes bytes = *bytes_from_hex(value.get<std::string>());
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1 << (bit % 8)));
        value = to_hex(bytes).substr(2);
    };
    for (std::size_t bit = 0; bit < 256; ++bit) {
        EXPECT_NE(refusal_of(changed([&](Json& k) { flip(k["crypto"]["ciphertext"], bit); })), "taken") << bit;
        EXPECT_NE(refusal_of(changed([&](Json& k) { flip(k["crypto"]["mac"], bit); })), "taken") << bit;
        EXPECT_NE(refusal_of(changed([&](Json& k) { flip(k["crypto"]["kdfparams"]["salt"], bit); })), "taken") << bit;
    }
}

TEST(Keystore, NoticesAnotherVectorByTheAddress) {  // the code does not cover it: the key would silently be another
    const std::string text = changed([](Json& k) { k["crypto"]["cipherparams"]["iv"] = std::string(32, '0'); });
    EXPECT_NE(refusal_of(text).find("and holds the key of"), std::string::npos);
}

TEST(Keystore, RefusesAnAddressThatIsNotItsKeys) {
    const std::string text = changed([](Json& k) { k["address"] = std::string(40, '1'); });
    EXPECT_NE(refusal_of(text).find("says address 0x1111"), std::string::npos);
}

TEST(Keystore, TakesTheOldSpellingAndNoAddress) {
    const std::string text = changed([](Json& k) {
        k["Crypto"] = k["crypto"];
        k.erase("crypto");
        k.erase("address");
    });
    EXPECT_EQ(opened(text), address());
}

TEST(Keystore, RefusesAbsurdParametersBeforeTheyCostAnything) {
    struct Case {
        std::uint64_t n, r, p;
    };
    const std::uint64_t huge = std::uint64_t{1} << 62;
    for (const auto& [n, r, p] : {Case{std::uint64_t{1} << 40, 8, 1},
                                  {262'144, 1 << 20, 1},
                                  {huge, huge, huge},
                                  {huge, 1, 1},
                                  {2, huge, 1},
                                  {2, 1, huge},
                                  {std::uint64_t{1} << 20, 8, 1 << 20},
                                  {std::uint64_t{1} << 21, 8, 1},
                                  {0, 8, 1},
                                  {1, 8, 1},
                                  {262'143, 8, 1},
                                  {262'144, 0, 1},
                                  {262'144, 8, 0},
                                  {262'144, 8, 33}}) {
        const std::string text = changed([&](Json& k) { k["crypto"]["kdfparams"].update({{"n", n}, {"r", r}, {"p", p}}); });
        EXPECT_NE(refusal_of(text).find("scrypt with n="), std::string::npos) << n << ' ' << r << ' ' << p;
    }
    for (const std::uint64_t c : {std::uint64_t{0}, std::uint64_t{1} << 25, ~std::uint64_t{0}}) {
        EXPECT_TRUE(find_absurd(Pbkdf2{c})) << c;
    }
    EXPECT_FALSE(find_absurd(Scrypt{std::uint64_t{1} << 20, 8, 1}));  // exactly 1 GiB
}

TEST(Keystore, RefusesWhatItDoesNotKnow) {
    const std::vector<std::function<void(Json&)>> changes = {
        [](Json& k) { k["version"] = 1; },
        [](Json& k) { k["version"] = "3"; },
        [](Json& k) { k.erase("version"); },
        [](Json& k) { k.erase("crypto"); },
        [](Json& k) { k["crypto"] = 7; },
        [](Json& k) { k["crypto"]["cipher"] = "aes-256-ctr"; },
        [](Json& k) { k["crypto"]["cipher"] = Json::array(); },
        [](Json& k) { k["crypto"]["kdf"] = "argon2"; },
        [](Json& k) { k["crypto"]["kdf"] = "pbkdf2"; },  // its parameters are scrypt's
        [](Json& k) { k["crypto"]["kdfparams"]["dklen"] = 64; },
        [](Json& k) { k["crypto"]["kdfparams"]["n"] = -2; },
        [](Json& k) { k["crypto"]["kdfparams"]["n"] = 2.5; },
        [](Json& k) { k["crypto"]["kdfparams"]["salt"] = ""; },
        [](Json& k) { k["crypto"]["kdfparams"]["salt"] = std::string(4096, 'a'); },
        [](Json& k) { k["crypto"]["cipherparams"]["iv"] = "00"; },
        [](Json& k) { k["crypto"]["ciphertext"] = std::string(62, 'a'); },
        [](Json& k) { k["crypto"]["ciphertext"] = std::string(64, 'g'); },
        [](Json& k) { k["crypto"]["mac"] = std::string(66, 'a'); },
        [](Json& k) { k["address"] = "0x12"; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const std::string why = refusal_of(changed(changes[i]));
        EXPECT_NE(why, "taken") << i;
        EXPECT_EQ(why.find("wrong password"), std::string::npos) << i << ": " << why;
    }
}

TEST(Keystore, RefusesTextThatIsNoKeystore) {
    for (const std::string& text :
         {std::string(), std::string("{"), std::string("[]"), std::string("null"), std::string(kSecret),
          std::string(60'000, '['), seal(secret(), span_of("x"), kCheap) + "}"}) {
        EXPECT_NE(refusal_of(text), "taken") << text.substr(0, 20);
    }
    const std::string whole = seal(secret(), span_of(kPassword), kCheap);
    for (std::size_t size = 0; size + 2 < whole.size(); ++size) {  // "}\n" aside
        EXPECT_NE(refusal_of(whole.substr(0, size)), "taken") << size;
    }
}

TEST(Keystore, IsNotMadeOfWhatIsNoKeyOrWithoutPassword) {
    EXPECT_NE(refusal([] { (void)seal(Bytes(32), span_of(kPassword), kCheap); }), "taken");
    EXPECT_NE(refusal([] { (void)seal(Bytes(32, 0xff), span_of(kPassword), kCheap); }), "taken");
    EXPECT_NE(refusal([] { (void)seal(Bytes(31, 1), span_of(kPassword), kCheap); }), "taken");
    EXPECT_NE(refusal([] { (void)seal(secret(), {}, kCheap); }), "taken");
    EXPECT_NE(refusal([] { (void)seal(secret(), span_of(kPassword), Scrypt{3, 1, 1}); }), "taken");
}

TEST(Keystore, MakesKeysThatDiffer) {
    const eth::Secret a = new_secret();
    const eth::Secret b = new_secret();
    EXPECT_EQ(a.span().size(), 32U);
    EXPECT_NE(a.text(), b.text());
}

class KeystoreFile : public testing::Test {
protected:
    std::filesystem::path write(const std::string& text, ::mode_t mode = 0600) {
        const auto path = folder_.path() / "bridge.json";
        std::ofstream(path) << text;
        ::chmod(path.c_str(), mode);
        return path;
    }
    tests::TemporaryFolder folder_;
};

TEST_F(KeystoreFile, IsReadAndSaysItsAddress) {
    const auto path = write(seal(secret(), span_of(kPassword), kCheap));
    EXPECT_EQ(load_keystore(path, span_of(kPassword)).address(), address());
    EXPECT_EQ(claimed_address(path), address());
}

TEST_F(KeystoreFile, MayKeepItsAddressBack) {
    EXPECT_EQ(claimed_address(write(kPbkdf2Vector)), std::nullopt);
}

TEST_F(KeystoreFile, IsRefusedWhenOthersMayReadItOrItIsHuge) {
    const std::string text = seal(secret(), span_of(kPassword), kCheap);
    EXPECT_NE(refusal([&] { (void)load_keystore(write(text, 0644), span_of(kPassword)); }).find("open to others"),
              std::string::npos);
    EXPECT_NE(refusal([&] {
                  (void)load_keystore(write(text + std::string(70'000, ' ')), span_of(kPassword));
              }).find("longer than 65536 bytes"),
              std::string::npos);
    EXPECT_NE(refusal([&] { (void)load_keystore(folder_.path() / "none", span_of(kPassword)); }).find("cannot be opened"),
              std::string::npos);
}

}  // namespace
}  // namespace cone::keys
