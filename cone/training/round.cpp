// The steps of a round, one function each, in the order they happen.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/round.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"
#include "cone/hash/records.hpp"
#include "cone/market/round.hpp"
#include "cone/model/weights.hpp"
#include "cone/trace/documents.hpp"
#include "cone/training/aggregation.hpp"
#include "cone/training/evaluation.hpp"
#include "cone/training/team.hpp"
#include "cone_kernels/vector.hpp"

namespace cone::training {
namespace {

/// The team as the trainer sees it when a seller's batches are shared out; nothing when sellers are.
std::optional<model::ShardTeam> shard_team_of(const RoundTools& tools) {
    if (tools.split == Split::Sellers || tools.team.size() == 1) {
        return std::nullopt;
    }
    return model::ShardTeam{.rank = narrow<std::uint32_t>(tools.team.rank()),
                            .size = narrow<std::uint32_t>(tools.team.size()),
                            .maximum = [&team = tools.team](std::span<std::int32_t> values) { team.all_reduce_max(values); },
                            .sum = [&team = tools.team](std::span<std::int64_t> values) { team.all_reduce_sum(values); }};
}

std::uint32_t threads_of(const RoundTools& tools, std::size_t position, std::size_t positions) {
    return tools.split == Split::Sellers ? threads_at(position, positions, tools.threads, tools.team) : tools.threads;
}

/// Updates of this rank's positions; the others stay empty.
std::vector<Update> train_mine(const RoundTools& tools, RoundIndex round, const market::SellerDraw& draw,
                               const LiveState& state) {
    std::vector<Update> updates(draw.picked.size());
    const auto shard_team = shard_team_of(tools);
    for (std::size_t position = 0; position < updates.size(); ++position) {
        if (!shard_team && !is_mine(position, tools.team)) {
            continue;
        }
        const Stopwatch watch;
        auto update = tools.source.update({.round = round,
                                           .seller = SellerIndex(draw.picked[position]),
                                           .weights = state.weights,
                                           .threads = threads_of(tools, position, updates.size()),
                                           .team = shard_team ? &*shard_team : nullptr});
        tools.timing.training += watch.seconds();
        if (is_mine(position, tools.team)) {
            updates[position] = std::move(update);
        }
    }
    return updates;
}

std::vector<double> gather_norms(const RoundTools& tools, RoundIndex round, const market::SellerDraw& draw,
                                 const std::vector<Update>& updates) {
    std::vector<double> norms(updates.size());
    for (std::size_t position = 0; position < updates.size(); ++position) {
        if (is_mine(position, tools.team)) {
            norms[position] = std::sqrt(kernels::squared_norm(updates[position].delta));
        }
    }
    gather_by_position(norms, tools.team);
    for (std::size_t position = 0; position < norms.size(); ++position) {
        if (!std::isfinite(norms[position]) && tools.team.rank() == 0) {
            spdlog::warn("round {}: the update of seller {} is not finite and is left out", round.value, draw.picked[position]);
        }
    }
    return norms;
}

/// d_i = U(w + D_i) - U(w) of this rank's finite, already scaled updates, gathered. FedAvg asks for no gains.
std::vector<double> gather_gains(const RoundTools& tools, const LiveState& state, const std::vector<Update>& updates,
                                 std::span<const double> norms) {
    std::vector<double> gains(updates.size(), -std::numeric_limits<double>::infinity());
    const Stopwatch watch;
    for (std::size_t position = 0; position < updates.size(); ++position) {
        if (!is_mine(position, tools.team) || !std::isfinite(norms[position]) ||
            tools.spec.osmd.aggregation == job::Aggregation::FedAvg) {
            continue;
        }
        auto candidate = state.weights;
        for (std::size_t i = 0; i < candidate.size(); ++i) {
            candidate[i] += updates[position].delta[i];
        }
        const double gain = evaluate(tools.trainer, candidate, tools.data.validation).utility() - state.utility;
        gains[position] = std::isnan(gain) ? gains[position] : gain;
    }
    tools.timing.training += watch.seconds();
    gather_by_position(gains, tools.team);
    return gains;
}

void scale_mine(const RoundTools& tools, std::vector<Update>& updates, std::span<const double> norms) {
    const auto factors = market::norm_factors(tools.spec.osmd.aggregation, norms);
    for (std::size_t position = 0; position < updates.size(); ++position) {
        if (is_mine(position, tools.team) && factors[position] != 1.0) {
            kernels::scale(updates[position].delta, factors[position]);
        }
    }
}

void add_updates(const RoundTools& tools, RoundIndex round, const market::RoundDecision& decision,
                 const std::vector<Update>& updates, std::vector<float>& weights) {
    std::vector<Contribution> mine;
    for (std::size_t position = 0; position < updates.size(); ++position) {
        if (is_mine(position, tools.team) && decision.weights[position] > 0) {
            mine.push_back({updates[position].delta, decision.weights[position]});
        }
    }
    const kernels::BlockFormat format{.block = tools.spec.profile.block};
    if (aggregate(weights, mine, decision.total_weight, format, tools.team) != kernels::Status::Ok) {
        throw DataError("round " + std::to_string(round.value) + ": the model's weights overflow float",
                        "lower training.learning_rate, or use c-osmd, which bounds updates");
    }
}

RoundTrace measure(const RoundTools& tools, RoundIndex round, LiveState& state) {
    const Stopwatch training;
    const std::array<const data::Shard*, 2> shards{&tools.data.validation, &tools.data.test};
    const auto evaluations = evaluate_shared(tools.trainer, state.weights, shards, tools.team);
    tools.timing.training += training.seconds();
    state.utility = evaluations[0].utility();
    const Stopwatch hashing;
    RoundTrace trace{.round = round.value,
                     .state_root = model::weights_root(tools.trainer.network(), state.weights),
                     .osmd_root = hash::osmd_root(trace::canonical_distribution(state.distribution)),
                     .metric_bp = evaluations[1].accuracy_bp(),
                     .utility = state.utility,
                     .draws = {},
                     .gains = {},
                     .passed = {},
                     .distribution = state.distribution,
                     .accesses = state.accesses};
    tools.timing.hashing += hashing.seconds();
    return trace;
}

}  // namespace

RoundTrace run_round(const RoundTools& tools, RoundIndex round, LiveState& state) {
    const auto& osmd = tools.spec.osmd;
    const auto draw = market::draw_sellers(tools.spec.schedule.training_seed, round, state.distribution, osmd.draws);
    auto updates = train_mine(tools, round, draw, state);
    const auto norms = gather_norms(tools, round, draw, updates);
    scale_mine(tools, updates, norms);
    auto gains = gather_gains(tools, state, updates, norms);
    const auto decision = market::decide_round(osmd, {state.distribution, state.accesses, draw, norms, gains});
    add_updates(tools, round, decision, updates, state.weights);
    state.distribution = decision.distribution;
    state.accesses = decision.accesses;
    auto trace = measure(tools, round, state);
    trace.draws = draw.draws;
    trace.gains = std::move(gains);
    trace.passed = market::passed_sellers(draw, decision);
    return trace;
}

}  // namespace cone::training
