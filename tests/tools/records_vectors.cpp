// Vectors of the tagged records: one function a record, six cases each.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "cone/hash/merkle.hpp"
#include "cone/hash/records.hpp"
#include "tests/support/pattern.hpp"
#include "tests/tools/values.hpp"
#include "tests/tools/vectors.hpp"

namespace cone::test {
namespace {

constexpr std::uint32_t kCases = 6;

/// One case of one record: every field that is added lands in the array of its name.
class Case {
public:
    Case(Json& record, hash::Tag tag, std::uint32_t number)
        : record_(record), values_(static_cast<std::uint32_t>(tag), number) {}

    Hash32 hash(const char* name) { return put(name, values_.hash()); }
    Address address(const char* name) { return put(name, values_.address()); }
    std::uint32_t u32(const char* name) {
        const std::uint32_t value = values_.u32();
        record_[name].push_back(value);
        return value;
    }
    std::uint64_t u64(const char* name) {
        const std::uint64_t value = values_.u64();
        record_[name].push_back(value);
        return value;
    }
    std::vector<Hash32> hashes(const char* name, std::uint32_t count) {
        std::vector<Hash32> list(count);
        auto& row = record_[name].emplace_back(Json::array());
        for (Hash32& one : list) {
            one = values_.hash();
            row.push_back(to_hex(one));
        }
        return list;
    }
    std::vector<std::uint32_t> numbers(const char* name, std::uint32_t count) {
        std::vector<std::uint32_t> list(count);
        for (std::uint32_t& one : list) {
            one = values_.u32();
        }
        record_[name].push_back(list);
        return list;
    }
    Bytes bytes(const char* name, std::size_t length) {
        const Bytes value = pattern(length);
        record_[name].push_back(to_hex(value));
        return value;
    }

private:
    template <class Fixed>
    Fixed put(const char* name, const Fixed& value) {
        record_[name].push_back(to_hex(value));
        return value;
    }

    Json& record_;
    Values values_;
};

/// Fills one record's object: `hash_of` takes the fields it needs from a Case and returns the record's hash.
template <class HashOf>
Json record(hash::Tag tag, HashOf hash_of) {
    Json object;
    for (std::uint32_t number = 0; number < kCases; ++number) {
        Case fields(object, tag, number);
        const Hash32 hash = hash_of(fields, number);  // first: it adds keys, which moves the object's values
        object["hash"].push_back(to_hex(hash));
    }
    return object;
}

Hash32 digest_of(Case& c) {
    hash::DigestOpening opening;
    opening.job_hash = c.hash("job_hash");
    opening.segment = SegmentIndex(c.u32("segment"));
    opening.previous_digest = c.hash("previous_digest");
    opening.state_root = c.hash("state_root");
    opening.osmd_root = c.hash("osmd_root");
    opening.metric_bp = c.u32("metric_bp");
    opening.accesses_root = c.hash("accesses_root");
    opening.trace_root = c.hash("trace_root");
    return hash::segment_digest(opening);
}

Hash32 commitment_of(Case& c) {
    hash::CommitmentOpening opening;
    opening.domain_separator = c.hash("domain_separator");
    opening.job = JobId(c.u64("job_id"));
    opening.segment = SegmentIndex(c.u32("segment"));
    opening.attempt = AttemptIndex(c.u32("attempt"));
    opening.executor = c.address("executor");
    opening.digest = c.hash("digest");
    opening.witness = c.hash("witness");
    opening.salt = c.hash("salt");
    return hash::commitment(opening);
}

Hash32 ticket_of(Case& c) {
    const Hash32 seed = c.hash("segment_seed");
    const JobId job(c.u64("job_id"));
    const SegmentIndex segment(c.u32("segment"));
    const Address executor = c.address("executor");
    return hash::ticket(seed, job, segment, executor, c.u32("unit"));
}

void add_identities(Json& file) {
    using hash::Tag;
    file["job_hash"] = record(Tag::JobHash, [](Case& c, std::uint32_t) {
        const Hash32 spec = c.hash("spec_hash");
        return hash::job_hash(spec, c.hash("data_hash"));
    });
    file["spec_hash"] =
        record(Tag::Spec, [](Case& c, std::uint32_t n) { return hash::spec_hash(c.bytes("canonical", 67 * n)); });
    file["data_hash"] =
        record(Tag::Data, [](Case& c, std::uint32_t n) { return hash::data_hash(c.hashes("shard_roots", 1 + 3 * n)); });
    file["osmd_root"] =
        record(Tag::Osmd, [](Case& c, std::uint32_t n) { return hash::osmd_root(c.bytes("canonical", 45 * n)); });
    file["accesses_root"] =
        record(Tag::Accesses, [](Case& c, std::uint32_t n) { return hash::accesses_root(c.numbers("accesses", 1 + 3 * n)); });
}

void add_seeds(Json& file) {
    using hash::Tag;
    file["job_seed"] = record(Tag::JobSeed, [](Case& c, std::uint32_t) {
        const Hash32 randao = c.hash("prev_randao");
        return hash::job_seed(randao, JobId(c.u64("job_id")));
    });
    file["segment_seed"] = record(Tag::SegmentSeed, [](Case& c, std::uint32_t) {
        const Hash32 seed = c.hash("job_seed");
        return hash::segment_seed(seed, c.hash("previous_digest"));
    });
    file["attempt_seed"] = record(Tag::AttemptSeed, [](Case& c, std::uint32_t) {
        const Hash32 seed = c.hash("segment_seed");
        return hash::attempt_seed(seed, AttemptIndex(c.u32("attempt")));
    });
    file["ticket"] = record(Tag::Ticket, [](Case& c, std::uint32_t) { return ticket_of(c); });
}

void add_agreement(Json& file) {
    using hash::Tag;
    file["segment_digest"] = record(Tag::Digest, [](Case& c, std::uint32_t) { return digest_of(c); });
    file["commitment"] = record(Tag::Commitment, [](Case& c, std::uint32_t) { return commitment_of(c); });
    file["commitment_leaf"] = record(Tag::Leaf, [](Case& c, std::uint32_t) {
        const Address executor = c.address("executor");
        return hash::commitment_leaf(executor, c.hash("commitment"));
    });
    file["witness"] = record(Tag::Witness, [](Case& c, std::uint32_t) {
        const Hash32 seed = c.hash("attempt_seed");
        return hash::witness(seed, c.hash("trace_root"));
    });
    file["trace_seal"] = record(Tag::TraceSeal, [](Case& c, std::uint32_t) { return hash::trace_seal(c.hash("trace_root")); });
}

void add_roots(Json& file) {
    using hash::Tag;
    file["bytes_root"] =
        record(Tag::BytesRoot, [](Case& c, std::uint32_t n) { return hash::bytes_root(c.bytes("data", 41 * n * n)); });
    file["list_root"] =
        record(Tag::ListRoot, [](Case& c, std::uint32_t n) { return hash::list_root(c.hashes("leaves", 1 + 2 * n)); });
}

}  // namespace

Json records_vectors() {
    Json file;
    add_identities(file);
    add_seeds(file);
    add_agreement(file);
    add_roots(file);
    return file;
}

}  // namespace cone::test
