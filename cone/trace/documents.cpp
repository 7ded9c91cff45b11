// Writers and readers, field by field.
// SPDX-License-Identifier: Apache-2.0
#include "cone/trace/documents.hpp"

#include "cone/base/errors.hpp"
#include "cone/hash/canonical.hpp"
#include "cone/hash/merkle.hpp"

namespace cone::trace {
namespace {

constexpr const char* kOsmd = "cone.osmd/1";
constexpr const char* kState = "cone.state/1";
constexpr const char* kRound = "cone.round/2";
constexpr const char* kTrace = "cone.trace/1";

void write(hash::CanonicalWriter& writer, std::span<const double> values) {
    writer.u64(values.size());
    for (const double value : values) {
        writer.f64(value);
    }
}

void write(hash::CanonicalWriter& writer, std::span<const std::uint32_t> values) {
    writer.u64(values.size());
    for (const auto value : values) {
        writer.u32(value);
    }
}

std::vector<double> read_doubles(hash::CanonicalReader& reader) {
    std::vector<double> values(reader.count(sizeof(double)));
    for (auto& value : values) {
        value = reader.f64();
    }
    return values;
}

std::vector<std::uint32_t> read_u32s(hash::CanonicalReader& reader) {
    std::vector<std::uint32_t> values(reader.count(sizeof(std::uint32_t)));
    for (auto& value : values) {
        value = reader.u32();
    }
    return values;
}

}  // namespace

Bytes canonical_distribution(std::span<const double> distribution) {
    hash::CanonicalWriter writer(kOsmd);
    write(writer, distribution);
    return writer.take();
}

Bytes canonical_bytes(const TrainingState& state) {
    hash::CanonicalWriter writer(kState);
    writer.bytes(state.weights);
    write(writer, state.distribution);
    write(writer, state.accesses);
    writer.u32(state.rounds_done);
    return writer.take();
}

TrainingState state_from_canonical(ByteSpan bytes) {
    hash::CanonicalReader reader(bytes, kState);
    TrainingState state;
    state.weights = reader.bytes(bytes.size());
    state.distribution = read_doubles(reader);
    state.accesses = read_u32s(reader);
    state.rounds_done = reader.u32();
    reader.finish();
    return state;
}

Bytes canonical_bytes(const RoundTrace& round) {
    hash::CanonicalWriter writer(kRound);
    writer.u32(round.round);
    writer.hash(round.state_root);
    writer.hash(round.osmd_root);
    writer.u32(round.metric_bp);
    writer.f64(round.utility);
    write(writer, round.draws);
    write(writer, round.gains);
    write(writer, round.passed);
    write(writer, round.distribution);
    write(writer, round.accesses);
    return writer.take();
}

RoundTrace round_from_canonical(ByteSpan bytes) {
    hash::CanonicalReader reader(bytes, kRound);
    RoundTrace round;
    round.round = reader.u32();
    round.state_root = reader.hash();
    round.osmd_root = reader.hash();
    round.metric_bp = reader.u32();
    round.utility = reader.f64();
    round.draws = read_u32s(reader);
    round.gains = read_doubles(reader);
    round.passed = read_u32s(reader);
    round.distribution = read_doubles(reader);
    round.accesses = read_u32s(reader);
    reader.finish();
    return round;
}

Bytes canonical_bytes(std::span<const RoundTrace> rounds) {
    hash::CanonicalWriter writer(kTrace);
    writer.u64(rounds.size());
    for (const auto& round : rounds) {
        writer.bytes(canonical_bytes(round));
    }
    return writer.take();
}

Hash32 trace_root(std::span<const RoundTrace> rounds) {
    return hash::bytes_root(canonical_bytes(rounds));
}

bool have_root(std::span<const RoundTrace> rounds, const Hash32& root) {
    try {
        return trace_root(rounds) == root;
    } catch (const DataError&) {
        return false;
    }
}

}  // namespace cone::trace
