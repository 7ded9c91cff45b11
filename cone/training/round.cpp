// The steps of a round, one function each, in the order they happen.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/round.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"
#include "cone/hash/records.hpp"
#include "cone/market/round.hpp"
#include "cone/model/weights.hpp"
#include "cone/trace/documents.hpp"
#include "cone/training/aggregation.hpp"
#include "cone/training/evaluation.hpp"
#include "cone/training/team.hpp"
#include "cone/training/witness.hpp"
#include "cone_kernels/vector.hpp"

namespace cone::training {
namespace {

/// A request with its place among the picked sellers and its local step.
struct PlacedRequest {
    std::size_t position = 0;
    std::uint32_t step = 0;
};

std::size_t position_of(const market::SellerDraw& draw, std::uint32_t seller) {
    return static_cast<std::size_t>(std::lower_bound(draw.picked.begin(), draw.picked.end(), seller) - draw.picked.begin());
}

std::vector<PlacedRequest> place(const RoundTools& tools, const Hash32& attempt_seed, const market::SellerDraw& draw,
                                 std::span<const RootRequest> requests) {
    std::vector<PlacedRequest> placed;
    for (const auto& request : requests) {
        const auto seller = draw.draws.at(request.draw);
        const auto steps = tools.source.steps(SellerIndex(seller));
        placed.push_back({position_of(draw, seller), witness_step(attempt_seed, request.choice, steps)});
    }
    return placed;
}

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

/// Updates of this rank's positions (the others stay empty); `roots` gets the roots of this rank's requests.
std::vector<Update> train_mine(const RoundTools& tools, RoundIndex round, const market::SellerDraw& draw,
                               std::span<const PlacedRequest> requests, const LiveState& state) {
    std::vector<Update> updates(draw.picked.size());
    const auto shard_team = shard_team_of(tools);
    for (std::size_t position = 0; position < updates.size(); ++position) {
        if (!shard_team && !is_mine(position, tools.team)) {
            continue;
        }
        std::vector<std::uint32_t> steps;
        for (const auto& request : requests) {
            if (request.position == position) {
                steps.push_back(request.step);
            }
        }
        const Stopwatch watch;
        auto update = tools.source.update({.round = round,
                                           .seller = SellerIndex(draw.picked[position]),
                                           .weights = state.weights,
                                           .root_steps = steps,
                                           .threads = threads_of(tools, position, updates.size()),
                                           .team = shard_team ? &*shard_team : nullptr});
        tools.timing.training += watch.seconds() - update.hashing_seconds;
        tools.timing.hashing += update.hashing_seconds;
        if (is_mine(position, tools.team)) {
            updates[position] = std::move(update);
        }
    }
    return updates;
}

/// All requested roots at every rank, in request order.
std::vector<Hash32> gather_roots(const RoundTools& tools, const std::vector<Update>& updates,
                                 std::span<const PlacedRequest> requests) {
    Bytes mine;
    for (const auto& update : updates) {
        for (const auto& root : update.step_roots) {
            append(mine, root);
        }
    }
    const auto all = tools.team.all_gather(mine);
    std::vector<Hash32> roots(requests.size());
    std::vector<std::size_t> read(all.size(), 0);
    for (std::size_t position = 0; position < updates.size(); ++position) {  // the order in which a rank appended
        const auto rank = position % all.size();
        for (std::size_t i = 0; i < requests.size(); ++i) {
            if (requests[i].position != position) {
                continue;
            }
            if (all[rank].size() < read[rank] + Hash32::kSize) {
                throw CommError("rank " + std::to_string(rank) + " of the team sent too few witness roots");
            }
            std::copy_n(all[rank].begin() + static_cast<std::ptrdiff_t>(read[rank]), Hash32::kSize, roots[i].bytes.begin());
            read[rank] += Hash32::kSize;
        }
    }
    return roots;
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
        gains[position] = evaluate(tools.trainer, candidate, tools.data.validation).utility() - state.utility;
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
                     .passed = {},
                     .distribution = state.distribution,
                     .accesses = state.accesses};
    tools.timing.hashing += hashing.seconds();
    return trace;
}

}  // namespace

RoundOutcome run_round(const RoundTools& tools, RoundIndex round, const Hash32& attempt_seed,
                       std::span<const RootRequest> requests, LiveState& state) {
    const auto& osmd = tools.spec.osmd;
    const auto draw = market::draw_sellers(tools.spec.schedule.training_seed, round, state.distribution, osmd.draws);
    const auto placed = place(tools, attempt_seed, draw, requests);
    auto updates = train_mine(tools, round, draw, placed, state);
    RoundOutcome outcome;
    outcome.roots = gather_roots(tools, updates, placed);
    const auto norms = gather_norms(tools, round, draw, updates);
    scale_mine(tools, updates, norms);
    const auto gains = gather_gains(tools, state, updates, norms);
    const auto decision = market::decide_round(osmd, {state.distribution, state.accesses, draw, norms, gains});
    add_updates(tools, round, decision, updates, state.weights);
    state.distribution = decision.distribution;
    state.accesses = decision.accesses;
    outcome.trace = measure(tools, round, state);
    outcome.trace.draws = draw.draws;
    outcome.trace.passed = market::passed_sellers(draw, decision);
    return outcome;
}

}  // namespace cone::training
