// A job that trains in a second: few images of easy stripes, some sellers with wrong labels.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cone/base/rng.hpp"
#include "cone/comm/thread_world.hpp"
#include "cone/data/content_store.hpp"
#include "cone/data/shard.hpp"
#include "cone/data/split.hpp"
#include "cone/hash/merkle.hpp"
#include "cone/job/presets.hpp"
#include "cone/training/engine.hpp"
#include "cone/training/job_data.hpp"
#include "cone/training/profile.hpp"

namespace cone::tests {

inline constexpr std::uint32_t kSide = 12;  // the smallest image lenet5 takes

/// Images whose class is the bright row, with noise.
inline data::Shard striped_shard(std::uint32_t images, std::uint64_t seed) {
    data::Shard shard{.images = images, .channels = 1, .height = kSide, .width = kSide, .pixels = {}, .labels = {}};
    const Rng rng(seed, RngStream::Probe, 9);
    for (std::uint32_t i = 0; i < images; ++i) {
        const auto label = static_cast<std::uint8_t>(rng.below(i, 4));
        shard.labels.push_back(label);
        for (std::uint32_t p = 0; p < kSide * kSide; ++p) {
            const bool bright = p / kSide / 3 == label;
            shard.pixels.push_back(
                static_cast<std::uint8_t>(rng.below(100000 + std::uint64_t{i} * kSide * kSide + p, 120) + (bright ? 130 : 0)));
        }
    }
    return shard;
}

struct SmallJob {
    training::JobContext context;
    std::shared_ptr<const training::JobData> data;
    data::MemoryStore store;
};

/// Six sellers of 64 images, the last two with wrong labels; 4 rounds in 2 segments, 4 draws. `change` edits the spec.
template <class Change>
std::unique_ptr<SmallJob> make_small_job(Change change) {
    auto job = std::make_unique<SmallJob>();
    job::JobSpec spec;
    spec.name = "small";
    spec.model = {.layers = job::preset_layers("lenet5"), .height = kSide, .width = kSide, .classes = 4, .init_seed = 1};
    spec.local = {.epochs = 2, .batch = 8, .learning_rate = 0.02, .momentum = 0.9, .learning_rate_decay = 0.9};
    spec.osmd.draws = 4;
    spec.schedule = {.rounds = 4, .rounds_per_segment = 2, .training_seed = 5};
    static const auto kProfile = training::make_profile("exact", "");
    spec.profile = kProfile;
    std::vector<Hash32> roots;
    for (std::uint32_t seller = 0; seller < 6; ++seller) {
        auto shard = striped_shard(64, 10 + seller);
        if (seller >= 4) {
            data::corrupt_labels(shard, 3, seller, 1.0, 4);
        }
        roots.push_back(job->store.put(data::canonical_bytes(shard)));
    }
    spec.validation_root = job->store.put(data::canonical_bytes(striped_shard(700, 1)));  // two chunks
    spec.test_root = job->store.put(data::canonical_bytes(striped_shard(1100, 2)));       // three chunks
    change(spec);
    job->context = training::make_context(spec, roots);
    job->data = std::make_shared<const training::JobData>(training::load_job_data(job->context, job->store));
    return job;
}

inline std::unique_ptr<SmallJob> make_small_job() {
    return make_small_job([](job::JobSpec&) {});
}

inline Hash32 seed_numbered(std::uint8_t number) {
    Hash32 seed;
    seed.bytes.fill(number);
    return seed;
}

/// Segments 0 .. `segments` - 1 on a team of `ranks` threads; every rank must get the same results.
inline std::vector<training::SegmentResult> run_segments(const SmallJob& job, int ranks, std::uint32_t segments,
                                                         std::uint8_t attempt_seed = 7,
                                                         const training::Parallelism& parallelism = {}) {
    std::vector<std::vector<training::SegmentResult>> by_rank(static_cast<std::size_t>(ranks));
    comm::spawn(ranks, [&](comm::ThreadRank& rank) {
        training::TrainingEngine engine(job.context, job.data, parallelism);
        auto state = engine.initial_state();
        auto previous = job.context.job_hash;
        auto& results = by_rank[static_cast<std::size_t>(rank.comm.rank())];
        for (std::uint32_t segment = 0; segment < segments; ++segment) {
            const training::SegmentTask task{.segment = SegmentIndex(segment),
                                             .attempt = AttemptIndex(0),
                                             .previous_digest = previous,
                                             .attempt_seed = seed_numbered(attempt_seed)};
            results.push_back(engine.run(task, state, rank.comm, {}));
            state = results.back().state;
            previous = results.back().digest;
        }
    });
    for (const auto& results : by_rank) {
        for (std::uint32_t segment = 0; segment < segments; ++segment) {
            if (results[segment].digest != by_rank[0][segment].digest ||
                results[segment].witness != by_rank[0][segment].witness ||
                results[segment].state != by_rank[0][segment].state || results[segment].trace != by_rank[0][segment].trace) {
                throw std::logic_error("ranks of one team disagree in segment " + std::to_string(segment));
            }
        }
    }
    return by_rank[0];
}

}  // namespace cone::tests
