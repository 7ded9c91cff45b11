// Shards as documents, and the store that refuses whatever is not what its name says.
// SPDX-License-Identifier: Apache-2.0
#include "cone/data/content_store.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/data/shard.hpp"
#include "cone/hash/merkle.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Shard kShard{
    .images = 2, .channels = 3, .height = 1, .width = 2, .pixels = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, .labels = {4, 9}};

TEST(ShardDocument, HasTheBytesOfTheSpecification) {
    Bytes expected{12, 0, 0, 0, 0, 0, 0, 0};
    const std::string name = "cone.shard/1";
    expected.insert(expected.end(), name.begin(), name.end());
    append(expected, Bytes{2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0});
    append(expected, Bytes{12, 0, 0, 0, 0, 0, 0, 0});
    append(expected, kShard.pixels);
    append(expected, Bytes{2, 0, 0, 0, 0, 0, 0, 0, 4, 9});

    EXPECT_EQ(canonical_bytes(kShard), expected);
    EXPECT_EQ(shard_root(kShard), hash::bytes_root(expected));
}

TEST(ShardDocument, ReadsBackWhatWasWritten) {
    EXPECT_EQ(shard_from_canonical(canonical_bytes(kShard)), kShard);
}

TEST(ShardDocument, RefusesEveryTruncationAndTrailingBytes) {
    const auto bytes = canonical_bytes(kShard);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_THROW((void)shard_from_canonical(ByteSpan(bytes).first(length)), DataError) << length;
    }
    auto longer = bytes;
    longer.push_back(0);
    EXPECT_THROW((void)shard_from_canonical(longer), DataError);
}

TEST(ShardDocument, RefusesSizesThatDoNotAgree) {
    for (const std::size_t at : {20u, 24u, 28u, 32u}) {  // images, channels, height, width
        for (const std::uint8_t value : Bytes{0, 5, 255}) {
            auto bytes = canonical_bytes(kShard);
            bytes[at] = value;
            EXPECT_THROW((void)shard_from_canonical(bytes), DataError) << at;
        }
    }
    auto overflowing = canonical_bytes(kShard);
    std::fill(overflowing.begin() + 20, overflowing.begin() + 36, std::uint8_t{0xff});
    EXPECT_THROW((void)shard_from_canonical(overflowing), DataError);
}

TEST(DirectoryStore, GivesBackWhatWasPut) {
    const tests::TemporaryFolder folder;
    DirectoryStore store(folder.path() / "store");

    const auto root = store.put(Bytes{1, 2, 3});

    EXPECT_EQ(root, hash::bytes_root(Bytes{1, 2, 3}));
    EXPECT_EQ(store.get(root), (Bytes{1, 2, 3}));
    EXPECT_EQ(store.put(Bytes{1, 2, 3}), root);
    EXPECT_TRUE(DirectoryStore(folder.path() / "store").has(root)) << "another process finds it";
}

TEST(DirectoryStore, RefusesAChangedByteAndNamesTheRoot) {
    const tests::TemporaryFolder folder;
    DirectoryStore store(folder.path());
    const auto root = store.put(canonical_bytes(kShard));
    auto bytes = canonical_bytes(kShard);
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1);
        write_file_atomically(store.path_of(root), bytes);
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1);

        try {
            (void)store.get(root);
            ADD_FAILURE() << "byte " << at << " was changed and nobody noticed";
        } catch (const DataError& error) {
            EXPECT_THAT(error.what(), AllOf(HasSubstr(to_hex(root)), HasSubstr("it was changed")));
        }
    }
}

TEST(DirectoryStore, PutReplacesADamagedCopy) {
    const tests::TemporaryFolder folder;
    DirectoryStore store(folder.path());
    const auto root = store.put(Bytes{1, 2, 3});
    write_file_atomically(store.path_of(root), Bytes{1, 2});

    store.put(Bytes{1, 2, 3});

    EXPECT_EQ(store.get(root), (Bytes{1, 2, 3}));
}

TEST(DirectoryStore, RefusesWhatItDoesNotHold) {
    const tests::TemporaryFolder folder;
    const DirectoryStore store(folder.path());

    EXPECT_THROW((void)store.get(hash::bytes_root(Bytes{1})), DataError);
    EXPECT_FALSE(store.has(hash::bytes_root(Bytes{1})));
}

TEST(DirectoryStore, LeavesNoTemporaryFile) {
    const tests::TemporaryFolder folder;
    DirectoryStore store(folder.path());
    store.put(Bytes{1});
    store.put(Bytes{2});

    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

TEST(DirectoryStore, RefusesAFolderThatCannotBe) {
    const tests::TemporaryFolder folder;
    write_file_atomically(folder.path() / "file", Bytes{1});

    EXPECT_THROW(DirectoryStore(folder.path() / "file" / "below"), EnvironmentError);
}

TEST(MemoryStore, BehavesAsTheFolderDoes) {
    MemoryStore store;

    const auto root = store.put(Bytes{7});

    EXPECT_EQ(store.get(root), Bytes{7});
    EXPECT_THROW((void)store.get(hash::bytes_root(Bytes{8})), DataError);
}

}  // namespace
}  // namespace cone::data
