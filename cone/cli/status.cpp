// cone status: what the contracts say about a job, right now, and what their events say became of its money.
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "bridge/index/market_index.hpp"
#include "cone/base/errors.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/job_choice.hpp"
#include "cone/cli/market_log.hpp"

namespace cone::cli {
namespace {

/// A job as the contracts have it now, and its money and faults as their events add up.
struct JobStatus {
    JobId id;
    contracts::Job job;
    std::vector<contracts::Segment> segments;
    Wei escrow;
    index::TillEntry till;
    std::vector<index::FaultEntry> faults;
};

const char* role_name(std::uint64_t role) {
    return role <= static_cast<std::uint64_t>(contracts::Role::Checker)
               ? contracts::to_string(static_cast<contracts::Role>(role))
               : "other";
}

std::string fault_name(std::uint64_t fault) {
    const auto names = contracts::enumerators_of("Fault");
    return fault < names.size() ? std::string(names[fault]) : std::to_string(fault);
}

nlohmann::json json_of_money(const JobStatus& status) {
    auto credited = nlohmann::json::object();
    for (const auto& [role, amount] : status.till.credited) {
        credited[role_name(role)] = to_string(amount);
    }
    auto faults = nlohmann::json::array();
    for (const auto& fault : status.faults) {
        faults.push_back({{"segment", fault.segment},
                          {"attempt", fault.attempt},
                          {"executor", to_hex(fault.executor)},
                          {"fault", fault_name(fault.fault)},
                          {"slashed_wei", to_string(fault.slashed)}});
    }
    return {{"credited_wei", credited},
            {"held_bonds_wei", to_string(status.till.bonds)},
            {"burned_wei", to_string(status.till.burned)},
            {"faults", faults}};
}

std::string text_of_money(const JobStatus& status) {
    std::string text;
    for (const auto& [role, amount] : status.till.credited) {
        text += (text.empty() ? "\n  credited: " : ", ") + std::string(role_name(role)) + " " + to_ether_string(amount);
    }
    for (const auto& fault : status.faults) {
        text += "\n  segment " + std::to_string(fault.segment) + ": " + to_hex(fault.executor) + " " + fault_name(fault.fault) +
                ", slashed " + to_ether_string(fault.slashed);
    }
    return status.till.burned == Wei{} ? text : text + "\n  burned: " + to_ether_string(status.till.burned);
}

nlohmann::json json_of(const JobStatus& status) {
    const auto& [id, job, segments, escrow, till, faults] = status;
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
    nlohmann::json out = {{"job_id", id.value},
                          {"state", contracts::to_string(job.state)},
                          {"buyer", to_hex(job.buyer)},
                          {"escrow_wei", to_string(escrow)},
                          {"job_hash", to_hex(job.job_hash)},
                          {"sellers", job.sellers},
                          {"segments", list}};
    out.update(json_of_money(status));
    return out;
}

std::string text_of(const JobStatus& status) {
    const auto& [id, job, segments, escrow, till, faults] = status;
    std::string text = "job " + std::to_string(id.value) + ": " + contracts::to_string(job.state) + ", " +
                       std::to_string(job.sellers) + " sellers, escrow " + to_ether_string(escrow) + " ether";
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto& segment = segments[i];
        text += "\n  segment " + std::to_string(i) + ": " + contracts::to_string(segment.state) + ", set of " +
                std::to_string(segment.set_size) + " in " + std::to_string(segment.attempts) + " attempts, votes " +
                std::to_string(segment.best_votes) + " : " + std::to_string(segment.second_votes);
    }
    return text + text_of_money(status);
}

JobStatus read_status(Connection& connection, JobId id) {
    JobStatus status{id, connection.views().job(id), {}, connection.views().escrow_of(id), {}, {}};
    for (std::uint32_t i = 0; i < status.job.segments; ++i) {
        status.segments.push_back(connection.views().segment(id, SegmentIndex(i)));
    }
    auto market = index::apply_events({}, market_events(connection));
    status.till = std::move(market.tills[id]);
    status.faults = std::move(market.jobs[id].faults);
    return status;
}

ExitCode run_status(const Common& common, std::uint64_t wanted) {
    const auto config = load(common);
    Connection connection(config);
    const JobId id = choose_job(connection, config, wanted);
    const JobStatus status = read_status(connection, id);
    print_result(common, "status", json_of(status), text_of(status));
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
