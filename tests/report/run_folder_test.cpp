// A run's folder: written whole, found again, and the link that follows the newest run.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/run_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cone/base/errors.hpp"
#include "tests/report/sample_receipt.hpp"
#include "tests/report/sample_result.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::report {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

RunFolder published(const fs::path& root, std::uint64_t job) {
    const RunFolder folder = run_folder(root, JobId(job));
    create_folder(folder);
    RunResult result = sample::demo_result();
    result.job = JobId(job);
    publish(folder, result, sample::demo_receipt());
    return folder;
}

TEST(RunFolder, HoldsWhatWasPublished) {
    const tests::TemporaryFolder root;
    const RunFolder folder = published(root.path() / "cone-out", 1);

    EXPECT_EQ(folder.path, root.path() / "cone-out" / "job-1");
    EXPECT_TRUE(load_result(folder.result()) == sample::demo_result());
    EXPECT_TRUE(load_receipt(folder.receipt()) == sample::demo_receipt());
    EXPECT_GT(fs::file_size(folder.page()), 100'000U);
}

TEST(RunFolder, PointsLatestAtTheNewestRun) {
    const tests::TemporaryFolder root;
    (void)published(root.path(), 1);
    (void)published(root.path(), 2);

    EXPECT_EQ(fs::read_symlink(root.path() / "latest"), "job-2");
    EXPECT_EQ(load_result(root.path() / "latest" / "result.json").job, JobId(2));
    (void)published(root.path(), 1);
    EXPECT_EQ(fs::read_symlink(root.path() / "latest"), "job-1");
}

TEST(RunFolder, LeavesNothingElseBehind) {
    const tests::TemporaryFolder root;
    (void)published(root.path(), 1);
    (void)published(root.path(), 1);
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(root.path())) {
        names.push_back(entry.path().filename());
    }

    EXPECT_THAT(names, ::testing::UnorderedElementsAre("job-1", "latest", "result.json", "receipt.json", "report.html"));
}

TEST(RunFolder, RefusesALatestThatIsNoLink) {
    const tests::TemporaryFolder root;
    fs::create_directories(root.path() / "latest" / "kept");

    EXPECT_THROW((void)published(root.path(), 1), EnvironmentError);
    EXPECT_TRUE(fs::exists(root.path() / "latest" / "kept"));
    EXPECT_EQ(std::distance(fs::directory_iterator(root.path()), fs::directory_iterator()), 2);
}

TEST(RunFolder, SaysWhichFileCannotBeWritten) {
    const tests::TemporaryFolder root;
    std::ofstream(root.path() / "file") << "not a folder";

    EXPECT_THROW(create_folder(run_folder(root.path() / "file", JobId(1))), EnvironmentError);
    EXPECT_THROW(publish(run_folder(root.path() / "none", JobId(1)), sample::demo_result(), sample::demo_receipt()), Error);
}

TEST(RunFolder, NamesTheMalformedFile) {
    const tests::TemporaryFolder root;
    const RunFolder folder = published(root.path(), 1);
    fs::resize_file(folder.receipt(), 1000);

    try {
        (void)load_receipt(folder.receipt());
        FAIL() << "a cut receipt was read";
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), HasSubstr(folder.receipt().string() + ": JSON at"));
    }
    EXPECT_THROW((void)load_result(folder.path / "nothing.json"), Error);
}

}  // namespace
}  // namespace cone::report
