// The cursor's file: what is written is read; what is damaged is refused; a failing disk keeps the old one.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/cursor.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "bridge/follower/bloom.hpp"
#include "cone/base/errors.hpp"
#include "tests/bridge/rpc/sample_replies.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::follower {
namespace {

Ring sample_ring() {
    Ring ring;
    for (std::uint8_t i = 0; i < 5; ++i) {
        ring.push_back({std::uint64_t{98} + i, Hash32{{i, 7}}});
    }
    return ring;
}

std::string read(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file) << text;
}

TEST(Cursor, IsReadAsItWasWritten) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "cursor";
    EXPECT_FALSE(load_cursor(file));

    for (const Ring& ring : {Ring{}, Ring{{0, {}}}, sample_ring()}) {
        save_cursor(file, ring);
        EXPECT_EQ(load_cursor(file), ring);
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "cursor.new"));
}

TEST(Cursor, IsRefusedWhenCutAnywhereInsideALine) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "cursor";
    save_cursor(file, sample_ring());
    const std::string whole = read(file);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        write(file, whole.substr(0, length));
        if (length > 0 && whole[length - 1] == '\n') {
            EXPECT_NO_THROW((void)load_cursor(file)) << length;  // an older, shorter ring
        } else {
            EXPECT_THROW((void)load_cursor(file), DataError) << length;
        }
    }
}

TEST(Cursor, IsRefusedWhenDamagedNamingTheLine) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "cursor";
    const std::string hash = to_hex(Hash32{{1}});
    const std::string first = "cone.cursor/1\n";
    for (const std::string& bad : std::vector<std::string>{
             "", "cone.cursor/2\n", first + "\n", first + "7\n", first + "7  " + hash + "\n", first + "-7 " + hash + "\n",
             first + "x " + hash + "\n", first + "7 " + hash.substr(2) + "\n", first + "7 " + hash + " \n", first + "7 0x12\n",
             first + "18446744073709551616 " + hash + "\n", first + "7 " + hash + "\n9 " + hash + "\n",
             first + "7 " + hash + "\n7 " + hash + "\n", first + "7 " + hash + "\r\n"}) {
        write(file, bad);
        try {
            (void)load_cursor(file);
            ADD_FAILURE() << "accepted: " << bad;
        } catch (const DataError& error) {
            EXPECT_NE(std::string(error.what()).find("line"), std::string::npos);
        }
    }
}

TEST(Cursor, ThatCannotBeWrittenKeepsTheOldOne) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "cursor";
    save_cursor(file, sample_ring());
    std::filesystem::create_directory(folder.path() / "cursor.new");  // in the way of the temporary file

    EXPECT_THROW(save_cursor(file, {}), EnvironmentError);
    EXPECT_THROW(save_cursor(folder.path() / "no" / "such" / "folder", {}), EnvironmentError);
    EXPECT_EQ(load_cursor(file), sample_ring());
}

TEST(Bloom, HoldsWhatWasInsertedAndAgreesWithANode) {
    const auto block = test::sample_block();
    const auto bloom = fixed_from_hex<rpc::Bloom>(block["logsBloom"].get<std::string>()).value();
    const auto logger = fixed_from_hex<Address>("0x5fbdb2315678afecb367f032d93f642f64180aa3").value();

    rpc::Bloom ours;
    EXPECT_FALSE(may_contain(ours, logger.span()));
    insert(ours, logger.span());

    EXPECT_EQ(ours, bloom) << "anvil's filter of a block with one log of this address and no topics";
    EXPECT_TRUE(may_contain(bloom, logger.span()));
    EXPECT_FALSE(may_contain(bloom, Address{{1}}.span()));
}

}  // namespace
}  // namespace cone::follower
