// IDX: 0, 0, type (8 = unsigned byte), rank; then rank big-endian u32 sizes; then the values.
// SPDX-License-Identifier: Apache-2.0
#include "cone/data/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "cone/base/errors.hpp"

namespace cone::data {
namespace {

constexpr std::uint8_t kUnsignedByte = 8;
constexpr std::size_t kPiece = std::size_t{1} << 20;

/// A file read through zlib, which passes plain files through; knows where it is.
class InputFile {
public:
    explicit InputFile(const std::filesystem::path& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
        if (!file_ || !std::filesystem::is_regular_file(path)) {
            refuse("cannot open the file");
        }
    }

    [[noreturn]] void refuse(const std::string& reason) const {
        throw DataError(path_.string() + ", offset " + std::to_string(at_) + ": " + reason,
                        "compare the file with its SHA256SUMS and fetch it again");
    }

    /// Appends exactly `count` bytes. Grows `out` as bytes come, so a lying header costs no memory.
    void read(Bytes& out, std::uint64_t count) {
        while (count > 0) {
            const auto want = static_cast<unsigned>(std::min<std::uint64_t>(count, kPiece));
            const auto start = out.size();
            out.resize(start + want);
            const auto got = read_some(out.data() + start, want);
            out.resize(start + got);
            if (got == 0) {
                refuse("truncated: " + std::to_string(count) + " bytes are missing");
            }
            count -= got;
        }
    }

    void expect_end() {
        std::uint8_t extra = 0;
        if (read_some(&extra, 1) != 0) {
            --at_;
            refuse("bytes follow after the last value");
        }
    }

private:
    struct Closer {
        void operator()(gzFile_s* file) const { gzclose(file); }
    };

    std::size_t read_some(std::uint8_t* to, unsigned count) {
        const int got = gzread(file_.get(), to, count);
        int code = Z_OK;
        const char* text = gzerror(file_.get(), &code);
        if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
            refuse(std::string("broken gzip stream: ") + text);
        }
        at_ += static_cast<std::size_t>(got);
        return static_cast<std::size_t>(got);
    }

    std::filesystem::path path_;
    std::unique_ptr<gzFile_s, Closer> file_;
    std::uint64_t at_ = 0;
};

void expect_magic(const InputFile& file, const Bytes& magic, std::uint8_t rank) {
    const Bytes want{0, 0, kUnsignedByte, rank};
    if (magic != want) {
        file.refuse("wrong magic " + to_hex(magic) + ", unsigned bytes of rank " + std::to_string(rank) + " begin with " +
                    to_hex(want));
    }
}

std::uint32_t read_size(InputFile& file) {
    Bytes raw;
    file.read(raw, 4);
    std::uint32_t value = 0;
    for (const auto byte : raw) {
        value = (value << 8) | byte;
    }
    if (value == 0) {
        file.refuse("a dimension of size 0");
    }
    return value;
}

std::filesystem::path existing(const std::filesystem::path& plain) {
    const std::filesystem::path gzipped = plain.string() + ".gz";
    return std::filesystem::exists(plain) ? plain : gzipped;
}

}  // namespace

IdxFile read_idx(const std::filesystem::path& path, std::uint8_t rank) {
    InputFile file(path);
    Bytes magic;
    file.read(magic, 4);
    expect_magic(file, magic, rank);
    IdxFile idx;
    std::uint64_t total = 1;
    for (std::uint8_t i = 0; i < rank; ++i) {
        idx.sizes.push_back(read_size(file));
        if (idx.sizes.back() > kMaxIdxBytes / total) {
            file.refuse("the sizes multiply to more than " + std::to_string(kMaxIdxBytes) + " bytes");
        }
        total *= idx.sizes.back();
    }
    file.read(idx.values, total);
    file.expect_end();
    return idx;
}

Shard read_labelled_images(const std::filesystem::path& images, const std::filesystem::path& labels, std::uint32_t classes) {
    auto pixels = read_idx(images, 3);
    auto answers = read_idx(labels, 1);
    if (pixels.sizes[0] != answers.sizes[0]) {
        throw DataError(labels.string() + ", offset 4: " + std::to_string(answers.sizes[0]) + " labels, but " +
                        images.string() + " holds " + std::to_string(pixels.sizes[0]) + " images");
    }
    const auto wrong = std::find_if(answers.values.begin(), answers.values.end(), [&](auto label) { return label >= classes; });
    if (wrong != answers.values.end()) {
        const auto row = wrong - answers.values.begin();
        throw DataError(labels.string() + ", offset " + std::to_string(8 + row) + ": label " + std::to_string(*wrong) +
                        " in row " + std::to_string(row) + " is not below " + std::to_string(classes));
    }
    return {.images = pixels.sizes[0],
            .channels = 1,
            .height = pixels.sizes[1],
            .width = pixels.sizes[2],
            .pixels = std::move(pixels.values),
            .labels = std::move(answers.values)};
}

LabelledSets read_mnist_folder(const std::filesystem::path& folder, std::uint32_t classes) {
    const auto read = [&](const std::string& name) {
        return read_labelled_images(existing(folder / (name + "-images-idx3-ubyte")),
                                    existing(folder / (name + "-labels-idx1-ubyte")), classes);
    };
    return {.train = read("train"), .test = read("t10k")};
}

}  // namespace cone::data
