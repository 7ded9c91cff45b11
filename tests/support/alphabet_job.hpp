// The alphabet job: a toy whose state is a word that grows by a letter and a sum a round. Runs in microseconds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cone/hash/merkle.hpp"
#include "cone/job/job_spec.hpp"
#include "cone/job/presets.hpp"
#include "cone/node/chain.hpp"
#include "cone/node/messages.hpp"
#include "cone/node/state_store.hpp"
#include "cone/trace/documents.hpp"
#include "cone/training/segment.hpp"

namespace cone::test {

inline constexpr std::uint32_t kSellers = 5;
inline constexpr std::uint32_t kRoundsPerSegment = 2;

inline Hash32 hash_of(const std::string& text) {
    return hash::bytes_root(ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}
inline Address address_of(std::size_t number) {
    Address address;
    const Hash32 hash = hash_of("account " + std::to_string(number));
    std::copy_n(hash.bytes.begin(), Address::kSize, address.bytes.begin());
    return address;
}

/// Each round: the sellers' numbers are shared out over the team and summed, a letter and the sum are appended to the word.
class AlphabetEngine final : public training::SegmentEngine {
public:
    explicit AlphabetEngine(Hash32 job_hash) : job_hash_(job_hash) {}

    [[nodiscard]] training::TrainingState initial_state() override {
        return {Bytes{'>'}, std::vector<double>(kSellers, 1.0 / kSellers), std::vector<std::uint32_t>(kSellers, 0), 0};
    }

    [[nodiscard]] training::SegmentResult run(const training::SegmentTask& task, const training::TrainingState& from,
                                              comm::Communicator& team,
                                              const std::function<void(const training::RoundTrace&)>& on_round) override {
        training::SegmentResult result;
        result.state = from;
        for (std::uint32_t i = 0; i < kRoundsPerSegment; ++i) {
            result.trace.push_back(play_round(result.state, team));
            if (on_round) {
                on_round(result.trace.back());
            }
        }
        result.opening = {job_hash_,
                          task.segment,
                          task.previous_digest,
                          result.trace.back().state_root,
                          node::distribution_root(result.state.distribution),
                          result.trace.back().metric_bp,
                          hash::accesses_root(result.state.accesses),
                          trace::trace_root(result.trace)};
        result.digest = hash::segment_digest(result.opening);
        result.witness = hash::witness(task.attempt_seed, result.opening.trace_root);
        return result;
    }

private:
    static training::RoundTrace play_round(training::TrainingState& state, comm::Communicator& team) {
        const std::uint32_t round = state.rounds_done++;
        std::vector<std::int64_t> sum{0};
        for (std::uint32_t seller = 0; seller < kSellers; ++seller) {
            if (static_cast<int>(seller) % team.size() == team.rank()) {
                sum[0] += std::int64_t{seller} * 1000 + round;
            }
        }
        team.all_reduce_sum(sum);
        const std::string word = static_cast<char>('a' + round % 26) + std::to_string(sum[0]);
        state.weights.insert(state.weights.end(), word.begin(), word.end());
        ++state.accesses[round % kSellers];
        return {round,
                hash::bytes_root(state.weights),
                node::distribution_root(state.distribution),
                9000 + round,
                -1.0 / (round + 1),
                {round % kSellers},
                {1.0 / (round + 2)},
                {round % kSellers},
                state.distribution,
                state.accesses};
    }

    Hash32 job_hash_;
};

inline job::JobSpec alphabet_spec(std::uint32_t segments) {
    job::JobSpec spec;
    spec.name = "alphabet";
    spec.model.layers = job::preset_layers("lenet5");
    spec.schedule.rounds = segments * kRoundsPerSegment;
    spec.schedule.rounds_per_segment = kRoundsPerSegment;
    spec.profile.engine = "alphabet";
    return spec;
}

/// Terms of an alphabet job whose pool is accounts 0 to executors - 1.
inline node::JobTerms alphabet_terms(std::size_t executors, std::uint32_t segments, std::uint32_t lead) {
    node::JobTerms terms;
    terms.job = JobId(1);
    terms.buyer = address_of(1000);
    terms.spec_hash = job::spec_hash(alphabet_spec(segments));
    std::vector<Hash32> roots;
    for (std::size_t seller = 0; seller < kSellers; ++seller) {
        terms.sellers.push_back({address_of(2000 + seller), hash_of("shard " + std::to_string(seller))});
        roots.push_back(terms.sellers.back().shard_root);
    }
    terms.job_hash = hash::job_hash(terms.spec_hash, hash::data_hash(roots));
    terms.job_seed = hash_of("seed");
    terms.domain_separator = hash_of("domain");
    terms.segments = segments;
    terms.lead = lead;
    terms.min_size = lead;
    terms.escrow = Wei(1000);
    for (std::size_t executor = 0; executor < executors; ++executor) {
        terms.pool.push_back({address_of(executor), 1});
    }
    return terms;
}

}  // namespace cone::test
