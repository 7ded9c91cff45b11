// Job files: round trip, and every damaged, foreign or dishonest file refused with its reason.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/job_file.hpp"
#include "cone/job/presets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "tests/support/sample_spec.hpp"

namespace cone::job {
namespace {

using test::sample_spec;
using testing::HasSubstr;

/// A folder of this test's own, gone when it ends.
class JobFile : public testing::Test {
protected:
    JobFile() {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path(CONE_BINARY_DIR) / "job_file_test" / info->name();
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    ~JobFile() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::filesystem::path path() const { return folder_ / "demo.job"; }
    std::filesystem::path folder_;
};

std::string refusal(const std::string& bytes) {
    try {
        (void)from_file_bytes(bytes, "demo.job");
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

JobSpec unusual_spec() {
    JobSpec spec = sample_spec();
    spec.model = {.layers = job::preset_layers("cnn"),
                  .channels = 3,
                  .height = 32,
                  .width = 40,
                  .classes = 100,
                  .init_seed = ~std::uint64_t{0}};
    spec.local = {
        .epochs = 2, .batch = 64, .learning_rate = 0.1, .momentum = 0, .weight_decay = 1e-4, .learning_rate_decay = 1};
    spec.osmd = {.aggregation = Aggregation::FedAvg, .draws = 9, .alpha = 1, .eta = 1e-3, .clip = 3};
    spec.schedule = {.rounds = 12, .rounds_per_segment = 3, .training_seed = ~std::uint64_t{0}};
    spec.agreement = {
        .fault_share = 0.1, .error_target = 0.1, .lead = 7, .growth = Growth::Lead, .min_size = 2, .c_num = 5, .c_den = 4};
    spec.threshold_bp = 0;
    return spec;
}

TEST_F(JobFile, RoundTrips) {
    for (const JobSpec& spec : {sample_spec(), unusual_spec()}) {
        save_job_file(path(), spec);
        EXPECT_EQ(load_job_file(path()), spec);
        EXPECT_EQ(spec_hash(load_job_file(path())), spec_hash(spec));
    }
}

TEST_F(JobFile, SavingLeavesNothingElseBehind) {
    save_job_file(path(), sample_spec());
    save_job_file(path(), unusual_spec());
    const auto entries = std::filesystem::directory_iterator(folder_);
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST_F(JobFile, RefusesWhatCannotBeReadOrWritten) {
    EXPECT_THROW((void)load_job_file(folder_ / "absent.job"), DataError);
    EXPECT_THROW((void)load_job_file(folder_), DataError);
    EXPECT_THROW(save_job_file(folder_ / "no" / "such" / "folder.job", sample_spec()), DataError);
}

TEST_F(JobFile, RefusesALargeFile) {
    std::ofstream(path(), std::ios::binary) << std::string((1 << 20) + 1, '\0');
    EXPECT_THROW((void)load_job_file(path()), DataError);
    EXPECT_THAT(refusal(std::string((1 << 20) + 1, '\0')), HasSubstr("no job file"));
}

TEST(JobFileBytes, RefuseASpecThatIsNotSound) {
    JobSpec spec = sample_spec();
    spec.osmd.draws = 0;
    EXPECT_EQ(refusal(to_file_bytes(spec)), "demo.job: osmd.draws is 0");
    EXPECT_THAT(refusal(""), HasSubstr("missing or unknown"));
}

TEST(JobFileBytes, RefuseAnotherHash) {
    std::string bytes = to_file_bytes(sample_spec());
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    EXPECT_THAT(refusal(bytes), HasSubstr("the file states"));
}

TEST(JobFileBytes, RefuseFieldsOfALaterVersion) {
    const std::string bytes = to_file_bytes(sample_spec());
    EXPECT_THAT(refusal(bytes + "\x78\x01"), HasSubstr("does not know"));
}

TEST(JobFileBytes, RefuseEveryTruncation) {
    const std::string bytes = to_file_bytes(sample_spec());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_NE(refusal(bytes.substr(0, length)), "accepted") << length << " bytes";
    }
}

/// A changed byte anywhere is noticed: by protobuf, by validate(), by the hash, or as an encoding that we would not write.
TEST(JobFileBytes, RefuseEveryChangedByte) {
    const std::string good = to_file_bytes(sample_spec());
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const int flip : {1, 0x10, 0x80, 0xff}) {
            std::string bytes = good;
            bytes[at] = static_cast<char>(bytes[at] ^ flip);
            EXPECT_NE(refusal(bytes), "accepted") << "byte " << at;
        }
    }
}

TEST(JobFileBytes, RefuseRandomBytes) {
    for (std::uint32_t round = 0; round < 3000; ++round) {
        const Rng rng(round, RngStream::Probe, 6);
        std::string bytes(rng.below(0, 500), '\0');
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<char>(rng.bits(1 + i));
        }
        EXPECT_NE(refusal(bytes), "accepted");
    }
}

}  // namespace
}  // namespace cone::job
