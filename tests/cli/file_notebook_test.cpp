// Notes on disk: appended, read again, cut short by a crash, damaged, and a disk that is full.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/file_notebook.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <optional>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::cli {
namespace {

node::Note note(std::uint8_t number) {
    node::Reveal reveal;
    reveal.segment = SegmentIndex(number);
    reveal.salt.bytes.fill(number);
    reveal.signature = Bytes(number, number);
    return reveal;
}

class Notes : public testing::Test {
protected:
    void keep(std::uint8_t first, std::uint8_t last) const {
        FileNotebook book(file);
        for (std::uint8_t number = first; number <= last; ++number) {
            book.keep(note(number));
        }
    }
    [[nodiscard]] std::vector<node::Note> read() const { return FileNotebook(file).read(); }
    [[nodiscard]] Bytes bytes() const { return data::read_file(file); }
    void write(const Bytes& bytes) const {
        std::ofstream(file, std::ios::binary | std::ios::trunc)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }

    tests::TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "notes-of-a-job" / "executor-0";
};

TEST_F(Notes, NewFileIsEmpty) {
    EXPECT_TRUE(read().empty());
    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(Notes, ComeBackInOrderOverSeveralLives) {
    keep(1, 3);
    keep(4, 5);
    const std::vector<node::Note> all{note(1), note(2), note(3), note(4), note(5)};
    EXPECT_EQ(read(), all);
    EXPECT_EQ(read(), all) << "reading changes nothing";
}

/// A crash while the last note was written: at every byte of it.
TEST_F(Notes, LastOneCutShortIsDroppedWhereverItWasCut) {
    keep(1, 1);
    const std::size_t one = bytes().size();
    keep(2, 2);
    const Bytes two = bytes();
    for (std::size_t cut = one; cut < two.size(); ++cut) {
        write(Bytes(two.begin(), two.begin() + static_cast<std::ptrdiff_t>(cut)));
        EXPECT_EQ(read(), std::vector<node::Note>{note(1)}) << cut;
        EXPECT_EQ(bytes().size(), one) << cut;
        keep(3, 3);
        EXPECT_EQ(read(), (std::vector<node::Note>{note(1), note(3)})) << cut;
    }
}

TEST_F(Notes, AnyFlippedBitIsRefusedWithItsPlace) {
    keep(1, 2);
    const Bytes whole = bytes();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        Bytes damaged = whole;
        damaged[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        write(damaged);
        try {
            (void)read();
            ADD_FAILURE() << "byte " << at;
        } catch (const DataError& error) {
            EXPECT_NE(std::string(error.what()).find("is damaged at byte"), std::string::npos) << error.what();
        }
        EXPECT_EQ(bytes(), damaged) << "evidence is left as it is";
    }
}

TEST_F(Notes, FullDiskKeepsWhatWasThere) {
    keep(1, 1);
    const std::size_t one = bytes().size();
    std::optional<FileNotebook> book(std::in_place, file);
    struct rlimit before {};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit tight { one + 20, before.rlim_max };
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
    EXPECT_THROW(book->keep(note(2)), EnvironmentError);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)std::signal(SIGXFSZ, handler);
    EXPECT_EQ(bytes().size(), one) << "half a note is taken back";
    book->keep(note(3));
    book.reset();
    EXPECT_EQ(read(), (std::vector<node::Note>{note(1), note(3)}));
}

TEST_F(Notes, AreOneProcessesAtATime) {
    keep(1, 1);
    {
        const FileNotebook book(file);
        EXPECT_THROW(FileNotebook(file, Millis{0}), EnvironmentError);
    }
    EXPECT_EQ(read().size(), 1u) << "what was open is closed";
}

TEST_F(Notes, FolderThatCannotBeMadeIsSaid) {
    std::ofstream(folder.path() / "notes-of-a-job") << "a file";
    EXPECT_THROW(FileNotebook{file}, EnvironmentError);
}

TEST_F(Notes, AnotherChainsJobOfTheSameNumberHasAnotherFile) {
    Hash32 seed;
    const auto path = notebook_path("job-1", seed, "bridge");
    seed.bytes[0] = 1;
    EXPECT_NE(notebook_path("job-1", seed, "bridge"), path);
    EXPECT_EQ(path, std::filesystem::path("job-1/notes-0000000000000000/bridge"));
}

}  // namespace
}  // namespace cone::cli
