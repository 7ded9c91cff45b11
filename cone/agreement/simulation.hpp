// What a growth policy costs and how often it errs, by simulation: the figures of `cone bench sets`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "cone/job/job_spec.hpp"

namespace cone::agreement {

/// Where a simulated segment stands before its next set is drawn.
struct Situation {
    std::uint32_t attempt = 0;  ///< from 0
    std::uint32_t total = 0;    ///< executions so far
    std::uint32_t lead = 0;     ///< best minus second
};
/// How many members the next set adds, at least 1.
using SetPolicy = std::function<std::uint32_t(const Situation&)>;

/// Sets of one size; 1 is the sequential test one by one.
[[nodiscard]] SetPolicy fixed_sets(std::uint32_t size);
/// Set i (from 0) has first * 2^i members.
[[nodiscard]] SetPolicy doubling_sets(std::uint32_t first);
/// D2M's law: set i (from 0) has base + 2^i members.
[[nodiscard]] SetPolicy d2m_sets(std::uint32_t base);
/// As many as the lead still lacks, times c = c_num / c_den, rounded up.
[[nodiscard]] SetPolicy lead_sets(std::uint32_t required_lead, std::uint32_t c_num, std::uint32_t c_den);
/// The policy of a job spec with a pool without end (sortition::next_total).
[[nodiscard]] SetPolicy policy_of(const job::AgreementSpec& spec);

struct SimulationInput {
    double fault_share = 0;           ///< true share of faulty executors; they collude on one wrong digest
    std::uint32_t required_lead = 1;  ///< L
    SetPolicy policy;
    std::uint32_t runs = 10'000;
    std::uint64_t seed = 0;
};

/// Means over runs with their standard errors.
struct SimulationResult {
    std::uint32_t runs = 0;
    std::uint32_t wrong = 0;  ///< runs that accepted the wrong digest
    double attempts = 0;
    double attempts_error = 0;
    double executions = 0;
    double executions_error = 0;
};

/// Draws members independently (a pool without end), one random number a member, until a digest leads by L at the end of a set.
[[nodiscard]] SimulationResult simulate(const SimulationInput& input);

}  // namespace cone::agreement
