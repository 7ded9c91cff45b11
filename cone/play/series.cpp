// Means and errors over games; captures against the hypergeometric recursion.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/series.hpp"

#include <algorithm>
#include <cmath>

#include "cone/sortition/growth.hpp"

namespace cone::play {
namespace {

double ether(SignedWei amount) {
    return static_cast<double>(amount) / static_cast<double>(kEther);
}

/// Of n draws without replacement from `pool` with `marked`, the chance of k marked ones.
double hypergeometric(std::uint32_t pool, std::uint32_t marked, std::uint32_t n, std::uint32_t k) {
    if (k > marked || k > n || n - k > pool - marked) {
        return 0;
    }
    const auto log_choose = [](double a, double b) { return std::lgamma(a + 1) - std::lgamma(b + 1) - std::lgamma(a - b + 1); };
    return std::exp(log_choose(marked, k) + log_choose(pool - marked, n - k) - log_choose(pool, n));
}

/// A segment's votes when everybody votes, attackers for one wrong digest.
struct Walk {
    const job::AgreementSpec& spec;
    std::uint32_t pool;
    std::uint32_t attackers;

    [[nodiscard]] double wrong(std::uint32_t attempt, std::uint32_t asked, std::uint32_t wrong_votes) const {
        const std::uint32_t right_votes = asked - wrong_votes;
        const std::uint32_t lead = std::max(wrong_votes, right_votes) - std::min(wrong_votes, right_votes);
        if (asked > 0 && lead >= spec.lead) {
            return wrong_votes > right_votes ? 1u : 0u;
        }
        if (asked == pool) {
            return 0;
        }
        const std::uint32_t more = sortition::next_total(spec, {AttemptIndex(attempt), asked, lead, pool}) - asked;
        double chance = 0;
        for (std::uint32_t k = 0; k <= std::min(more, attackers - wrong_votes); ++k) {
            const double share = hypergeometric(pool - asked, attackers - wrong_votes, more, k);
            chance += share > 0 ? share * wrong(attempt + 1, asked + more, wrong_votes + k) : 0;
        }
        return chance;
    }
};

bool near(double measured, double exact, double sigma, double sigmas) {
    return std::fabs(measured - exact) <= sigmas * sigma + 1e-12;
}

void add(SeriesResult& result, const Played& game) {
    result.attacked += game.attacked ? 1u : 0u;
    result.honest_loss += game.honest_loss;
    result.honest_hurt += game.honest_loss > Wei() ? 1u : 0u;
    result.longest = std::max(result.longest, game.blocks);
    result.bound = game.bound;
    result.wrong_accepted += game.wrong_accepted ? 1u : 0u;
    result.wrong_final += game.wrong_final ? 1u : 0u;
    result.voided += game.end == job::JobState::Void ? 1u : 0u;
    result.conserved = result.conserved && game.conserved;
}

}  // namespace

std::vector<SignedWei> honest_profits(const GameSetup& setup, std::uint32_t games, std::uint64_t seed) {
    const Strategy honest{"honest", "does what it should"};
    std::vector<SignedWei> profits;
    for (std::uint32_t game = 0; game < games; ++game) {
        profits.push_back(play(setup, honest, seed + game).attacker);
    }
    return profits;
}

SeriesResult play_series(const GameSetup& setup, const Strategy& strategy, std::uint64_t seed,
                         const std::vector<SignedWei>& honest) {
    SeriesResult result;
    result.strategy = &strategy;
    result.games = static_cast<std::uint32_t>(honest.size());
    double squares = 0;
    for (std::uint32_t game = 0; game < result.games; ++game) {
        const Played played = play(setup, strategy, seed + game);
        const double profit = ether(played.attacker - honest[game]);
        add(result, played);
        result.profit += profit / result.games;
        squares += profit * profit / result.games;
        result.best_game = game == 0 ? profit : std::max(result.best_game, profit);
    }
    result.profit_error = std::sqrt(std::max(0.0, squares - result.profit * result.profit) / result.games);
    return result;
}

std::vector<SeriesResult> play_all(const GameSetup& setup, std::uint32_t games, std::uint64_t seed) {
    const std::vector<SignedWei> honest = honest_profits(setup, games, seed);
    std::vector<SeriesResult> all;
    for (const Strategy& strategy : strategies()) {
        all.push_back(play_series(setup, strategy, seed, honest));
    }
    return all;
}

double wrong_acceptance(const job::AgreementSpec& spec, std::uint32_t pool, std::uint32_t attackers) {
    return Walk{spec, pool, attackers}.wrong(0, 0, 0);
}

double Capture::sigma(double p) const {
    return std::sqrt(p * (1 - p) / runs);
}

bool Capture::within(double sigmas) const {
    return near(first_set, first_set_exact, sigma(first_set_exact), sigmas) &&
           near(wrong, wrong_exact, sigma(wrong_exact), sigmas);
}

Capture measure_capture(const GameSetup& setup, std::uint32_t runs, std::uint64_t seed) {
    GameSetup one = setup;
    one.terms.segments = 1;
    one.watched = false;
    one.unreliable = 0;
    const auto& all = strategies();
    const auto liar = std::find_if(all.begin(), all.end(), [](const Strategy& s) { return s.name == "lazy"; });
    const auto& spec = one.terms.agreement;
    Capture capture{.attackers = one.attackers, .runs = runs};
    for (std::uint32_t run = 0; run < runs; ++run) {
        const Played game = play(one, *liar, seed + run);
        capture.wrong += game.wrong_accepted ? 1.0 / runs : 0;
        capture.first_set += game.captured_first ? 1.0 / runs : 0;
    }
    const std::uint32_t size = std::min(std::max(spec.lead, spec.min_size), one.executors);
    capture.first_set_exact = hypergeometric(one.executors, one.attackers, size, size);
    capture.wrong_exact = wrong_acceptance(spec, one.executors, one.attackers);
    return capture;
}

}  // namespace cone::play
