// A table of strategies: what each gains over honest play, what it does to the honest, how long it can hold a job up.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/bench_play.hpp"

#include <cstdio>
#include <memory>

#include "cone/play/series.hpp"

namespace cone::cli {
namespace {

struct BenchPlayOptions {
    std::uint32_t games = 1'000;
    std::uint32_t executors = 40;
    std::uint32_t attackers = 10;
    std::uint64_t seed = 20261121;
    std::string escrow = "3";
    std::string stake = "200";
    std::string bond = "1";
    std::string work = "0.05";
    std::uint32_t soft_slash_bp = 100;
};

Wei ether_option(const std::string& option, const std::string& text) {
    const auto amount = wei_from_ether(text);
    if (!amount) {
        throw ConfigError(option + ": '" + text + "' is no amount of ether", "like 0.5");
    }
    return *amount;
}

play::GameSetup bench_setup(const BenchPlayOptions& options) {
    play::GameSetup setup;
    setup.executors = options.executors;
    setup.attackers = options.attackers;
    setup.terms.escrow = ether_option("--escrow", options.escrow);
    setup.rules.unit_stake = ether_option("--stake", options.stake);
    setup.rules.challenge_bond = ether_option("--bond", options.bond);
    setup.rules.soft_slash_bp = options.soft_slash_bp;
    setup.work = ether_option("--work", options.work);
    if (setup.attackers + setup.unreliable > setup.executors) {
        throw ConfigError("--attackers and the " + std::to_string(setup.unreliable) + " unreliable ones exceed --executors",
                          "a pool of 40 with at most 36 attackers");
    }
    return setup;
}

std::string strategy_row(const play::SeriesResult& r) {
    char line[256];
    std::snprintf(line, sizeof line, "%-13s %5u %9.4f  [%8.4f, %8.4f] %-4s %9s %6llu  %s\n",
                  std::string(r.strategy->name).c_str(), r.attacked, r.profit, r.low(), r.high(),
                  r.is_profitable() ? "pays" : "", to_ether_string(r.honest_loss).c_str(),
                  static_cast<unsigned long long>(r.longest), std::string(r.strategy->does).c_str());
    return line;
}

nlohmann::json strategy_json(const play::SeriesResult& r) {
    return {{"name", r.strategy->name},
            {"does", r.strategy->does},
            {"games", r.games},
            {"tried", r.attacked},
            {"profit_ether", r.profit},
            {"profit_error_ether", r.profit_error},
            {"profitable", r.is_profitable()},
            {"honest_loss_wei", to_string(r.honest_loss)},
            {"longest_blocks", r.longest},
            {"bound_blocks", r.bound},
            {"wrong_accepted", r.wrong_accepted},
            {"wrong_final", r.wrong_final},
            {"void", r.voided}};
}

ExitCode bench_play(const Common& common, const BenchPlayOptions& options) {
    end_on_signals();
    const auto results = play::play_all(bench_setup(options), options.games, options.seed);
    std::string text = "strategy      tried    profit   3 standard errors, ether   honest loss blocks  what it does\n";
    nlohmann::json rows = nlohmann::json::array();
    std::uint32_t profitable = 0;
    for (const auto& result : results) {
        text += strategy_row(result);
        rows.push_back(strategy_json(result));
        profitable += result.is_profitable() ? 1u : 0u;
    }
    text += "strategies " + std::to_string(results.size()) + " profitable " + std::to_string(profitable) + ", bound " +
            std::to_string(results.front().bound) + " blocks";
    print_result(common, "bench play", {{"games", options.games}, {"profitable", profitable}, {"strategies", rows}}, text);
    return ExitCode::Ok;
}

}  // namespace

void add_bench_play(CLI::App& bench, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<BenchPlayOptions>();
    auto* command =
        bench.add_subcommand("play", "Attackers against the market's rules: what each strategy gains over honest play");
    add_common(*command, *common, false);
    command->add_option("--games", options->games, "Games a strategy")->capture_default_str()->check(CLI::Range(1, 1'000'000));
    command->add_option("--executors", options->executors, "Pool")->capture_default_str()->check(CLI::Range(8, 60));
    command->add_option("--attackers", options->attackers, "Of them the attacker's")
        ->capture_default_str()
        ->check(CLI::Range(1, 56));
    command->add_option("--seed", options->seed, "Of the first game")->capture_default_str();
    command->add_option("--escrow", options->escrow, "Ether a job")->capture_default_str();
    command->add_option("--stake", options->stake, "Ether a unit")->capture_default_str();
    command->add_option("--bond", options->bond, "Ether a challenge")->capture_default_str();
    command->add_option("--work", options->work, "Ether that executing a segment costs")->capture_default_str();
    command->add_option("--soft-slash-bp", options->soft_slash_bp, "Of the stake, for no reveal")
        ->capture_default_str()
        ->check(CLI::Range(0, 10'000));
    command->callback([=, &chosen] { chosen = [=] { return bench_play(*common, *options); }; });
}

}  // namespace cone::cli
