// Nothing is trained on data that is not what the chain registered: the seller is named.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/job_data.hpp"
#include "cone/job/presets.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/hash/records.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/training/small_job.hpp"

namespace cone::training {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Shards : public testing::Test {
protected:
    Shards() : store_(folder_.path()) {
        for (std::uint64_t seller = 0; seller < 3; ++seller) {
            roots_.push_back(store_.put(data::canonical_bytes(tests::striped_shard(20, seller))));
        }
        spec_.model = {.layers = job::preset_layers("lenet5"), .height = tests::kSide, .width = tests::kSide, .classes = 4};
        spec_.validation_root = spec_.test_root = roots_[0];
    }

    std::string refusal() const {
        try {
            (void)load_job_data(make_context(spec_, roots_), store_);
        } catch (const DataError& error) {
            return error.what();
        }
        return "not refused";
    }

    tests::TemporaryFolder folder_;
    data::DirectoryStore store_;
    job::JobSpec spec_;
    std::vector<Hash32> roots_;
};

TEST_F(Shards, AreLoadedInCatalogueOrder) {
    const auto data = load_job_data(make_context(spec_, roots_), store_);

    ASSERT_EQ(data.sellers.size(), 3u);
    EXPECT_EQ(data.sellers[2], tests::striped_shard(20, 2));
}

TEST_F(Shards, OneChangedByteIsRefusedAndTheSellerNamed) {
    auto bytes = data::canonical_bytes(tests::striped_shard(20, 1));
    bytes[bytes.size() / 2] = static_cast<std::uint8_t>(bytes[bytes.size() / 2] ^ 1);
    data::write_file_atomically(store_.path_of(roots_[1]), bytes);

    EXPECT_THAT(refusal(), AllOf(StartsWith("seller 1: "), HasSubstr(to_hex(roots_[1])), HasSubstr("it was changed")));
}

TEST_F(Shards, AMissingShardIsRefusedAndTheSellerNamed) {
    std::filesystem::remove(store_.path_of(roots_[2]));

    EXPECT_THAT(refusal(), AllOf(StartsWith("seller 2: "), HasSubstr("no content named")));
}

TEST_F(Shards, AnotherShapeIsRefused) {
    spec_.model.height = 14;

    EXPECT_THAT(refusal(), AllOf(StartsWith("seller 0: "), HasSubstr("the model takes 1 x 14 x 12")));
}

TEST_F(Shards, ALabelOutOfRangeIsRefusedAndTheRowNamed) {
    auto shard = tests::striped_shard(20, 9);
    shard.labels[7] = 4;
    roots_[1] = store_.put(data::canonical_bytes(shard));

    EXPECT_THAT(refusal(), AllOf(StartsWith("seller 1: "), HasSubstr("label 4 in row 7")));
}

TEST_F(Shards, BytesThatAreNoShardAreRefused) {
    roots_[0] = store_.put(Bytes{1, 2, 3});

    EXPECT_THAT(refusal(), StartsWith("seller 0: "));
}

TEST_F(Shards, ValidationAndTestSetAreCheckedToo) {
    spec_.validation_root.bytes[0] ^= 1;
    EXPECT_THAT(refusal(), StartsWith("validation set: "));

    spec_.validation_root = roots_[0];
    spec_.test_root.bytes[0] ^= 1;
    EXPECT_THAT(refusal(), StartsWith("test set: "));
}

TEST_F(Shards, AJobWithoutSellersIsRefused) {
    roots_.clear();

    EXPECT_THAT(refusal(), HasSubstr("no seller"));
}

TEST_F(Shards, TheJobHashBindsSpecAndRoots) {
    const auto context = make_context(spec_, roots_);

    EXPECT_EQ(context.job_hash, hash::job_hash(job::spec_hash(spec_), hash::data_hash(roots_)));
    std::swap(roots_[0], roots_[1]);
    EXPECT_NE(make_context(spec_, roots_).job_hash, context.job_hash);
}

}  // namespace
}  // namespace cone::training
