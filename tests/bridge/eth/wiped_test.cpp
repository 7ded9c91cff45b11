// Memory that held a key is given back overwritten: every operator delete of this process looks at what it gets.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>

#include "bridge/eth/key_source.hpp"
#include "cone/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

/// The first bytes of the key, and its first digits.
constexpr std::array<unsigned char, 8> kSecret{0xac, 0x09, 0x74, 0xbe, 0xc3, 0x9a, 0x17, 0xe3};
constexpr const char* kText = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";  // anvil's account 0: public
constexpr std::size_t kDigits = 16;
std::atomic<int> found{0};
std::atomic<bool> armed{false};

void look_at(void* memory) {
    if (memory == nullptr || !armed) {
        return;
    }
    const std::size_t size = ::malloc_usable_size(memory);
    const bool holds =
        ::memmem(memory, size, kSecret.data(), kSecret.size()) != nullptr || ::memmem(memory, size, kText, kDigits) != nullptr;
    found += holds ? 1 : 0;
}

}  // namespace

void* operator new(std::size_t bytes) {
    void* memory = std::calloc(1, bytes == 0 ? 1 : bytes);
    return memory != nullptr ? memory : throw std::bad_alloc();
}
// Not inlined: gcc 12 would warn of a free() for what operator new gave.
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    look_at(memory);
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    look_at(memory);
    std::free(memory);
}

namespace cone::eth {
namespace {

/// How often the key was found in memory given back while `text` was read as a key file.
int found_while_loading(const std::string& text) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "a.key";
    std::ofstream(file) << text;
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    found = 0;
    armed = true;
    try {
        (void)load_key_file(file);
    } catch (const ConfigError&) {
    }
    armed = false;
    return found;
}

TEST(Wiped, LookingFindsWhatIsNotOverwritten) {
    found = 0;
    armed = true;
    { const std::vector<unsigned char> copy(kSecret.begin(), kSecret.end()); }
    armed = false;

    EXPECT_EQ(found, 1);
}

TEST(Wiped, AKeyFileLeavesNothing) {
    EXPECT_EQ(found_while_loading(kText), 0);
    EXPECT_EQ(found_while_loading(std::string("0x") + kText + "\n"), 0);
}

TEST(Wiped, AKeyFileThatIsRefusedLeavesNothing) {
    EXPECT_EQ(found_while_loading(std::string(kText) + "zz"), 0);
    EXPECT_EQ(found_while_loading(std::string(kText) + "00"), 0);
    EXPECT_EQ(found_while_loading(std::string(kText).substr(0, 40)), 0);
}

}  // namespace
}  // namespace cone::eth
