// Each record: tag, fields packed big-endian, Keccak-256.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/records.hpp"

#include "cone/hash/keccak.hpp"

namespace cone::hash {
namespace {

/// The bytes of one record, from its tag on.
class Preimage {
public:
    explicit Preimage(Tag tag) : bytes_{static_cast<std::uint8_t>(tag)} {}

    template <class Field>
    Preimage& add(const Field& field) {
        append(bytes_, field);
        return *this;
    }
    template <class Int, class IdTag>
    Preimage& add(Id<Int, IdTag> id) {
        append_big_endian(bytes_, id.value);
        return *this;
    }
    Preimage& add(std::uint32_t value) {
        append_big_endian(bytes_, value);
        return *this;
    }
    Preimage& add_all(std::span<const Hash32> hashes) {
        for (const Hash32& hash : hashes) {
            append(bytes_, hash);
        }
        return *this;
    }
    [[nodiscard]] Hash32 hash() const { return keccak256(bytes_); }

private:
    Bytes bytes_;
};

}  // namespace

Hash32 spec_hash(ByteSpan canonical_spec) {
    return Preimage(Tag::Spec).add(canonical_spec).hash();
}

Hash32 data_hash(std::span<const Hash32> shard_roots) {
    return Preimage(Tag::Data).add_all(shard_roots).hash();
}

Hash32 job_hash(const Hash32& spec_hash, const Hash32& data_hash) {
    return Preimage(Tag::JobHash).add(spec_hash).add(data_hash).hash();
}

Hash32 trace_seal(const Hash32& trace_root) {
    return Preimage(Tag::TraceSeal).add(trace_root).hash();
}

SealedOpening seal(const DigestOpening& o) {
    return {o.job_hash,  o.segment,   o.previous_digest, o.state_root,
            o.osmd_root, o.metric_bp, o.accesses_root,   trace_seal(o.trace_root)};
}

Hash32 segment_digest(const SealedOpening& o) {
    return Preimage(Tag::Digest)
        .add(o.job_hash)
        .add(o.segment)
        .add(o.previous_digest)
        .add(o.state_root)
        .add(o.osmd_root)
        .add(o.metric_bp)
        .add(o.accesses_root)
        .add(o.trace_seal)
        .hash();
}

Hash32 segment_digest(const DigestOpening& opening) {
    return segment_digest(seal(opening));
}

Hash32 commitment(const CommitmentOpening& o) {
    return Preimage(Tag::Commitment)
        .add(o.domain_separator)
        .add(o.job)
        .add(o.segment)
        .add(o.attempt)
        .add(o.executor)
        .add(o.digest)
        .add(o.witness)
        .add(o.salt)
        .hash();
}

Hash32 commitment_leaf(const Address& executor, const Hash32& commitment) {
    return Preimage(Tag::Leaf).add(executor).add(commitment).hash();
}

Hash32 accesses_root(std::span<const std::uint32_t> accesses) {
    constexpr Hash32 kZero{};
    Preimage preimage(Tag::Accesses);
    for (const std::uint32_t count : accesses) {
        preimage.add(kZero.span().first(Hash32::kSize - sizeof(count))).add(count);
    }
    return preimage.hash();
}

Hash32 osmd_root(ByteSpan canonical_distribution) {
    return Preimage(Tag::Osmd).add(canonical_distribution).hash();
}

Hash32 job_seed(const Hash32& prev_randao, JobId job) {
    return Preimage(Tag::JobSeed).add(prev_randao).add(job).hash();
}

Hash32 segment_seed(const Hash32& job_seed, const Hash32& previous_digest) {
    return Preimage(Tag::SegmentSeed).add(job_seed).add(previous_digest).hash();
}

Hash32 ticket(const Hash32& segment_seed, JobId job, SegmentIndex segment, const Address& executor, std::uint32_t unit) {
    return Preimage(Tag::Ticket).add(segment_seed).add(job).add(segment).add(executor).add(unit).hash();
}

Hash32 attempt_seed(const Hash32& segment_seed, AttemptIndex attempt) {
    return Preimage(Tag::AttemptSeed).add(segment_seed).add(attempt).hash();
}

Hash32 witness(const Hash32& attempt_seed, const Hash32& trace_root) {
    return Preimage(Tag::Witness).add(attempt_seed).add(trace_root).hash();
}

}  // namespace cone::hash
