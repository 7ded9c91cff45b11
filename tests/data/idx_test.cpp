// Every way an IDX file can be malformed is refused with the file, the offset and the reason.
// SPDX-License-Identifier: Apache-2.0
#include "cone/data/idx.hpp"

#include <gmock/gmock.h>
#include <zlib.h>

#include <fstream>
#include <functional>

#include "cone/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Idx : public testing::Test {
protected:
    std::filesystem::path write(const std::string& name, const Bytes& bytes) const {
        const auto path = folder_.path() / name;
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return path;
    }

    std::filesystem::path write_gzipped(const std::string& name, const Bytes& bytes) const {
        const auto path = folder_.path() / name;
        const auto file = gzopen(path.c_str(), "wb");
        gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
        gzclose(file);
        return path;
    }

    static std::string refusal(const std::function<void()>& action) {
        try {
            action();
        } catch (const DataError& error) {
            return error.what();
        }
        return "not refused";
    }

    std::string refusal_of(const Bytes& bytes, std::uint8_t rank) const {
        const auto path = write("file", bytes);
        return refusal([&] { (void)read_idx(path, rank); });
    }

    const Bytes labels_{0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9};
    const Bytes images_{0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6};
    tests::TemporaryFolder folder_;
};

Bytes with(Bytes bytes, std::size_t at, std::uint8_t value) {
    bytes[at] = value;
    return bytes;
}

TEST_F(Idx, ReadsPlainAndGzippedFiles) {
    for (const auto& path : {write("plain", images_), write_gzipped("zipped", images_)}) {
        const auto idx = read_idx(path, 3);

        EXPECT_THAT(idx.sizes, testing::ElementsAre(3, 1, 2));
        EXPECT_THAT(idx.values, testing::ElementsAre(1, 2, 3, 4, 5, 6));
    }
}

TEST_F(Idx, JoinsImagesAndLabels) {
    const auto shard = read_labelled_images(write("i", images_), write("l", labels_), 10);

    EXPECT_EQ(shard,
              (Shard{.images = 3, .channels = 1, .height = 1, .width = 2, .pixels = {1, 2, 3, 4, 5, 6}, .labels = {7, 8, 9}}));
}

TEST_F(Idx, RefusesEveryTruncation) {
    for (std::size_t length = 0; length < images_.size(); ++length) {
        EXPECT_THAT(refusal_of(Bytes(images_.begin(), images_.begin() + static_cast<std::ptrdiff_t>(length)), 3),
                    AllOf(HasSubstr("file, offset " + std::to_string(length)), HasSubstr("truncated")));
    }
}

TEST_F(Idx, RefusesTruncatedGzip) {
    const auto whole = write_gzipped("zipped", Bytes(images_));
    const auto size = std::filesystem::file_size(whole);
    for (const auto cut : {1u, 4u, 8u, 9u}) {
        std::filesystem::resize_file(whole, size - cut);

        EXPECT_NE(refusal([&] { (void)read_idx(whole, 3); }), "not refused") << cut;
    }
}

TEST_F(Idx, RefusesGzipWithAChangedByte) {
    const auto path = write_gzipped("zipped", images_);
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(-6, std::ios::end);  // inside the checksum
    file.put('!');
    file.close();

    EXPECT_THAT(refusal([&] { (void)read_idx(path, 3); }), HasSubstr("broken gzip stream"));
}

TEST_F(Idx, RefusesWrongMagic) {
    EXPECT_THAT(refusal_of(with(images_, 0, 1), 3), AllOf(HasSubstr("offset 4"), HasSubstr("wrong magic 0x01000803")));
    EXPECT_THAT(refusal_of(with(images_, 2, 0x0d), 3), HasSubstr("wrong magic"));
    EXPECT_THAT(refusal_of(images_, 1), HasSubstr("rank 1"));
}

TEST_F(Idx, RefusesBytesAfterTheLastValue) {
    auto bytes = labels_;
    bytes.push_back(0);

    EXPECT_THAT(refusal_of(bytes, 1), AllOf(HasSubstr("offset 11"), HasSubstr("bytes follow")));
}

TEST_F(Idx, RefusesHugeAndOverflowingSizesWithoutReadingThem) {
    const Bytes huge{0, 0, 8, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const Bytes wraps{0, 0, 8, 3, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 4};
    const Bytes lying{0, 0, 8, 1, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3};

    EXPECT_THAT(refusal_of(huge, 3), HasSubstr("multiply to more than"));
    EXPECT_THAT(refusal_of(wraps, 3), HasSubstr("multiply to more than"));
    EXPECT_THAT(refusal_of(lying, 1), HasSubstr("truncated"));
}

TEST_F(Idx, RefusesADimensionOfZero) {
    EXPECT_THAT(refusal_of(with(images_, 11, 0), 3), AllOf(HasSubstr("offset 12"), HasSubstr("size 0")));
}

TEST_F(Idx, RefusesDifferentCounts) {
    const auto images = write("i", images_);
    const auto labels = write("l", {0, 0, 8, 1, 0, 0, 0, 2, 7, 8});

    EXPECT_THAT(refusal([&] { (void)read_labelled_images(images, labels, 10); }),
                AllOf(HasSubstr("2 labels"), HasSubstr("3 images")));
}

TEST_F(Idx, RefusesALabelOutOfRangeAndNamesTheRow) {
    const auto images = write("i", images_);
    const auto labels = write("l", with(labels_, 9, 10));

    EXPECT_THAT(refusal([&] { (void)read_labelled_images(images, labels, 10); }),
                AllOf(HasSubstr("label 10 in row 1"), HasSubstr("offset 9")));
}

TEST_F(Idx, RefusesAMissingFileAndAFolder) {
    EXPECT_THAT(refusal([&] { (void)read_idx(folder_.path() / "none", 1); }), HasSubstr("cannot open"));
    EXPECT_THAT(refusal([&] { (void)read_idx(folder_.path(), 1); }), HasSubstr("cannot open"));
}

TEST(MnistFolder, HoldsTheKnownSets) {
    const auto sets = read_mnist_folder(CONE_SOURCE_DIR "/data/mnist", 10);

    EXPECT_EQ(sets.train.images, 60000u);
    EXPECT_EQ(sets.test.images, 10000u);
    EXPECT_EQ(sets.train.image_bytes(), 784u);
    EXPECT_THAT(Bytes(sets.train.labels.begin(), sets.train.labels.begin() + 5), testing::ElementsAre(5, 0, 4, 1, 9));
    EXPECT_THAT(Bytes(sets.test.labels.begin(), sets.test.labels.begin() + 5), testing::ElementsAre(7, 2, 1, 0, 4));
}

}  // namespace
}  // namespace cone::data
