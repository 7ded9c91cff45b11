// Chunks of shards.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/evaluation.hpp"

#include <algorithm>

#include "cone/training/team.hpp"
#include "cone_kernels/classification.hpp"

namespace cone::training {
namespace {

struct Chunk {
    std::size_t shard = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

struct ChunkResult {
    double loss_sum = 0;
    std::uint64_t correct = 0;
};

std::vector<Chunk> chunks_of(std::span<const data::Shard* const> shards) {
    std::vector<Chunk> chunks;
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
        for (std::uint32_t first = 0; first < shards[shard]->images; first += kEvaluationChunk) {
            chunks.push_back({shard, first, std::min(kEvaluationChunk, shards[shard]->images - first)});
        }
    }
    return chunks;
}

ChunkResult evaluate_chunk(model::Trainer& trainer, std::span<const float> weights, const data::Shard& shard,
                           const Chunk& chunk) {
    const auto logits = trainer.logits(weights, shard, chunk.first, chunk.count);
    const auto labels = std::span(shard.labels).subspan(chunk.first, chunk.count);
    const auto classes = trainer.network().classes;
    return {kernels::cross_entropy_sum(logits, labels, classes), kernels::count_correct(logits, labels, classes)};
}

}  // namespace

Evaluation evaluate(model::Trainer& trainer, std::span<const float> weights, const data::Shard& shard) {
    const data::Shard* const one = &shard;
    comm::SoloCommunicator solo;
    return evaluate_shared(trainer, weights, {&one, 1}, solo).front();
}

std::vector<Evaluation> evaluate_shared(model::Trainer& trainer, std::span<const float> weights,
                                        std::span<const data::Shard* const> shards, comm::Communicator& team) {
    const auto chunks = chunks_of(shards);
    std::vector<ChunkResult> results(chunks.size());
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        if (is_mine(i, team)) {
            results[i] = evaluate_chunk(trainer, weights, *shards[chunks[i].shard], chunks[i]);
        }
    }
    gather_by_position(results, team);
    std::vector<Evaluation> evaluations(shards.size());
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        auto& evaluation = evaluations[chunks[i].shard];
        evaluation.loss_sum += results[i].loss_sum;
        evaluation.correct += results[i].correct;
        evaluation.images += chunks[i].count;
    }
    return evaluations;
}

}  // namespace cone::training
