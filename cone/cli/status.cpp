// cone status: what the contracts say about a job, right now.
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cone/base/errors.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/job_choice.hpp"

namespace cone::cli {
namespace {

nlohmann::json json_of(const contracts::Job& job, JobId id, const std::vector<contracts::Segment>& segments, Wei escrow) {
    auto list = nlohmann::json::array();
    for (const auto& segment : segments) {
        list.push_back({{"state", contracts::to_string(segment.state)},
                        {"attempts", segment.attempts},
                        {"set_size", segment.set_size},
                        {"best_votes", segment.best_votes},
                        {"second_votes", segment.second_votes},
                        {"verdict", to_hex(segment.verdict)},
                        {"final_from_block", segment.final_from_block}});
    }
    return {{"job_id", id.value},
            {"state", contracts::to_string(job.state)},
            {"buyer", to_hex(job.buyer)},
            {"escrow_wei", to_string(escrow)},
            {"job_hash", to_hex(job.job_hash)},
            {"sellers", job.sellers},
            {"segments", list}};
}

std::string text_of(const contracts::Job& job, JobId id, const std::vector<contracts::Segment>& segments, Wei escrow) {
    std::string text = "job " + std::to_string(id.value) + ": " + contracts::to_string(job.state) + ", " +
                       std::to_string(job.sellers) + " sellers, escrow " + to_ether_string(escrow) + " ether";
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto& segment = segments[i];
        text += "\n  segment " + std::to_string(i) + ": " + contracts::to_string(segment.state) + ", set of " +
                std::to_string(segment.set_size) + " in " + std::to_string(segment.attempts) + " attempts, votes " +
                std::to_string(segment.best_votes) + " : " + std::to_string(segment.second_votes);
    }
    return text;
}

ExitCode run_status(const Common& common, std::uint64_t wanted) {
    const auto config = load(common);
    Connection connection(config);
    const JobId id = choose_job(connection, config, wanted);
    const auto job = connection.views().job(id);
    std::vector<contracts::Segment> segments;
    for (std::uint32_t i = 0; i < job.segments; ++i) {
        segments.push_back(connection.views().segment(id, SegmentIndex(i)));
    }
    const Wei escrow = connection.views().escrow_of(id);
    print_result(common, "status", json_of(job, id, segments, escrow), text_of(job, id, segments, escrow));
    return ExitCode::Ok;
}

}  // namespace

void add_status(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto job = std::make_shared<std::uint64_t>(0);
    auto* command = app.add_subcommand("status", "What the contracts say about a job");
    add_common(*command, *common, true);
    command->add_option("--job", *job, "Job number (default: the newest)");
    command->callback([=, &chosen] { chosen = [=] { return run_status(*common, *job); }; });
}

}  // namespace cone::cli
