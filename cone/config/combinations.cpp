// One function a rule; the list at the end is their order.
// SPDX-License-Identifier: Apache-2.0
#include "cone/config/combinations.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cone/base/url.hpp"
#include "cone/job/lead.hpp"

namespace cone::config {
namespace {

using Finding = std::optional<Impossible>;

std::string count(std::uint64_t n) {
    return std::to_string(n);
}

/// Empty is fine: both have a meaning without an address.
Finding url_without_scheme(const Config& c) {
    const auto broken = [](const std::string& url) {
        return !url.empty() && !url.starts_with("http://") && !url.starts_with("https://");
    };
    for (const auto& [key, url] : {std::pair("chain.rpc_url", &c.chain.rpc_url),
                                   {"chain.second_rpc_url", &c.chain.second_rpc_url},
                                   {"chain.member_rpc_url", &c.chain.member_rpc_url}}) {
        if (broken(*url)) {
            return Impossible{key, "'" + origin_of(*url) + "' is no address of a node",
                              "write http://host:port or https://host/path"};
        }
    }
    return std::nullopt;
}

/// Where the place of a role's key stands.
std::string key_of_role(const Config& c, std::string_view role) {
    const auto own = c.keys.of_role.find(role);
    return own != c.keys.of_role.end() && !own->second.empty() ? "keys." + own->first : "keys.source";
}

Finding dev_keys_on_real_chain(const Config& c) {
    for (const auto role : kKeyRoles) {
        const auto place = key_place(c.keys, role);
        if (place && place->kind == KeyKind::Dev && !is_development_chain(c.chain.chain_id)) {
            return Impossible{key_of_role(c, role),
                              "the public test keys work on chain ids 31337 and 1337 only, not on " + count(c.chain.chain_id),
                              "set keys.source = \"file\" and keys.dir, or \"none\" and the role's own place"};
        }
    }
    return std::nullopt;
}

Finding file_keys_without_dir(const Config& c) {
    if ((c.keys.source == "file" || c.keys.source == "keystore") && c.keys.dir.empty()) {
        const std::string ending = c.keys.source == "file" ? ".key" : ".json";
        return Impossible{"keys.source", "keys.source = \"" + c.keys.source + "\" needs keys.dir",
                          "name the folder with bridge" + ending + " and executor-0" + ending + ", ..."};
    }
    return std::nullopt;
}

Finding key_place_unreadable(const Config& c) {
    for (const auto role : kKeyRoles) {
        if (!key_place(c.keys, role)) {
            return Impossible{key_of_role(c, role), "this is no place of a key",
                              "none, dev, file:DIR, keystore:DIR or external:http://HOST:PORT#ADDRESS"};
        }
    }
    return std::nullopt;
}

/// A vote is no transaction: an external signer would have to be trusted with what it cannot show.
Finding votes_signed_elsewhere(const Config& c) {
    const auto place = key_place(c.keys, "executor");
    if (place && place->kind == KeyKind::External) {
        return Impossible{"keys.executor",
                          "executors sign votes with a key of their own; an external signer signs transactions",
                          "keys.executor = \"keystore:DIR\""};
    }
    return std::nullopt;
}

Finding geth_with_another_id(const Config& c) {
    if (c.devnet.node == "geth" && c.chain.chain_id != 1337) {
        return Impossible{"devnet.node", "geth --dev makes a chain with id 1337, not " + count(c.chain.chain_id),
                          "set chain.chain_id = 1337"};
    }
    return std::nullopt;
}

Finding faults_on_real_chain(const Config& c) {
    if (!c.faults.empty() && !is_development_chain(c.chain.chain_id)) {
        return Impossible{"faults", "faults can be planted on chain ids 31337 and 1337 only", "remove the [[faults]] tables"};
    }
    return std::nullopt;
}

Finding too_few_sellers(const Config& c) {
    if (c.market.min_sellers > c.data.sellers) {
        return Impossible{"market.min_sellers",
                          count(c.market.min_sellers) + " sellers are asked for, but data.sellers is " + count(c.data.sellers),
                          "lower market.min_sellers or raise data.sellers"};
    }
    return std::nullopt;
}

Finding too_many_corrupted(const Config& c) {
    if (c.data.corrupted_sellers > c.data.sellers) {
        return Impossible{"data.corrupted_sellers",
                          count(c.data.corrupted_sellers) + " of " + count(c.data.sellers) + " sellers cannot be corrupted",
                          "at most data.sellers"};
    }
    return std::nullopt;
}

Finding batch_above_shard(const Config& c) {
    if (c.training.batch > c.data.images_per_seller) {
        return Impossible{
            "training.batch",
            "a batch of " + count(c.training.batch) + " does not fit into a shard of " + count(c.data.images_per_seller),
            "lower training.batch or raise data.images_per_seller"};
    }
    return std::nullopt;
}

Finding ragged_segments(const Config& c) {
    if (c.schedule.rounds % c.schedule.rounds_per_segment != 0) {
        return Impossible{
            "training.rounds",
            count(c.schedule.rounds) + " rounds cannot be cut into segments of " + count(c.schedule.rounds_per_segment),
            "make training.rounds a multiple of training.rounds_per_segment"};
    }
    return std::nullopt;
}

Finding lead_out_of_reach(const Config& c) {
    const auto lead = job::required_lead(c.agreement.fault_share, c.agreement.error_target);
    if (c.execution.executors < lead) {
        return Impossible{"execution.executors",
                          count(c.execution.executors) + " executors can never reach the lead of " + count(lead) +
                              " that agreement.fault_share and agreement.error_target ask for",
                          "at least " + count(lead) + " executors, or a smaller fault_share, or a larger error_target"};
    }
    return std::nullopt;
}

Finding growth_below_one(const Config& c) {
    if (c.agreement.c_num < c.agreement.c_den) {
        return Impossible{"agreement.c_num", "c = c_num / c_den is below 1: the lead could never be filled", "c_num >= c_den"};
    }
    return std::nullopt;
}

Finding trace_without_step(const Config& c) {
    if ((c.execution.trace == "operator") == c.execution.trace_step.empty()) {
        return Impossible{"execution.trace", "execution.trace = \"operator\" and execution.trace_step need one another",
                          "trace_step is SEGMENT.ROUND.SELLER.STEP, all from 0, the round from the job's start"};
    }
    return std::nullopt;
}

Finding no_bids(const Config& c) {
    if (c.market.bids.empty()) {
        return Impossible{"market.bids", "nobody bids", "add a [[market.bids]] table with buyer and ether"};
    }
    if (c.market.tags.empty() || c.market.tags.size() > 4) {
        return Impossible{"market.tags", "a request carries 1 to 4 tags", "for example tags = [\"vision\"]"};
    }
    return std::nullopt;
}

Finding bids_not_rising(const Config& c) {
    for (std::size_t i = 0; i < c.market.bids.size(); ++i) {
        if (c.market.bids[i].amount == Wei(0)) {
            return Impossible{"market.bids", "bid " + count(i) + " is 0 ether", "every bid is above 0"};
        }
        if (i > 0 && c.market.bids[i].amount <= c.market.bids[i - 1].amount) {
            return Impossible{"market.bids", "bid " + count(i) + " does not outbid the one before",
                              "list bids in rising order"};
        }
    }
    return std::nullopt;
}

Finding fault_nowhere(const Config& c) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (const auto& fault : c.faults) {
        if (fault.segment >= c.schedule.segments()) {
            return Impossible{"faults",
                              "a fault in segment " + count(fault.segment) + ", but there are " + count(c.schedule.segments()),
                              "segments count from 0"};
        }
        if (fault.member >= c.execution.executors) {
            return Impossible{
                "faults",
                "a fault of member " + count(fault.member) + ", but there are " + count(c.execution.executors) + " executors",
                "members count from 0"};
        }
        if (!seen.emplace(fault.segment, fault.member).second) {
            return Impossible{"faults", "two faults for member " + count(fault.member) + " of segment " + count(fault.segment),
                              "one a member"};
        }
    }
    return std::nullopt;
}

/// "training.batch" for "local.batch": where a field of the job spec stands in a configuration.
std::string key_of_field(const std::string& field) {
    static const std::map<std::string, std::string> kRenamed = {
        {"name", "job.name"},
        {"local.epochs", "training.local_epochs"},
        {"schedule.training_seed", "training.seed"},
        {"min_sellers", "market.min_sellers"},
        {"threshold_bp", "market.threshold_bp"},
        {"profile.isa", "execution.isa"},
    };
    if (const auto renamed = kRenamed.find(field); renamed != kRenamed.end()) {
        return renamed->second;
    }
    const bool in_training = field.starts_with("local.") || field.starts_with("schedule.");
    return in_training ? "training" + field.substr(field.find('.')) : field;
}

/// job::validate has the last word on the spec this configuration makes; what only a run knows is filled in.
Finding invalid_spec(const Config& c) {
    Hash32 some;
    some.bytes.fill(1);
    const bool exact = c.execution.engine == "exact";
    const job::ExecutionProfile profile{.engine = c.execution.engine,
                                        .engine_version = "any",
                                        .operator_set = c.execution.engine + "/1",
                                        .isa = exact ? "any" : c.execution.isa,
                                        .threads = 1,
                                        .block = 1024,
                                        .probe = some};
    if (auto problem = job::validate(to_job_spec(c, job::ModelSpec{}, some, some, profile))) {
        return Impossible{key_of_field(problem->field), problem->reason, problem->hint};
    }
    return std::nullopt;
}

constexpr std::array kRules = {
    url_without_scheme,   file_keys_without_dir, key_place_unreadable, dev_keys_on_real_chain, votes_signed_elsewhere,
    geth_with_another_id, faults_on_real_chain,  too_few_sellers,      too_many_corrupted,     batch_above_shard,
    ragged_segments,      lead_out_of_reach,     growth_below_one,     trace_without_step,     no_bids,
    bids_not_rising,      fault_nowhere,         invalid_spec};

}  // namespace

std::optional<Impossible> find_impossible(const Config& config) {
    for (const auto& rule : kRules) {
        if (auto finding = rule(config)) {
            return finding;
        }
    }
    return std::nullopt;
}

}  // namespace cone::config
