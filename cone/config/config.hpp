// The configuration of a run: one struct a TOML table, with the defaults; read once, passed down as values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cone/base/wei.hpp"
#include "cone/config/key_place.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::config {

struct Output {
    std::string dir = "cone-out";  ///< a run's folder is <dir>/job-<id>
};

struct ChainSettings {
    std::string rpc_url;         ///< empty: the one in the deployment file
    std::string second_rpc_url;  ///< another node that has to say the same before the bridge sends; empty: one is believed
    std::string member_rpc_url;  ///< a member's own endpoint; empty: the bridge is believed about roots
    std::uint64_t chain_id = 31337;
    std::string deployment;  ///< contract addresses; empty: <output.dir>/devnet/deployment.json
    std::uint32_t poll_ms = 100;
    std::uint32_t receipt_timeout_s = 60;  ///< then the fee is raised (class commit; [fees] has the others)
    std::uint32_t outage_s = 120;          ///< how long an unreachable node is waited for
};

/// The local chain that `cone devnet` starts, with freshly deployed contracts. Times in blocks.
struct Devnet {
    std::string node = "anvil";      ///< "anvil" or "geth"
    std::uint32_t port = 0;          ///< 0: a free one
    std::uint32_t block_time_s = 1;  ///< blocks come this often, and at once when there is a transaction
    std::uint32_t auction_blocks = 6;
    std::uint32_t seed_lag_blocks = 2;
    std::uint32_t commit_blocks = 0;
    std::uint32_t reveal_blocks = 30;
    std::uint32_t challenge_blocks = 4;
    std::uint32_t stall_blocks = 2000;
    std::uint32_t unstake_blocks = 50'400;  ///< how long a stake stays after an exit, and the longest life of a job
    Wei unit_stake;                         ///< one stake unit
    Wei challenge_bond;
    std::uint32_t hard_slash_bp = 5000;
    std::uint32_t soft_slash_bp = 100;
};

/// Where keys are. The public test keys ("dev") work on development chains only.
struct Keys {
    std::string source = "dev";  ///< of every role without a place of its own: "none", "dev", "file" or "keystore"
    std::string dir;             ///< "file": bridge.key, executor-0.key, ...; "keystore": bridge.json, executor-0.json, ...
    std::map<std::string, std::string, std::less<>> of_role;  ///< keys.bridge = "keystore:DIR"; see parse_key_place
    std::string password_file;                                ///< opens keystores; its owner's alone
    int password_fd = -1;                                     ///< the same from an open descriptor (--password-fd)
};

inline constexpr std::array<std::string_view, 3> kModes = {"watch", "defend", "act"};

/// What the bridge may send.
struct BridgeSettings {
    std::string mode = "act";  ///< one of kModes; not given: "act" on a development chain, "watch" elsewhere
};

/// How one class of transactions pays.
struct FeeClass {
    std::uint32_t replace_after_s;  ///< unmined for so long: more is offered
    std::uint64_t max_gwei;         ///< most a gas unit
    Wei most;                       ///< most a transaction: gas limit times what is offered a unit
    Wei most_a_day;                 ///< most in any 24 hours
};

/// [fees]: dispute is what has a deadline (votes, proofs, challenges), payout what can wait (settling, withdrawing).
struct Fees {
    FeeClass dispute{24, 500, Wei(1'000'000'000'000'000'000), Wei(5'000'000'000'000'000'000)};
    FeeClass commit{60, 200, Wei(500'000'000'000'000'000), Wei(2'000'000'000'000'000'000)};
    FeeClass payout{300, 100, Wei(500'000'000'000'000'000), Wei(1'000'000'000'000'000'000)};
    std::uint32_t dispute_hard_factor = 4;  ///< a dispute transaction may pay so many times its caps in the last quarter
};

struct Data {
    std::string dir = "data/mnist";
    std::string store;  ///< content store; empty: <output.dir>/store
    std::uint32_t sellers = 12;
    std::uint32_t images_per_seller = 4800;
    std::uint32_t validation_images = 2400;
    std::uint32_t test_images = 10000;
    std::uint32_t corrupted_sellers = 0;  ///< the last ones
    double corrupted_share = 1.0;
    std::uint64_t split_seed = 0;
};

struct Bid {
    std::uint32_t buyer = 0;
    Wei amount;
};

struct Market {
    std::vector<std::string> tags;
    Wei reserve;  ///< of every seller
    std::uint32_t min_sellers = 1;
    std::uint32_t threshold_bp = 0;
    std::uint32_t executor_share_bp = 3000;
    std::vector<Bid> bids;  ///< in the order they are placed
};

struct Execution {
    std::uint32_t executors = 6;
    std::uint32_t ranks_per_executor = 1;
    std::uint32_t segment_timeout_s = 120;
    std::uint32_t reveal_timeout_s = 20;
    std::uint32_t heartbeat_s = 2;
    std::string engine = "exact";   ///< "exact" or "libtorch"
    std::string isa = "avx2";       ///< libtorch is pinned to it
    std::uint32_t threads = 1;      ///< of the exact engine, in each rank
    std::string split = "sellers";  ///< what a team deals out: "sellers" or "shards"
    std::string trace = "none";     ///< "operator": record the operators of trace_step
    std::string trace_step;         ///< SEGMENT.ROUND.SELLER.STEP
};

inline constexpr std::array<std::string_view, 8> kFaultKinds = {"wrong-digest", "silent",     "withhold", "copycat",
                                                                "late",         "equivocate", "crash",    "freeze"};

inline constexpr std::array<std::string_view, 2> kNodes = {"anvil", "geth"};

inline constexpr std::array<std::string_view, 2> kSplits = {"sellers", "shards"};

inline constexpr std::array<std::string_view, 2> kTraces = {"none", "operator"};

/// A fault planted for a demonstration or a test; only on the development chain ids.
struct Fault {
    std::uint32_t segment = 0;
    std::uint32_t member = 0;  ///< position in the execution set, over all attempts
    std::string kind;
};

struct Config {
    std::string name = "job";  ///< [job] name
    Output output;
    ChainSettings chain;
    Devnet devnet;
    Keys keys;
    BridgeSettings bridge;
    Fees fees;
    Data data;
    Market market;
    std::string network = "lenet5";  ///< [model] network: a preset's name, "custom" when layers are listed
    job::ModelSpec model;
    job::LocalTraining training;
    job::Schedule schedule;  ///< rounds, rounds_per_segment, seed of [training]
    job::OsmdSpec osmd;
    job::AgreementSpec agreement;
    Execution execution;
    std::vector<Fault> faults;
};

/// Chain ids on which the public test keys and planted faults are allowed.
[[nodiscard]] constexpr bool is_development_chain(std::uint64_t chain_id) {
    return chain_id == 31337 || chain_id == 1337;
}

/// Reads TOML text. `environment` holds CONE_SECTION_KEY variables (others are ignored), `overrides` holds "section.key=value";
/// order of strength: override > environment > file > default. Throws ConfigError naming `name`, line, key and a hint: syntax,
/// unknown key, wrong type, out of range, impossible combination.
[[nodiscard]] Config parse_config(std::string_view text, const std::string& name,
                                  const std::map<std::string, std::string>& environment = {},
                                  const std::vector<std::string>& overrides = {});

/// parse_config of a file. Throws ConfigError when it cannot be read.
[[nodiscard]] Config load_config(const std::filesystem::path& path, const std::map<std::string, std::string>& environment = {},
                                 const std::vector<std::string>& overrides = {});

[[nodiscard]] std::filesystem::path store_dir(const Config& config);
[[nodiscard]] std::filesystem::path deployment_path(const Config& config);

/// The job spec of a run: `shape` gives channels, height, width and classes of the data.
[[nodiscard]] job::JobSpec to_job_spec(const Config& config, const job::ModelSpec& shape, const Hash32& validation_root,
                                       const Hash32& test_root, const job::ExecutionProfile& profile);

}  // namespace cone::config
