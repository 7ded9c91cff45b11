// Every key of the configuration, once: name, type, range.
// SPDX-License-Identifier: Apache-2.0
#include "cone/config/sections.hpp"

#include "cone/job/names.hpp"
#include "cone/job/presets.hpp"

namespace cone::config {
namespace {

constexpr std::uint32_t kMaxBp = 10'000;
constexpr std::uint32_t kNoDescriptor = 1'048'576;

void read_output(TableReader& in, Config& config) {
    in.read("dir", config.output.dir);
}

void read_job(TableReader& in, Config& config) {
    in.read("name", config.name);
}

void read_chain(TableReader& in, Config& config) {
    auto& chain = config.chain;
    in.read("rpc_url", chain.rpc_url);
    in.read("second_rpc_url", chain.second_rpc_url);
    in.read("member_rpc_url", chain.member_rpc_url);
    in.read("chain_id", chain.chain_id, 1);
    in.read("deployment", chain.deployment);
    in.read("poll_ms", chain.poll_ms, 10, 60'000);
    in.read("receipt_timeout_s", chain.receipt_timeout_s, 1, 86'400);
    in.read("outage_s", chain.outage_s, 1, 86'400);
}

void read_devnet(TableReader& in, Config& config) {
    auto& devnet = config.devnet;
    in.read_choice("node", devnet.node, kNodes);
    in.read("port", devnet.port, 0, 65'535);
    in.read("block_time_s", devnet.block_time_s, 1, 60);
    in.read("auction_blocks", devnet.auction_blocks, 1, 100'000);
    in.read("seed_lag_blocks", devnet.seed_lag_blocks, 1, 200);
    in.read("commit_blocks", devnet.commit_blocks, 0, 100'000);
    in.read("reveal_blocks", devnet.reveal_blocks, 1, 100'000);
    in.read("challenge_blocks", devnet.challenge_blocks, 1, 100'000);
    in.read("stall_blocks", devnet.stall_blocks, 1, 10'000'000);
    in.read("unstake_blocks", devnet.unstake_blocks, 1, 10'000'000);
    in.read_ether("unit_stake_ether", devnet.unit_stake);
    in.read_ether("challenge_bond_ether", devnet.challenge_bond);
    in.read("hard_slash_bp", devnet.hard_slash_bp, 0, kMaxBp);
    in.read("soft_slash_bp", devnet.soft_slash_bp, 0, kMaxBp);
}

void read_keys(TableReader& in, Config& config) {
    static constexpr std::array<std::string_view, 4> kSources = {"none", "dev", "file", "keystore"};
    in.read_choice("source", config.keys.source, kSources);
    in.read("dir", config.keys.dir);
    for (const auto role : kKeyRoles) {
        in.read(role, config.keys.of_role[std::string(role)]);
    }
    in.read("password_file", config.keys.password_file);
    if (std::uint32_t descriptor = kNoDescriptor;
        in.read("password_fd", descriptor, 0, kNoDescriptor - 1), descriptor != kNoDescriptor) {
        config.keys.password_fd = static_cast<int>(descriptor);
    }
}

void read_bridge(TableReader& in, Config& config) {
    config.bridge.mode = is_development_chain(config.chain.chain_id) ? "act" : "watch";  // [chain] was read before
    in.read_choice("mode", config.bridge.mode, kModes);
}

void read_fee_class(TableReader& in, const std::string& name, FeeClass& fees) {
    in.read(name + "_max_gwei", fees.max_gwei, 1, 1'000'000'000);
    in.read_ether(name + "_cap_ether", fees.most);
    in.read_ether(name + "_day_ether", fees.most_a_day);
}

void read_fees(TableReader& in, Config& config) {
    auto& fees = config.fees;
    in.read("dispute_replace_after_s", fees.dispute.replace_after_s, 1, 86'400);
    read_fee_class(in, "dispute", fees.dispute);
    in.read("dispute_hard_factor", fees.dispute_hard_factor, 1, 100);
    fees.commit.replace_after_s = config.chain.receipt_timeout_s;  // [chain] was read before
    read_fee_class(in, "commit", fees.commit);
    in.read("payout_replace_after_s", fees.payout.replace_after_s, 1, 86'400);
    read_fee_class(in, "payout", fees.payout);
}

void read_data(TableReader& in, Config& config) {
    auto& data = config.data;
    in.read("dir", data.dir);
    in.read("store", data.store);
    in.read("sellers", data.sellers, 1, 256);
    in.read("images_per_seller", data.images_per_seller, 1, 10'000'000);
    in.read("validation_images", data.validation_images, 1, 10'000'000);
    in.read("test_images", data.test_images, 1, 10'000'000);
    in.read("corrupted_sellers", data.corrupted_sellers, 0, 256);
    in.read("corrupted_share", data.corrupted_share, 0.0, 1.0);
    in.read("split_seed", data.split_seed);
}

Bid read_bid(TableReader in) {
    Bid bid;
    in.read("buyer", bid.buyer, 0, 63);
    in.read_ether("ether", bid.amount);
    in.finish();
    return bid;
}

void read_market(TableReader& in, Config& config, const Source& source) {
    auto& market = config.market;
    in.read("tags", market.tags);
    in.read_ether("reserve_ether", market.reserve);
    in.read("min_sellers", market.min_sellers, 1, 256);
    in.read("threshold_bp", market.threshold_bp, 0, kMaxBp);
    in.read("executor_share_bp", market.executor_share_bp, 0, kMaxBp);
    for (const auto* bid : in.tables("bids")) {
        market.bids.push_back(read_bid({*bid, "market.bids", source}));
    }
}

void read_model(TableReader& in, Config& config) {
    in.read_choice("network", config.network, job::kPresets);
    in.read("layers", config.model.layers);
    if (config.model.layers.empty()) {
        config.model.layers = job::preset_layers(config.network);
    } else {
        config.network = "custom";
    }
    in.read("init_seed", config.model.init_seed);
}

void read_training(TableReader& in, Config& config) {
    auto& schedule = config.schedule;
    auto& local = config.training;
    in.read("rounds", schedule.rounds, 1, 1'000'000);
    in.read("rounds_per_segment", schedule.rounds_per_segment, 1, 1'000'000);
    in.read("seed", schedule.training_seed);
    in.read("local_epochs", local.epochs, 1, 1000);
    in.read("batch", local.batch, 1, 65'536);
    in.read("learning_rate", local.learning_rate, 1e-9, 100.0);
    in.read("momentum", local.momentum, 0.0, 0.9999);
    in.read("weight_decay", local.weight_decay, 0.0, 1.0);
    std::string optimiser(job::to_string(local.optimiser));
    local.optimiser = static_cast<job::OptimiserKind>(in.read_choice("optimiser", optimiser, job::kOptimiserNames));
    in.read("max_gradient_norm", local.max_gradient_norm, 0.0, 1e9);
    in.read("virtual_shards", local.virtual_shards, 1, 1024);
    in.read("learning_rate_decay", local.learning_rate_decay, 1e-3, 1.0);
}

void read_osmd(TableReader& in, Config& config) {
    auto& osmd = config.osmd;
    std::string aggregation(job::to_string(osmd.aggregation));
    osmd.aggregation = static_cast<job::Aggregation>(in.read_choice("aggregation", aggregation, job::kAggregationNames));
    in.read("draws", osmd.draws, 1, 100'000);
    in.read("alpha", osmd.alpha, 1e-6, 1.0);
    in.read("eta", osmd.eta, 1e-6, 1000.0);
    in.read("clip", osmd.clip, 1e-6, 1000.0);
}

void read_agreement(TableReader& in, Config& config) {
    auto& agreement = config.agreement;
    std::string growth(job::to_string(agreement.growth));
    in.read("fault_share", agreement.fault_share, 1e-6, 0.499999);
    in.read("error_target", agreement.error_target, 1e-30, 0.499999);
    agreement.growth = static_cast<job::Growth>(in.read_choice("growth", growth, job::kGrowthNames));
    in.read("min_size", agreement.min_size, 1, 10'000);
    in.read("c_num", agreement.c_num, 1, 10'000);
    in.read("c_den", agreement.c_den, 1, 10'000);
}

void read_execution(TableReader& in, Config& config) {
    auto& execution = config.execution;
    in.read("executors", execution.executors, 1, 1024);
    in.read("ranks_per_executor", execution.ranks_per_executor, 1, 1024);
    in.read("segment_timeout_s", execution.segment_timeout_s, 1, 604'800);
    in.read("reveal_timeout_s", execution.reveal_timeout_s, 1, 86'400);
    in.read("heartbeat_s", execution.heartbeat_s, 1, 3600);
    in.read_choice("engine", execution.engine, job::kEngines);
    in.read_choice("isa", execution.isa, job::kPinnedIsaClasses);
    in.read("threads", execution.threads, 1, 256);
    in.read_choice("split", execution.split, kSplits);
    in.read_choice("trace", execution.trace, kTraces);
    in.read("trace_step", execution.trace_step);
}

Fault read_fault(TableReader in) {
    Fault fault;
    in.read("segment", fault.segment);
    in.read("member", fault.member);
    in.read_choice("kind", fault.kind, kFaultKinds);
    in.finish();
    return fault;
}

struct Section {
    std::string_view name;
    void (*read)(TableReader&, Config&);
};

constexpr std::array<Section, 13> kSections = {{{"output", read_output},
                                                {"job", read_job},
                                                {"chain", read_chain},
                                                {"devnet", read_devnet},
                                                {"keys", read_keys},
                                                {"bridge", read_bridge},
                                                {"fees", read_fees},
                                                {"data", read_data},
                                                {"model", read_model},
                                                {"training", read_training},
                                                {"osmd", read_osmd},
                                                {"agreement", read_agreement},
                                                {"execution", read_execution}}};

}  // namespace

std::vector<std::string> section_names() {
    std::vector<std::string> names{"market"};
    for (const auto& section : kSections) {
        names.emplace_back(section.name);
    }
    return names;
}

Config read_sections(const toml::table& root, const Source& source) {
    static const toml::table kEmpty;
    Config config;
    TableReader top(root, "", source);
    for (const auto& section : kSections) {
        const auto* table = top.table(section.name);
        TableReader in(table == nullptr ? kEmpty : *table, std::string(section.name), source);
        section.read(in, config);
        in.finish();
    }
    if (const auto* market = top.table("market")) {
        TableReader in(*market, "market", source);
        read_market(in, config, source);
        in.finish();
    }
    for (const auto* fault : top.tables("faults")) {
        config.faults.push_back(read_fault({*fault, "faults", source}));
    }
    top.finish();
    return config;
}

}  // namespace cone::config
