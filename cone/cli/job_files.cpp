// Reading and writing a job's folder.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/job_files.hpp"

#include <nlohmann/json.hpp>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/job/job_file.hpp"

namespace cone::cli {
namespace {

constexpr auto kSpecFile = "job-spec.pb";
constexpr auto kPlantedFile = "planted.json";

void write_text(const std::filesystem::path& path, const std::string& text) {
    data::write_file_atomically(path, Bytes(text.begin(), text.end()));
}

}  // namespace

void save_job_files(const std::filesystem::path& folder, const job::JobSpec& spec, const std::set<Hash32>& corrupted_roots) {
    std::filesystem::create_directories(folder);
    job::save_job_file(folder / kSpecFile, spec);
    auto roots = nlohmann::json::array();
    for (const auto& root : corrupted_roots) {
        roots.push_back(to_hex(root));
    }
    write_text(folder / kPlantedFile, nlohmann::json{{"schema_version", 1}, {"corrupted_shard_roots", roots}}.dump(2));
}

job::JobSpec load_job_spec(const std::filesystem::path& folder, const Hash32& expected) {
    const auto path = folder / kSpecFile;
    if (!std::filesystem::exists(path)) {
        throw DataError("no job spec at " + path.string(),
                        "run on the file system that 'cone submit' wrote to, or copy the file here");
    }
    auto spec = job::load_job_file(path);
    if (job::spec_hash(spec) != expected) {
        throw DataError(path.string() + " is not the job's spec: it hashes to " + to_hex(job::spec_hash(spec)) +
                            ", the chain has " + to_hex(expected),
                        "ask the buyer for the right file");
    }
    return spec;
}

std::set<Hash32> load_corrupted_roots(const std::filesystem::path& folder) {
    const auto path = folder / kPlantedFile;
    std::set<Hash32> roots;
    if (!std::filesystem::exists(path)) {
        return roots;
    }
    const Bytes bytes = data::read_file(path);
    const auto json = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, false);
    if (json.is_discarded() || !json.contains("corrupted_shard_roots")) {
        throw DataError(path.string() + ": not what 'cone submit' writes", "delete it; only the report's marks are lost");
    }
    for (const auto& text : json["corrupted_shard_roots"]) {
        if (const auto root = fixed_from_hex<Hash32>(text.get<std::string>())) {
            roots.insert(*root);
        }
    }
    return roots;
}

}  // namespace cone::cli
