// The spec's canonical bytes, `cone.job-spec/3`: fields in the order of declaration (docs/protocol.md 2.6).
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/canonical.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::job {
namespace {

constexpr std::string_view kDocument = "cone.job-spec/3";

/// Visits every field in canonical order; writing and reading share it, so they cannot disagree.
template <class Visitor, class Spec>
void visit_fields(Visitor& v, Spec& s) {
    v(s.name);
    v(s.model.layers), v(s.model.channels), v(s.model.height), v(s.model.width), v(s.model.classes), v(s.model.init_seed);
    v(s.local.epochs), v(s.local.batch), v(s.local.learning_rate), v(s.local.momentum), v(s.local.weight_decay);
    v(s.local.learning_rate_decay), v(s.local.optimiser), v(s.local.max_gradient_norm), v(s.local.virtual_shards);
    v(s.osmd.aggregation), v(s.osmd.draws), v(s.osmd.alpha), v(s.osmd.eta), v(s.osmd.clip);
    v(s.schedule.rounds), v(s.schedule.rounds_per_segment), v(s.schedule.training_seed);
    v(s.agreement.fault_share), v(s.agreement.error_target), v(s.agreement.lead), v(s.agreement.growth);
    v(s.agreement.min_size), v(s.agreement.c_num), v(s.agreement.c_den);
    v(s.min_sellers), v(s.threshold_bp), v(s.validation_root), v(s.test_root);
    v(s.profile.engine), v(s.profile.engine_version), v(s.profile.operator_set), v(s.profile.isa);
    v(s.profile.threads), v(s.profile.block), v(s.profile.probe);
}

class FieldWriter {
public:
    explicit FieldWriter(hash::CanonicalWriter& out) : out_(out) {}
    void operator()(const std::string& value) { out_.string(value); }
    void operator()(const std::vector<std::string>& values) {
        out_.u64(values.size());
        for (const auto& value : values) {
            out_.string(value);
        }
    }
    void operator()(std::uint32_t value) { out_.u32(value); }
    void operator()(std::uint64_t value) { out_.u64(value); }
    void operator()(double value) { out_.f64(value); }
    void operator()(const Hash32& value) { out_.hash(value); }
    void operator()(Aggregation value) { out_.u8(static_cast<std::uint8_t>(value)); }
    void operator()(OptimiserKind value) { out_.u8(static_cast<std::uint8_t>(value)); }
    void operator()(Growth value) { out_.u8(static_cast<std::uint8_t>(value)); }

private:
    hash::CanonicalWriter& out_;
};

class FieldReader {
public:
    explicit FieldReader(hash::CanonicalReader& in) : in_(in) {}
    void operator()(std::string& value) { value = in_.string(); }
    void operator()(std::vector<std::string>& values) {
        values.resize(in_.count(sizeof(std::uint64_t)));
        for (auto& value : values) {
            value = in_.string();
        }
    }
    void operator()(std::uint32_t& value) { value = in_.u32(); }
    void operator()(std::uint64_t& value) { value = in_.u64(); }
    void operator()(double& value) { value = in_.f64(); }
    void operator()(Hash32& value) { value = in_.hash(); }
    void operator()(Aggregation& value) { value = choice<Aggregation>("aggregation", 3); }
    void operator()(OptimiserKind& value) { value = choice<OptimiserKind>("optimiser", 3); }
    void operator()(Growth& value) { value = choice<Growth>("growth", 3); }

private:
    template <class Choice>
    Choice choice(const char* name, std::uint8_t count) {
        const std::uint8_t value = in_.u8();
        if (value >= count) {
            throw DataError(std::string(kDocument) + ": " + name + " is " + std::to_string(value) + ", must be below " +
                                std::to_string(count),
                            "the document is damaged or of another version");
        }
        return static_cast<Choice>(value);
    }

    hash::CanonicalReader& in_;
};

}  // namespace

Bytes canonical_bytes(const JobSpec& spec) {
    hash::CanonicalWriter out(kDocument);
    FieldWriter fields(out);
    visit_fields(fields, spec);
    return out.take();
}

JobSpec spec_from_canonical(ByteSpan bytes) {
    hash::CanonicalReader in(bytes, kDocument);
    FieldReader fields(in);
    JobSpec spec;
    visit_fields(fields, spec);
    in.finish();
    return spec;
}

Hash32 spec_hash(const JobSpec& spec) {
    return hash::spec_hash(canonical_bytes(spec));
}

}  // namespace cone::job
