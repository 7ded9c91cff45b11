// The spec's canonical bytes: round trip, one golden hash, every field counts, hostile bytes are errors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/hash/keccak.hpp"
#include "cone/job/job_spec.hpp"
#include "cone/job/presets.hpp"
#include "tests/support/sample_spec.hpp"

namespace cone::job {
namespace {

using test::filled_hash;
using test::sample_spec;

/// Every field changed once, from the sample.
std::vector<JobSpec> neighbours() {
    std::vector<JobSpec> specs;
    const auto with = [&](auto change) {
        specs.push_back(sample_spec());
        change(specs.back());
    };
    with([](JobSpec& s) { s.name = "Demo"; });
    with([](JobSpec& s) { s.model.layers = job::preset_layers("cnn"); });
    with([](JobSpec& s) { s.model.channels = 3; });
    with([](JobSpec& s) { s.model.height = 32; });
    with([](JobSpec& s) { s.model.width = 32; });
    with([](JobSpec& s) { s.model.classes = 47; });
    with([](JobSpec& s) { s.model.init_seed = ~std::uint64_t{0}; });
    with([](JobSpec& s) { s.local.epochs = 2; });
    with([](JobSpec& s) { s.local.batch = 64; });
    with([](JobSpec& s) { s.local.learning_rate = 0.1; });
    with([](JobSpec& s) { s.local.momentum = 0; });
    with([](JobSpec& s) { s.local.weight_decay = 1e-4; });
    with([](JobSpec& s) { s.local.learning_rate_decay = 1; });
    with([](JobSpec& s) { s.local.optimiser = OptimiserKind::AdamW; });
    with([](JobSpec& s) { s.local.max_gradient_norm = 1; });
    with([](JobSpec& s) { s.local.virtual_shards = 4; });
    with([](JobSpec& s) { s.model.layers.pop_back(); });
    with([](JobSpec& s) { s.model.layers[0] += 'x'; });
    with([](JobSpec& s) { s.osmd.aggregation = Aggregation::FedAvg; });
    with([](JobSpec& s) { s.osmd.draws = 5; });
    with([](JobSpec& s) { s.osmd.alpha = 0.02; });
    with([](JobSpec& s) { s.osmd.eta = 0.5; });
    with([](JobSpec& s) { s.osmd.clip = 1; });
    with([](JobSpec& s) { s.schedule.rounds = 8; });
    with([](JobSpec& s) { s.schedule.rounds_per_segment = 3; });
    with([](JobSpec& s) { s.schedule.training_seed = 12; });
    with([](JobSpec& s) { s.agreement.fault_share = 0.2; });
    with([](JobSpec& s) { s.agreement.error_target = 0.1; });
    with([](JobSpec& s) { s.agreement.lead = 4; });
    with([](JobSpec& s) { s.agreement.growth = Growth::Lead; });
    with([](JobSpec& s) { s.agreement.min_size = 4; });
    with([](JobSpec& s) { s.agreement.c_num = 2; });
    with([](JobSpec& s) { s.agreement.c_den = 2; });
    with([](JobSpec& s) { s.min_sellers = 9; });
    with([](JobSpec& s) { s.threshold_bp = 9001; });
    with([](JobSpec& s) { s.validation_root = filled_hash(0x12); });
    with([](JobSpec& s) { s.test_root = filled_hash(0x23); });
    with([](JobSpec& s) { s.profile.engine = "other"; });
    with([](JobSpec& s) { s.profile.engine_version = "2.11.1"; });
    with([](JobSpec& s) { s.profile.operator_set = "libtorch/2"; });
    with([](JobSpec& s) { s.profile.isa = "avx512"; });
    with([](JobSpec& s) { s.profile.threads = 2; });
    with([](JobSpec& s) { s.profile.block = 2048; });
    with([](JobSpec& s) { s.profile.probe = filled_hash(0x34); });
    return specs;
}

TEST(JobSpecCanonical, RoundTripsEveryField) {
    EXPECT_EQ(spec_from_canonical(canonical_bytes(sample_spec())), sample_spec());
    for (const JobSpec& spec : neighbours()) {
        EXPECT_EQ(spec_from_canonical(canonical_bytes(spec)), spec);
    }
}

TEST(JobSpecCanonical, EveryFieldChangesTheHash) {
    std::set<Hash32> hashes{spec_hash(sample_spec())};
    for (const JobSpec& spec : neighbours()) {
        EXPECT_NE(spec, sample_spec());
        hashes.insert(spec_hash(spec));
    }
    EXPECT_EQ(hashes.size(), neighbours().size() + 1);
}

TEST(JobSpecCanonical, HashIsTheTaggedHashOfTheBytes) {
    Bytes preimage{0x07};
    append(preimage, canonical_bytes(sample_spec()));
    EXPECT_EQ(spec_hash(sample_spec()), hash::keccak256(preimage));
}

TEST(JobSpecCanonical, AgreesWithTheSharedVectors) {
    std::ifstream file(CONE_SOURCE_DIR "/tests/vectors/job_spec.json");
    const auto vectors = nlohmann::json::parse(file);
    const auto bytes = vectors.at("canonical").get<std::vector<std::string>>();
    const auto hashes = vectors.at("hash").get<std::vector<std::string>>();
    ASSERT_EQ(bytes.size(), hashes.size());
    ASSERT_GE(bytes.size(), 4u);
    EXPECT_EQ(bytes[0], to_hex(canonical_bytes(sample_spec())));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const JobSpec spec = spec_from_canonical(bytes_from_hex(bytes[i]).value());
        EXPECT_EQ(to_hex(canonical_bytes(spec)), bytes[i]) << "case " << i;
        EXPECT_EQ(to_hex(spec_hash(spec)), hashes[i]) << "case " << i;
    }
}

TEST(JobSpecCanonical, RefusesNan) {
    JobSpec spec = sample_spec();
    spec.osmd.eta = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW((void)canonical_bytes(spec), DataError);
}

TEST(JobSpecCanonical, RefusesEveryTruncationAndAnyExtension) {
    Bytes bytes = canonical_bytes(sample_spec());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_THROW((void)spec_from_canonical(ByteSpan(bytes).first(length)), DataError) << length << " bytes";
    }
    bytes.push_back(0);
    EXPECT_THROW((void)spec_from_canonical(bytes), DataError);
}

TEST(JobSpecCanonical, RefusesUnknownEnumerators) {
    const Bytes good = canonical_bytes(sample_spec());
    JobSpec other = sample_spec();
    other.osmd.aggregation = Aggregation::FedAvg;
    const Bytes marked = canonical_bytes(other);
    const auto at = std::mismatch(good.begin(), good.end(), marked.begin()).first - good.begin();
    for (int value = 3; value < 256; ++value) {
        Bytes bad = good;
        bad[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
        EXPECT_THROW((void)spec_from_canonical(bad), DataError) << value;
    }
}

TEST(JobSpecCanonical, RandomBytesAreAnErrorNeverACrash) {
    for (std::uint32_t round = 0; round < 3000; ++round) {
        const Rng rng(round, RngStream::Probe, 1);
        Bytes bytes(rng.below(0, 600));
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(rng.bits(1 + i));
        }
        EXPECT_THROW((void)spec_from_canonical(bytes), DataError);
    }
}

/// Damaged documents either fail to parse or parse to a spec with exactly those bytes: no two byte strings, one spec.
TEST(JobSpecCanonical, DamagedBytesAreAnErrorOrAnotherSpec) {
    const Bytes good = canonical_bytes(sample_spec());
    std::size_t parsed = 0;
    for (std::uint32_t round = 0; round < 5000; ++round) {
        const Rng rng(round, RngStream::Probe, 2);
        Bytes bytes = good;
        for (std::uint64_t change = 0; change <= rng.below(0, 3); ++change) {
            bytes[rng.below(1 + 2 * change, bytes.size())] = static_cast<std::uint8_t>(rng.bits(2 + 2 * change));
        }
        try {
            EXPECT_EQ(canonical_bytes(spec_from_canonical(bytes)), bytes);
            ++parsed;
        } catch (const DataError&) {
        }
    }
    EXPECT_GT(parsed, 500u);
    EXPECT_LT(parsed, 4500u);
}

}  // namespace
}  // namespace cone::job
