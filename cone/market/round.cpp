// Draws, norm bound, gate, feedback and the mirror step of one round.
// SPDX-License-Identifier: Apache-2.0
#include "cone/market/round.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone_kernels/osmd.hpp"

namespace cone::market {
namespace {

using job::Aggregation;

// Feedback of OSMD-DM is not clipped; this only keeps an infinite gain a number. exp() saturates far earlier.
constexpr double kUnclipped = 1e300;

/// First index whose cumulative probability exceeds u; the last one if rounding left the sum below u.
std::uint32_t invert(std::span<const double> cumulative, double u) {
    const auto at = std::upper_bound(cumulative.begin(), cumulative.end(), u) - cumulative.begin();
    return static_cast<std::uint32_t>(std::min<std::size_t>(static_cast<std::size_t>(at), cumulative.size() - 1));
}

void count_picks(SellerDraw& draw, std::size_t sellers) {
    std::vector<std::uint32_t> times(sellers);
    for (const std::uint32_t seller : draw.draws) {
        ++times[seller];
    }
    for (std::uint32_t seller = 0; seller < sellers; ++seller) {
        if (times[seller] > 0) {
            draw.picked.push_back(seller);
            draw.times.push_back(times[seller]);
        }
    }
}

void check(const RoundInput& input) {
    CONE_ASSERT(input.accesses.size() == input.distribution.size(), "accesses and distribution are one entry a seller");
    CONE_ASSERT(input.norms.size() == input.draw.picked.size(), "one norm a picked seller");
    CONE_ASSERT(input.gains.size() == input.draw.picked.size(), "one gain a picked seller");
}

/// d_i, with -infinity for an update that cannot be used or measured.
double usable_gain(const RoundInput& input, std::size_t pick) {
    const double gain = input.gains[pick];
    return std::isfinite(input.norms[pick]) && !std::isnan(gain) ? gain : -std::numeric_limits<double>::infinity();
}

bool counts(Aggregation kind, const RoundInput& input, std::size_t pick) {
    return std::isfinite(input.norms[pick]) && (kind != Aggregation::COsmd || usable_gain(input, pick) > 0);
}

/// One entry a seller; 0 for those not picked.
std::vector<double> feedback_of(const job::OsmdSpec& osmd, const RoundInput& input) {
    const bool corrected = osmd.aggregation == Aggregation::COsmd;
    const double bound = corrected ? osmd.clip : kUnclipped;
    std::vector<double> feedback(input.distribution.size());
    for (std::size_t pick = 0; pick < input.gains.size(); ++pick) {
        const std::uint32_t seller = input.draw.picked[pick];
        const double times = corrected ? input.draw.times[pick] : 1.0;
        const double importance = static_cast<double>(osmd.draws) * input.distribution[seller];
        feedback[seller] = std::clamp(times * usable_gain(input, pick) / importance, -bound, bound);
    }
    return feedback;
}

std::vector<double> next_distribution(const job::OsmdSpec& osmd, const RoundInput& input) {
    std::vector<double> p(input.distribution.begin(), input.distribution.end());
    if (osmd.aggregation != Aggregation::FedAvg) {
        const auto status = kernels::osmd_step(p, feedback_of(osmd, input), osmd.eta, osmd.alpha);
        CONE_ASSERT(status == kernels::Status::Ok, "p is positive and the feedback finite");
    }
    return p;
}

}  // namespace

std::vector<double> uniform_distribution(std::size_t sellers) {
    return std::vector<double>(sellers, 1.0 / static_cast<double>(sellers));
}

SellerDraw draw_sellers(std::uint64_t training_seed, RoundIndex round, std::span<const double> distribution,
                        std::uint32_t draws) {
    CONE_ASSERT(!distribution.empty(), "a draw needs at least one seller");
    std::vector<double> cumulative(distribution.size());
    std::partial_sum(distribution.begin(), distribution.end(), cumulative.begin());
    const Rng random(training_seed, RngStream::SellerDraw, round.value);
    SellerDraw draw;
    for (std::uint32_t k = 0; k < draws; ++k) {
        draw.draws.push_back(invert(cumulative, random.uniform(k)));
    }
    count_picks(draw, distribution.size());
    return draw;
}

double norm_bound(std::span<const double> norms) {
    std::vector<double> finite;
    std::copy_if(norms.begin(), norms.end(), std::back_inserter(finite), [](double norm) { return std::isfinite(norm); });
    if (finite.empty()) {
        return 0;
    }
    std::sort(finite.begin(), finite.end());
    return finite[(finite.size() - 1) / 2];
}

std::vector<double> norm_factors(Aggregation kind, std::span<const double> norms) {
    const double bound = norm_bound(norms);
    std::vector<double> factors;
    for (const double norm : norms) {
        const bool shrink = kind == Aggregation::COsmd && norm > bound;
        factors.push_back(!std::isfinite(norm) ? 0.0 : shrink ? bound / norm : 1.0);
    }
    return factors;
}

RoundDecision decide_round(const job::OsmdSpec& osmd, const RoundInput& input) {
    check(input);
    RoundDecision decision;
    decision.accesses.assign(input.accesses.begin(), input.accesses.end());
    for (std::size_t pick = 0; pick < input.gains.size(); ++pick) {
        const std::uint32_t weight = counts(osmd.aggregation, input, pick) ? input.draw.times[pick] : 0;
        decision.weights.push_back(weight);
        decision.total_weight += weight;
        decision.accesses[input.draw.picked[pick]] += weight;
    }
    decision.distribution = next_distribution(osmd, input);
    return decision;
}

std::vector<std::uint32_t> passed_sellers(const SellerDraw& draw, const RoundDecision& decision) {
    std::vector<std::uint32_t> passed;
    for (std::size_t pick = 0; pick < draw.picked.size(); ++pick) {
        if (decision.weights[pick] > 0) {
            passed.push_back(draw.picked[pick]);
        }
    }
    return passed;
}

}  // namespace cone::market
