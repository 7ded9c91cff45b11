// Points, softmax, attacks and the loop of rounds.
// SPDX-License-Identifier: Apache-2.0
#include "toy_market.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <ostream>

#include "cone/base/rng.hpp"
#include "cone/market/round.hpp"
#include "cone_kernels/elementary.hpp"

namespace cone::market::toy {
namespace {

constexpr std::size_t kFeatures = 10;
constexpr std::size_t kClasses = 4;
constexpr std::size_t kWeights = kClasses * (kFeatures + 1);
constexpr std::size_t kPointsPerSeller = 50;
constexpr std::size_t kValidation = 200;
constexpr std::size_t kTest = 2000;
constexpr std::size_t kBatch = 10;
constexpr double kLearningRate = 0.1;
constexpr double kSpread = 0.52;  ///< distance of the class centres; gives clean FedAvg about 70 %
constexpr double kNoise = 0.5;    ///< of the Gaussian attack, a weight
constexpr double kFlip = -4;

using Model = std::array<double, kWeights>;  ///< kClasses rows of kFeatures weights and a bias
using Scores = std::array<double, kClasses>;

struct Point {
    std::array<double, kFeatures> x;
    std::uint8_t label;
};
using Points = std::vector<Point>;

/// Numbers one after the other.
class Stream {
public:
    Stream(std::uint64_t seed, std::uint32_t substream) : random_(seed, RngStream::Probe, substream) {}
    double uniform() { return random_.uniform(at_++); }
    std::uint64_t below(std::uint64_t bound) { return random_.below(at_++, bound); }
    /// Sum of twelve uniforms: variance 1, near enough to normal for a toy, and the same bits everywhere.
    double normal() {
        double sum = -6;
        for (int i = 0; i < 12; ++i) {
            sum += uniform();
        }
        return sum;
    }

private:
    Rng random_;
    std::uint64_t at_ = 0;
};

using Centres = std::array<std::array<double, kFeatures>, kClasses>;

Points sample(Stream& random, const Centres& centres, std::size_t count) {
    Points points(count);
    for (Point& point : points) {
        point.label = static_cast<std::uint8_t>(random.below(kClasses));
        for (std::size_t j = 0; j < kFeatures; ++j) {
            point.x[j] = centres[point.label][j] + random.normal();
        }
    }
    return points;
}

struct World {
    std::vector<Points> sellers;
    Points validation;
    Points test;
};

World make_world(const Game& game) {
    Stream random(game.seed, 0);
    Centres centres;
    for (auto& centre : centres) {
        for (double& value : centre) {
            value = kSpread * random.normal();
        }
    }
    World world;
    for (std::uint32_t s = 0; s < kSellers; ++s) {
        world.sellers.push_back(sample(random, centres, kPointsPerSeller));
        const bool shifts = game.attack == Attack::LabelShift && s >= kSellers - game.bad_sellers;
        for (Point& point : world.sellers.back()) {
            point.label = static_cast<std::uint8_t>((point.label + (shifts ? 1u : 0u)) % kClasses);
        }
    }
    world.validation = sample(random, centres, kValidation);
    world.test = sample(random, centres, kTest);
    return world;
}

Scores scores_of(const Model& model, const Point& point) {
    Scores scores;
    for (std::size_t c = 0; c < kClasses; ++c) {
        const double* row = &model[c * (kFeatures + 1)];
        scores[c] = row[kFeatures];
        for (std::size_t j = 0; j < kFeatures; ++j) {
            scores[c] += row[j] * point.x[j];
        }
    }
    return scores;
}

/// Turns scores into probabilities; returns the loss of `label`.
double softmax(Scores& scores, std::size_t label) {
    const double largest = *std::max_element(scores.begin(), scores.end());
    const double own = scores[label] - largest;
    double sum = 0;
    for (double& score : scores) {
        score = kernels::exp_exact(score - largest);
        sum += score;
    }
    for (double& score : scores) {
        score /= sum;
    }
    return kernels::log_exact(sum) - own;
}

double utility(const Model& model, const Points& points) {
    double loss = 0;
    for (const Point& point : points) {
        Scores scores = scores_of(model, point);
        loss += softmax(scores, point.label);
    }
    return -loss / static_cast<double>(points.size());
}

double accuracy(const Model& model, const Points& points) {
    std::size_t right = 0;
    for (const Point& point : points) {
        const Scores scores = scores_of(model, point);
        right += std::max_element(scores.begin(), scores.end()) - scores.begin() == point.label ? 1u : 0u;
    }
    return 100.0 * static_cast<double>(right) / static_cast<double>(points.size());
}

void descend(Model& model, const Points& points, std::size_t from) {
    Model gradient{};
    for (std::size_t i = from; i < from + kBatch; ++i) {
        Scores scores = scores_of(model, points[i]);
        (void)softmax(scores, points[i].label);
        scores[points[i].label] -= 1;
        for (std::size_t c = 0; c < kClasses; ++c) {
            double* row = &gradient[c * (kFeatures + 1)];
            row[kFeatures] += scores[c];
            for (std::size_t j = 0; j < kFeatures; ++j) {
                row[j] += scores[c] * points[i].x[j];
            }
        }
    }
    for (std::size_t i = 0; i < kWeights; ++i) {
        model[i] -= kLearningRate / static_cast<double>(kBatch) * gradient[i];
    }
}

Model honest_update(const Model& model, const Points& points) {
    Model local = model;
    for (std::size_t from = 0; from < kPointsPerSeller; from += kBatch) {
        descend(local, points, from);
    }
    for (std::size_t i = 0; i < kWeights; ++i) {
        local[i] -= model[i];
    }
    return local;
}

Model update_of(const Game& game, const World& world, const Model& model, std::uint32_t seller, Stream& noise) {
    Model update = honest_update(model, world.sellers[seller]);
    if (seller < kSellers - game.bad_sellers || game.attack == Attack::LabelShift) {
        return update;
    }
    for (double& value : update) {
        value = game.attack == Attack::SignFlip ? kFlip * value : kNoise * noise.normal();
    }
    return update;
}

double norm_of(const Model& update) {
    return std::sqrt(std::inner_product(update.begin(), update.end(), update.begin(), 0.0));
}

Model sum_of(const Model& model, const Model& update, double factor) {
    Model result = model;
    for (std::size_t i = 0; i < kWeights; ++i) {
        result[i] += factor * update[i];
    }
    return result;
}

struct State {
    Model model{};
    std::vector<double> distribution = uniform_distribution(kSellers);
    std::vector<std::uint32_t> accesses = std::vector<std::uint32_t>(kSellers);
};

void play_round(const Game& game, const World& world, std::uint32_t round, State& state) {
    const job::OsmdSpec osmd{game.rule, kDraws, kAlpha, 1.0, 2.0};
    const SellerDraw draw = draw_sellers(game.seed, RoundIndex(round), state.distribution, kDraws);
    Stream noise(game.seed, 1000 + round);
    std::vector<Model> updates;
    std::vector<double> norms;
    for (const std::uint32_t seller : draw.picked) {
        updates.push_back(update_of(game, world, state.model, seller, noise));
        norms.push_back(norm_of(updates.back()));
    }
    const auto factors = game.norm_bound ? norm_factors(game.rule, norms) : std::vector<double>(norms.size(), 1.0);
    const double before = utility(state.model, world.validation);
    std::vector<double> gains;
    for (std::size_t i = 0; i < updates.size(); ++i) {
        gains.push_back(utility(sum_of(state.model, updates[i], factors[i]), world.validation) - before);
    }
    const RoundDecision decision = decide_round(osmd, {state.distribution, state.accesses, draw, norms, gains});
    for (std::size_t i = 0; i < updates.size() && decision.total_weight > 0; ++i) {
        const double share = decision.weights[i] / static_cast<double>(decision.total_weight);
        state.model = sum_of(state.model, updates[i], factors[i] * share);
    }
    state.distribution = decision.distribution;
    state.accesses = decision.accesses;
}

}  // namespace

void PrintTo(Attack attack, std::ostream* out) {
    static constexpr std::array<const char*, 3> kNames{"LabelShift", "SignFlip", "GaussianNoise"};
    *out << kNames.at(static_cast<std::size_t>(attack));
}

GameResult play(const Game& game) {
    const World world = make_world(game);
    State state;
    for (std::uint32_t round = 0; round < game.rounds; ++round) {
        play_round(game, world, round, state);
    }
    const auto first_bad = static_cast<std::ptrdiff_t>(kSellers - game.bad_sellers);
    const auto accesses = [&](std::ptrdiff_t from) {
        return std::accumulate(state.accesses.begin() + from, state.accesses.end(), 0.0);
    };
    return {accuracy(state.model, world.test),
            std::accumulate(state.distribution.begin() + first_bad, state.distribution.end(), 0.0),
            accesses(first_bad) / accesses(0)};
}

}  // namespace cone::market::toy
