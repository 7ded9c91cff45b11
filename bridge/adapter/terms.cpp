// Views of the five contracts, joined into JobTerms.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/terms.hpp"

#include "bridge/contracts/events.hpp"
#include "bridge/contracts/views.hpp"
#include "bridge/rpc/calls.hpp"

namespace cone::adapter {
namespace {

using contracts::Contract;

/// The request and the shards as they were: the board keeps only what it computes with, and the job's hash.
struct Opening {
    contracts::Request request;
    std::vector<Hash32> shards;
};

Opening opening_of(const contracts::Event& event) {
    Opening opening;
    for (const auto& argument : event.arguments) {
        if (argument.name == "request") {
            opening.request = contracts::read_request(argument.value);
        } else if (argument.name == "shards") {
            opening.shards = contracts::read_hashes(argument.value);
        }
    }
    return opening;
}

Opening read_opening(rpc::Client& client, const contracts::Deployment& deployment, JobId job, std::uint64_t created_block) {
    const rpc::LogFilter filter{.addresses = {deployment.address(Contract::JobBoard)}, .topics = {}};
    for (const auto& log : rpc::logs_in_range(client, created_block, created_block, filter)) {
        const auto event = contracts::decode_event(Contract::JobBoard, log);
        if (event && event->name == "JobOpened" && event->number("jobId") == job.value) {
            return opening_of(*event);
        }
    }
    throw ChainError(
        "block " + std::to_string(created_block) + " does not hold the opening of job " + std::to_string(job.value),
        "the node may have pruned its logs");
}

std::vector<node::Seller> sellers_of(const contracts::Views& views, const std::vector<Hash32>& shards) {
    const auto owners = views.owners_of(shards);
    std::vector<node::Seller> sellers;
    for (std::size_t i = 0; i < shards.size(); ++i) {
        sellers.push_back({owners.at(i), shards[i]});
    }
    return sellers;
}

std::vector<node::PoolMember> pool_of(const contracts::Views& views, std::uint64_t pool_block) {
    const auto executors = views.executors();
    const auto units = views.units_at(executors, pool_block);
    std::vector<node::PoolMember> pool;
    for (std::size_t i = 0; i < executors.size(); ++i) {
        if (units.at(i) > 0) {
            pool.push_back({executors[i], units[i]});
        }
    }
    return pool;
}

}  // namespace

node::JobTerms read_terms(rpc::Client& client, const contracts::Deployment& deployment, JobId job) {
    const contracts::Views views(client, deployment);
    const auto record = views.job(job);
    if (record.state == contracts::JobState::None) {
        throw ChainError("there is no job " + std::to_string(job.value), "cone status shows the newest");
    }
    if (record.job_seed.is_zero()) {
        throw ChainError("job " + std::to_string(job.value) + " has no seed yet: it is " + contracts::to_string(record.state),
                         "cone submit fixes it");
    }
    // The pool is that of the block before the job's.
    const auto opening = read_opening(client, deployment, job, record.pool_block + 1);
    const auto& request = opening.request;
    return {.job = job,
            .buyer = record.buyer,
            .spec_hash = request.spec_hash,
            .job_hash = record.job_hash,
            .job_seed = record.job_seed,
            .domain_separator = views.domain_separator(),
            .segments = record.segments,
            .lead = request.lead,
            .growth = static_cast<job::Growth>(request.policy),
            .min_size = request.min_size,
            .c_num = request.c_num,
            .c_den = request.c_den,
            .escrow = views.escrow_of(job),
            .sellers = sellers_of(views, opening.shards),
            .pool = pool_of(views, record.pool_block)};
}

}  // namespace cone::adapter
