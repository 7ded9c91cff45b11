// cone verify: a stranger checks a receipt, first on paper, then by executing again.
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>

#include "bridge/adapter/votes.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/verify_execution.hpp"
#include "cone/cli/verify_step.hpp"
#include "cone/data/file.hpp"
#include "cone/report/receipt_check.hpp"
#include "cone/report/run_folder.hpp"

namespace cone::cli {
namespace {

struct VerifyOptions {
    std::string receipt = "cone-out/latest/receipt.json";
    std::string store;  ///< empty: see store_of
    std::string evidence = "verify-evidence.json";
    std::int64_t segment = -1;
    bool offline_only = false;
    StepOptions step;
};

std::vector<report::Finding> check_on_paper(const report::Receipt& receipt) {
    const adapter::EthVoteVerifier verifier;
    return report::check_receipt(receipt, [&](const auto&... arguments) { return verifier.recover(arguments...); });
}

nlohmann::json json_of(const std::vector<report::Finding>& findings) {
    auto list = nlohmann::json::array();
    for (const auto& finding : findings) {
        list.push_back({{"check", finding.check}, {"ok", finding.ok}, {"detail", finding.detail}});
    }
    return list;
}

nlohmann::json json_of(const std::optional<Disagreement>& found) {
    if (!found) {
        return nullptr;
    }
    return {{"segment", found->segment.value},
            {"round", found->round},
            {"field", found->field},
            {"claimed", found->claimed},
            {"executed", found->executed}};
}

std::string text_of(const std::vector<report::Finding>& findings, const std::optional<Disagreement>& found,
                    std::size_t executed) {
    std::size_t passed = 0;
    std::string text;
    for (const auto& finding : findings) {
        passed += finding.ok ? 1U : 0U;
        if (!finding.ok) {
            text += "FAIL " + finding.check + ": " + finding.detail + "\n";
        }
    }
    text += "receipt: " + std::to_string(passed) + " of " + std::to_string(findings.size()) + " checks passed\n";
    if (found) {
        return text + "DIFFERS: segment " + std::to_string(found->segment.value) + ", first at round " +
               std::to_string(found->round) + " in " + found->field + "\n  receipt  " + found->claimed + "\n  executed " +
               found->executed;
    }
    return text + (executed == 0 ? "nothing was executed again"
                                 : "equal: " + std::to_string(executed) + " segments executed again, every round the same");
}

/// Not given: where `cone run` had the shards, if the receipt still lies in the run's folder.
std::string store_of(const VerifyOptions& options) {
    if (!options.store.empty()) {
        return options.store;
    }
    const auto run = std::filesystem::weakly_canonical(options.receipt).parent_path();
    const auto beside = run.parent_path() / "store";
    return std::filesystem::is_directory(beside) ? beside.string() : "cone-out/store";
}

ExitCode run_verify(const Common& common, const VerifyOptions& options) {
    const auto receipt = report::load_receipt(options.receipt);
    const auto findings = check_on_paper(receipt);
    std::optional<Disagreement> found;
    std::size_t executed = 0;
    const bool sound = report::all_ok(findings);
    if (sound && !options.step.step.empty()) {
        return verify_step(common, options.step, receipt, store_of(options));
    }
    if (sound && !options.offline_only) {
        const auto wanted = options.segment < 0 ? receipt.segments.size() : static_cast<std::size_t>(options.segment) + 1;
        const auto again = execute_again(receipt, store_of(options), wanted, [](const std::string& line) { say(line); });
        found = again.disagreement;
        executed = again.segments;
    }
    const nlohmann::json body{{"receipt", options.receipt},
                              {"equal", sound && !found},
                              {"checks", json_of(findings)},
                              {"segments_executed", executed},
                              {"difference", json_of(found)}};
    print_result(common, "verify", body, text_of(findings, found, executed));
    if (sound && !found) {
        return ExitCode::Ok;
    }
    const std::string evidence = body.dump(2);
    data::write_file_atomically(options.evidence, Bytes(evidence.begin(), evidence.end()));
    say("evidence: " + options.evidence);
    return ExitCode::Mismatch;
}

}  // namespace

void add_verify(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<VerifyOptions>();
    auto* command = app.add_subcommand("verify", "Check a receipt offline and execute its segments again");
    add_common(*command, *common, false);
    command->add_option("--receipt", options->receipt, "The run's receipt.json")->capture_default_str();
    command->add_option("--data,--store", options->store,
                        "Content store with the shards, made by cone submit (default: beside the run)");
    command->add_option("--segment", options->segment, "Stop after this segment (default: all)")
        ->check(CLI::Range(0, 1'000'000));
    command->add_option("--evidence", options->evidence, "Written when something differs")->capture_default_str();
    command->add_flag("--offline-only", options->offline_only, "Check hashes, draws, votes and the lead rule; execute nothing");
    auto* step = command->add_option("--step", options->step.step,
                                     "Execute only up to this local step, SEGMENT.ROUND.SELLER.STEP, and show its operators");
    command->add_option("--out", options->step.out, "File for the step's trace")->needs(step);
    command
        ->add_option("--against", options->step.against,
                     "Another party's trace of the step: names the first operator that differs")
        ->needs(step);
    step->excludes("--segment")->excludes("--offline-only");
    command->callback([=, &chosen] { chosen = [=] { return run_verify(*common, *options); }; });
}

}  // namespace cone::cli
