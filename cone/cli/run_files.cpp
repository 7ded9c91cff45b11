// Facts in, files out.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/run_files.hpp"

#include <ctime>
#include <fstream>
#include <thread>

#include "bridge/eth/address.hpp"
#include "cone/cli/directory_state_store.hpp"
#include "cone/cli/job_files.hpp"
#include "cone/cli/version.hpp"
#include "cone/data/content_store.hpp"
#include "cone/data/file.hpp"
#include "cone/model/safetensors.hpp"
#include "cone/model/weights.hpp"
#include "cone/report/run_folder.hpp"
#include "cone/report/summary.hpp"
#include "cone/training/evaluation.hpp"
#include "cone/training/profile.hpp"

namespace cone::cli {
namespace {

std::string processor_name() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) {
            return line.substr(line.find(':') + 2);
        }
    }
    return "unknown processor";
}

/// Accuracy before any training, so that the curve has a first point.
double untrained_metric_bp(const job::JobSpec& spec, const data::ContentStore& store) {
    const auto trainer = training::make_trainer(spec.model, spec.profile);
    const auto test = data::shard_from_canonical(store.get(spec.test_root));
    return training::evaluate(*trainer, model::initial_weights(trainer->network(), spec.model.init_seed), test).accuracy_bp();
}

std::map<std::string, std::string> contract_names(const contracts::Deployment& deployment) {
    std::map<std::string, std::string> names;
    for (const auto contract : contracts::kContracts) {
        names[std::string(contracts::name_of(contract))] = eth::to_checksum(deployment.address(contract));
    }
    return names;
}

/// The model of the last accepted segment, for PyTorch users; nothing when the state is not in the store any more.
void write_model(const config::Config& config, const std::filesystem::path& folder, const report::RunResult& result) {
    if (result.segments.empty() || result.segments.back().digest.is_zero()) {
        return;
    }
    const auto state = DirectoryStateStore(config::store_dir(config)).get(result.segments.back().digest);
    if (state) {
        const auto network = model::make_network(result.spec.model);
        const auto values = model::weights_from_canonical(network, state->weights);
        data::write_file_atomically(folder / "model.safetensors", model::to_safetensors(network, values));
    }
}

}  // namespace

std::string RunClock::text() const {
    const auto seconds = std::chrono::system_clock::to_time_t(start_);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

node::RunFacts facts_of(const config::Config& config, Connection& connection, const job::JobSpec& spec,
                        const std::filesystem::path& folder, const RunClock& started) {
    const data::DirectoryStore store(config::store_dir(config));
    return {.spec = spec,
            .chain_id = config.chain.chain_id,
            .job_board = connection.deployment().address(contracts::Contract::JobBoard),
            .ranks_per_executor = config.execution.ranks_per_executor,
            .contracts = contract_names(connection.deployment()),
            .corrupted_roots = load_corrupted_roots(folder),
            .initial_metric_bp = untrained_metric_bp(spec, store),
            .started_at = started.text(),
            .machine = processor_name() + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores",
            .version = version_text()};
}

RunSummary write_run(const config::Config& config, const report::RunResult& result, const report::Receipt& receipt) {
    const auto folder = report::run_folder(config.output.dir, result.job);
    report::create_folder(folder);
    write_model(config, folder.path, result);
    report::publish(folder, result, receipt);
    return {{{"job_id", result.job.value}, {"status", result.status}, {"folder", folder.path.string()}},
            report::summary(result, folder.path)};
}

}  // namespace cone::cli
