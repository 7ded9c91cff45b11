// Records: two packed by hand, all against the shared vectors, and no field that does not matter.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/records.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <fstream>
#include <functional>
#include <set>

#include "cone/hash/keccak.hpp"
#include "cone/hash/merkle.hpp"

namespace cone::hash {
namespace {

using Json = nlohmann::json;

Hash32 filled(std::uint8_t byte) {
    Hash32 hash;
    hash.bytes.fill(byte);
    return hash;
}

DigestOpening digest_sample() {
    return {.job_hash = filled(1),
            .segment = SegmentIndex(2),
            .previous_digest = filled(3),
            .state_root = filled(4),
            .osmd_root = filled(5),
            .metric_bp = 9712,
            .accesses_root = filled(6),
            .trace_root = filled(7)};
}

CommitmentOpening commitment_sample() {
    return {.domain_separator = filled(1),
            .job = JobId(2),
            .segment = SegmentIndex(3),
            .attempt = AttemptIndex(4),
            .executor = {},
            .digest = filled(6),
            .witness = filled(7),
            .salt = filled(8)};
}

TEST(Records, TicketIsPackedAsTheProtocolSays) {
    Address executor;
    executor.bytes.fill(0xee);
    Bytes preimage{0x09};
    append(preimage, filled(0xaa));
    append(preimage, Bytes{0, 0, 0, 0, 0, 0, 1, 2});
    append(preimage, Bytes{0, 0, 3, 4});
    append(preimage, executor);
    append(preimage, Bytes{0, 0, 0, 5});
    EXPECT_EQ(preimage.size(), 1u + 32 + 8 + 4 + 20 + 4);
    EXPECT_EQ(ticket(filled(0xaa), JobId(0x0102), SegmentIndex(0x0304), executor, 5), keccak256(preimage));
}

TEST(Records, DigestIsPackedAsTheProtocolSays) {
    Bytes preimage{0x03};
    append(preimage, filled(1));
    append(preimage, Bytes{0, 0, 0, 2});
    append(preimage, filled(3));
    append(preimage, filled(4));
    append(preimage, filled(5));
    append(preimage, Bytes{0, 0, 0x25, 0xf0});
    append(preimage, filled(6));
    append(preimage, trace_seal(filled(7)));
    EXPECT_EQ(segment_digest(digest_sample()), keccak256(preimage));
}

TEST(Records, AccessesAreWordsOf32Bytes) {
    Bytes preimage(65, 0);
    preimage[0] = 0x05;
    preimage[31] = 1;
    preimage[32] = 2;
    preimage[64] = 7;
    EXPECT_EQ(accesses_root(std::vector<std::uint32_t>{0x0102, 7}), keccak256(preimage));
}

TEST(Records, CommitmentLeafIsAMerkleLeaf) {
    Address executor;
    executor.bytes.fill(3);
    Bytes payload;
    append(payload, executor);
    append(payload, filled(9));
    EXPECT_EQ(commitment_leaf(executor, filled(9)), leaf_hash(payload));
}

/// Changes one field after the other; `last` is the one that only this kind of opening has.
template <class Opening, class Last>
void expect_every_field_matters(const Opening& sample, Last Opening::*last) {
    std::set<Hash32> seen{segment_digest(sample)};
    const auto changed = [&](auto change) {
        Opening opening = sample;
        change(opening);
        EXPECT_TRUE(seen.insert(segment_digest(opening)).second);
    };
    changed([](auto& o) { o.job_hash = {}; });
    changed([](auto& o) { o.segment = SegmentIndex(0x02000000); });
    changed([](auto& o) { o.previous_digest = {}; });
    changed([](auto& o) { o.state_root = {}; });
    changed([](auto& o) { o.osmd_root = {}; });
    changed([](auto& o) { o.metric_bp = 9713; });
    changed([](auto& o) { o.accesses_root = {}; });
    changed([&](auto& o) { o.*last = {}; });
}

TEST(Records, EveryFieldOfADigestMatters) {
    expect_every_field_matters(digest_sample(), &DigestOpening::trace_root);
}

/// Who takes a state over checks it against the digest and does not learn what witnesses are made of.
TEST(Records, ASealedOpeningGivesTheDigestAndHidesTheTraceRoot) {
    const DigestOpening opening = digest_sample();
    const SealedOpening sealed = seal(opening);

    EXPECT_EQ(segment_digest(sealed), segment_digest(opening));
    EXPECT_EQ(sealed.state_root, opening.state_root);
    EXPECT_EQ(sealed.trace_seal, trace_seal(opening.trace_root));
    EXPECT_NE(sealed.trace_seal, opening.trace_root);
}

TEST(Records, EveryFieldOfASealedOpeningMatters) {
    expect_every_field_matters(seal(digest_sample()), &SealedOpening::trace_seal);
}

TEST(Records, AWitnessIsOfOneAttemptAndOneTrace) {
    const std::set<Hash32> distinct{witness(filled(1), filled(2)), witness(filled(1), filled(3)), witness(filled(4), filled(2)),
                                    witness(filled(2), filled(1)), witness(filled(1), trace_seal(filled(2)))};
    EXPECT_EQ(distinct.size(), 5u);
}

TEST(Records, EveryFieldOfACommitmentMatters) {
    std::set<Hash32> seen{commitment(commitment_sample())};
    const auto changed = [&](auto change) {
        CommitmentOpening opening = commitment_sample();
        change(opening);
        EXPECT_TRUE(seen.insert(commitment(opening)).second);
    };
    changed([](auto& o) { o.domain_separator = {}; });
    changed([](auto& o) { o.job = JobId(0); });
    changed([](auto& o) { o.segment = SegmentIndex(4); });
    changed([](auto& o) { o.attempt = AttemptIndex(3); });
    changed([](auto& o) { o.executor.bytes[19] = 1; });
    changed([](auto& o) { o.digest = {}; });
    changed([](auto& o) { o.witness = {}; });
    changed([](auto& o) { o.salt = {}; });
}

/// Same fields, another tag: another hash. Without tags these pairs would collide.
TEST(Records, TagsKeepRecordsApart) {
    const std::set<Hash32> distinct{job_hash(filled(1), filled(2)), segment_seed(filled(1), filled(2)),
                                    data_hash(std::vector{filled(1), filled(2)}), witness(filled(1), filled(2))};
    EXPECT_EQ(distinct.size(), 4u);
}

TEST(Records, OrderOfListsMatters) {
    EXPECT_NE(data_hash(std::vector{filled(1), filled(2)}), data_hash(std::vector{filled(2), filled(1)}));
    EXPECT_NE(accesses_root(std::vector<std::uint32_t>{1, 2}), accesses_root(std::vector<std::uint32_t>{2, 1}));
}

/// One record's cases of the shared file.
class RecordCase {
public:
    RecordCase(const Json& record, std::size_t at) : record_(record), at_(at) {}
    [[nodiscard]] Hash32 hash(const char* name) const { return fixed_from_hex<Hash32>(text(name)).value(); }
    [[nodiscard]] Address address(const char* name) const { return fixed_from_hex<Address>(text(name)).value(); }
    [[nodiscard]] Bytes bytes(const char* name) const { return bytes_from_hex(text(name)).value(); }
    [[nodiscard]] std::uint32_t u32(const char* name) const { return record_.at(name).at(at_); }
    [[nodiscard]] std::uint64_t u64(const char* name) const { return record_.at(name).at(at_); }
    [[nodiscard]] std::vector<std::uint32_t> numbers(const char* name) const { return record_.at(name).at(at_); }
    [[nodiscard]] std::vector<Hash32> hashes(const char* name) const {
        std::vector<Hash32> list;
        for (const std::string one : record_.at(name).at(at_)) {
            list.push_back(fixed_from_hex<Hash32>(one).value());
        }
        return list;
    }

private:
    [[nodiscard]] std::string text(const char* name) const { return record_.at(name).at(at_); }
    const Json& record_;
    std::size_t at_;
};

using HashOf = std::function<Hash32(const RecordCase&)>;

Hash32 digest_of(const RecordCase& c) {
    return segment_digest(DigestOpening{.job_hash = c.hash("job_hash"),
                                        .segment = SegmentIndex(c.u32("segment")),
                                        .previous_digest = c.hash("previous_digest"),
                                        .state_root = c.hash("state_root"),
                                        .osmd_root = c.hash("osmd_root"),
                                        .metric_bp = c.u32("metric_bp"),
                                        .accesses_root = c.hash("accesses_root"),
                                        .trace_root = c.hash("trace_root")});
}

Hash32 commitment_of(const RecordCase& c) {
    return commitment({.domain_separator = c.hash("domain_separator"),
                       .job = JobId(c.u64("job_id")),
                       .segment = SegmentIndex(c.u32("segment")),
                       .attempt = AttemptIndex(c.u32("attempt")),
                       .executor = c.address("executor"),
                       .digest = c.hash("digest"),
                       .witness = c.hash("witness"),
                       .salt = c.hash("salt")});
}

const std::map<std::string, HashOf> kRecords = {
    {"job_hash", [](const auto& c) { return job_hash(c.hash("spec_hash"), c.hash("data_hash")); }},
    {"spec_hash", [](const auto& c) { return spec_hash(c.bytes("canonical")); }},
    {"data_hash", [](const auto& c) { return data_hash(c.hashes("shard_roots")); }},
    {"osmd_root", [](const auto& c) { return osmd_root(c.bytes("canonical")); }},
    {"accesses_root", [](const auto& c) { return accesses_root(c.numbers("accesses")); }},
    {"job_seed", [](const auto& c) { return job_seed(c.hash("prev_randao"), JobId(c.u64("job_id"))); }},
    {"segment_seed", [](const auto& c) { return segment_seed(c.hash("job_seed"), c.hash("previous_digest")); }},
    {"attempt_seed", [](const auto& c) { return attempt_seed(c.hash("segment_seed"), AttemptIndex(c.u32("attempt"))); }},
    {"ticket",
     [](const auto& c) {
         return ticket(c.hash("segment_seed"), JobId(c.u64("job_id")), SegmentIndex(c.u32("segment")), c.address("executor"),
                       c.u32("unit"));
     }},
    {"segment_digest", digest_of},
    {"commitment", commitment_of},
    {"commitment_leaf", [](const auto& c) { return commitment_leaf(c.address("executor"), c.hash("commitment")); }},
    {"witness", [](const auto& c) { return witness(c.hash("attempt_seed"), c.hash("trace_root")); }},
    {"trace_seal", [](const auto& c) { return trace_seal(c.hash("trace_root")); }},
    {"bytes_root", [](const auto& c) { return bytes_root(c.bytes("data")); }},
    {"list_root", [](const auto& c) { return list_root(c.hashes("leaves")); }},
};

TEST(Records, AgreeWithTheSharedVectors) {
    std::ifstream file(CONE_SOURCE_DIR "/tests/vectors/records.json");
    const Json vectors = Json::parse(file);
    EXPECT_EQ(vectors.size(), kRecords.size());
    for (const auto& [name, hash_of] : kRecords) {
        const Json& record = vectors.at(name);
        const auto hashes = record.at("hash").get<std::vector<std::string>>();
        ASSERT_GE(hashes.size(), 6u) << name;
        for (std::size_t i = 0; i < hashes.size(); ++i) {
            EXPECT_EQ(to_hex(hash_of(RecordCase(record, i))), hashes[i]) << name << ", case " << i;
        }
    }
}

}  // namespace
}  // namespace cone::hash
