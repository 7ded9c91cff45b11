// Random walks of the lead under a growth policy.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/sortition/growth.hpp"

namespace cone::agreement {
namespace {

/// Mean and standard error of a stream of numbers.
class Mean {
public:
    void add(double value) {
        ++count_;
        sum_ += value;
        squares_ += value * value;
    }
    [[nodiscard]] double value() const { return sum_ / count_; }
    [[nodiscard]] double error() const { return std::sqrt(std::max(0.0, squares_ / count_ - value() * value()) / count_); }

private:
    double count_ = 0;
    double sum_ = 0;
    double squares_ = 0;
};

struct Run {
    std::uint32_t attempts = 0;
    std::uint32_t executions = 0;
    std::int64_t ahead = 0;  ///< votes for the right digest minus votes for the wrong one
};

Run run_once(const SimulationInput& input, std::uint32_t number) {
    const Rng random(input.seed, RngStream::Simulation, number);
    Run run;
    while (std::abs(run.ahead) < std::int64_t{input.required_lead}) {
        const auto lead = static_cast<std::uint32_t>(std::abs(run.ahead));
        const std::uint32_t size = input.policy({run.attempts, run.executions, lead});
        CONE_ASSERT(size > 0, "a set without members decides nothing");
        for (std::uint32_t i = 0; i < size; ++i) {
            run.ahead += random.uniform(run.executions++) < input.fault_share ? -1 : 1;
        }
        ++run.attempts;
    }
    return run;
}

}  // namespace

SetPolicy fixed_sets(std::uint32_t size) {
    return [=](const Situation&) { return size; };
}

SetPolicy doubling_sets(std::uint32_t first) {
    return [=](const Situation& now) { return first << now.attempt; };
}

SetPolicy d2m_sets(std::uint32_t base) {
    return [=](const Situation& now) { return base + (1u << now.attempt); };
}

SetPolicy lead_sets(std::uint32_t required_lead, std::uint32_t c_num, std::uint32_t c_den) {
    return [=](const Situation& now) { return (c_num * (required_lead - now.lead) + c_den - 1) / c_den; };
}

SetPolicy policy_of(const job::AgreementSpec& spec) {
    return [=](const Situation& now) {
        constexpr auto kEndless = std::numeric_limits<std::uint32_t>::max();
        return sortition::next_total(spec, {AttemptIndex(now.attempt), now.total, now.lead, kEndless}) - now.total;
    };
}

SimulationResult simulate(const SimulationInput& input) {
    CONE_ASSERT(input.required_lead > 0 && input.runs > 0, "nothing to simulate");
    Mean attempts;
    Mean executions;
    SimulationResult result;
    for (std::uint32_t number = 0; number < input.runs; ++number) {
        const Run run = run_once(input, number);
        attempts.add(run.attempts);
        executions.add(run.executions);
        result.wrong += run.ahead < 0 ? 1 : 0;
    }
    result.runs = input.runs;
    result.attempts = attempts.value();
    result.attempts_error = attempts.error();
    result.executions = executions.value();
    result.executions_error = executions.error();
    return result;
}

}  // namespace cone::agreement
