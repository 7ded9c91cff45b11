// Signatures a second on one core; send-to-receipt by our sender beside a bare loop of calls, in turn, on one node; and what share
// of a finished run's time was spent waiting for the chain.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/bench_chain.hpp"

#include <ctime>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "bridge/eth/key_source.hpp"
#include "bridge/eth/signer.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/sender/sender.hpp"
#include "cone/base/rng.hpp"
#include "cone/cli/process.hpp"
#include "cone/report/run_folder.hpp"

namespace cone::cli {
namespace {

constexpr std::uint64_t kGas = 21'000;
constexpr std::uint64_t kGwei = 1'000'000'000;
constexpr Millis kRawPoll{5};
constexpr Millis kNodePause{50};
constexpr int kNodeTries = 400;
constexpr int kNodeGraceMs = 3'000;

struct BenchChainOptions {
    std::size_t signatures = 20'000;
    std::size_t transactions = 30;
    std::uint32_t block_time_s = 1;
    std::string run;  ///< folder of a finished run
};

/// Seconds of processor time of this thread: other programs on the machine do not count.
double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// A payment of nothing, with the size of a real call's data.
eth::Transaction transaction(std::uint64_t nonce, const Address& to, std::size_t data_bytes = 0) {
    eth::Transaction t;
    t.chain_id = eth::kAnvilChainId;
    t.nonce = nonce;
    t.max_priority_fee = kGwei;
    t.max_fee = eth::U256(100) * kGwei;
    t.gas_limit = kGas;
    t.to = to;
    t.data.assign(data_bytes, 0x5a);
    return t;
}

double signatures_a_second(std::size_t count) {
    constexpr std::size_t kDataBytes = 256;
    const auto key = eth::dev_key(0, eth::kAnvilChainId);
    std::size_t bytes = 0;
    const double start = thread_seconds();
    for (std::size_t nonce = 0; nonce < count; ++nonce) {
        bytes += eth::sign(transaction(nonce, key.address(), kDataBytes), key).raw.size();
    }
    const double seconds = thread_seconds() - start;
    CONE_ASSERT(bytes > count * kDataBytes, "transactions were signed");
    return static_cast<double>(count) / seconds;
}

/// A node of our own, gone with the object.
class BenchNode {
public:
    explicit BenchNode(std::uint32_t block_time_s) : port_(free_port()) {
        const auto anvil = find_program("anvil");
        if (!anvil) {
            throw EnvironmentError("anvil not found in PATH or .tools/bin", "scripts/setup installs it");
        }
        log_ = std::filesystem::temp_directory_path() / ("cone-bench-chain-" + std::to_string(port_) + ".log");
        pid_ = start_detached(*anvil,
                              {"--port", std::to_string(port_), "--chain-id", std::to_string(eth::kAnvilChainId),
                               "--block-time", std::to_string(block_time_s), "--hardfork", "osaka", "--silent"},
                              log_);
    }
    BenchNode(const BenchNode&) = delete;
    BenchNode& operator=(const BenchNode&) = delete;
    ~BenchNode() {
        stop_process(pid_, kNodeGraceMs);
        std::filesystem::remove(log_);
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    void wait_until_up(rpc::Client& client, rpc::Pause& pause) const {
        for (int i = 0; i < kNodeTries; ++i) {
            try {
                (void)rpc::block_number(client);
                return;
            } catch (const rpc::CallFailed&) {
                if (!is_alive(pid_) || !pause.wait(kNodePause)) {
                    break;
                }
            }
        }
        throw EnvironmentError("anvil did not start", "its log is " + log_.string());
    }

private:
    std::uint16_t port_;
    std::filesystem::path log_;
    pid_t pid_ = 0;
};

/// What anybody would write: sign, send, ask for the receipt until it is there.
void send_raw(rpc::Client& client, rpc::Pause& pause, const eth::SecretKey& key, std::uint64_t nonce) {
    const auto signed_bytes = eth::sign(transaction(nonce, key.address()), key);
    (void)rpc::send_raw_transaction(client, signed_bytes.raw);
    while (!rpc::receipt(client, signed_bytes.hash)) {
        (void)pause.wait(kRawPoll);
    }
}

void send_ours(sender::Sender& sender) {
    const auto outcome = sender.send({.label = "bench", .to = sender.address(), .gas_limit = kGas});
    if (!std::holds_alternative<rpc::Receipt>(outcome)) {
        throw ChainError("a payment of nothing was not taken", "a bug: please report it");
    }
}

double wall_seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct BenchWaits {
    std::vector<double> raw;
    std::vector<double> ours;
};

/// Each pair begins at the same, random, place between two blocks.
BenchWaits measure_waits(const BenchChainOptions& options) {
    const BenchNode node(options.block_time_s);
    rpc::CurlTransport transport({.url = node.url()});
    rpc::StoppablePause pause;
    rpc::Client client(transport, pause, {.tries = 1});
    node.wait_until_up(client, pause);
    const auto raw_key = eth::dev_key(0, eth::kAnvilChainId);
    eth::LocalSigner signer(eth::dev_key(1, eth::kAnvilChainId));
    sender::MemoryJournal journal;
    const SteadyClock clock;
    sender::Sender ours(client, signer, journal, clock, pause, {.chain_id = eth::kAnvilChainId});
    const Rng random(1, RngStream::Simulation, 0);
    BenchWaits waits;
    for (std::size_t i = 0; i < options.transactions && !interrupted(); ++i) {
        const Millis offset(static_cast<int>(random.uniform(i) * 1000 * options.block_time_s));
        (void)pause.wait(offset);
        waits.raw.push_back(wall_seconds([&] { send_raw(client, pause, raw_key, i); }));
        (void)pause.wait(offset);
        waits.ours.push_back(wall_seconds([&] { send_ours(ours); }));
    }
    return waits;
}

double quantile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

/// Seconds in which everybody waited for the chain, of the seconds of all segments.
double chain_share(const std::filesystem::path& folder) {
    const auto result = report::load_result(folder / "result.json");
    double waited = 0;
    double all = 0;
    for (const auto& segment : result.segments) {
        waited += segment.chain_seconds;
        all += segment.wall_seconds;
    }
    return all > 0 ? waited / all : 0;
}

std::string chain_table(const nlohmann::json& body) {
    char text[512];
    std::snprintf(
        text, sizeof text,
        "signed transactions      %9.0f a second and core\nsend to receipt, blocks of %u s, %u pairs in turn\n"
        "  bare loop of calls     %9.3f s median, %.3f s 99 %%\n  our sender             %9.3f s median, %.3f s 99 %%\n"
        "  ours / bare            %9.3f median, %.3f 99 %%",
        body["signed_per_second"].get<double>(), body["block_time_s"].get<unsigned>(), body["pairs"].get<unsigned>(),
        body["raw_p50_s"].get<double>(), body["raw_p99_s"].get<double>(), body["sender_p50_s"].get<double>(),
        body["sender_p99_s"].get<double>(), body["p50_ratio"].get<double>(), body["p99_ratio"].get<double>());
    std::string out = text;
    if (body.contains("chain_share")) {
        std::snprintf(text, sizeof text, "\nwaiting for the chain    %9.2f %% of the run's segments",
                      100 * body["chain_share"].get<double>());
        out += text;
    }
    return out;
}

ExitCode bench_chain(const Common& common, const BenchChainOptions& options) {
    nlohmann::json body{{"signed_per_second", signatures_a_second(options.signatures)}, {"block_time_s", options.block_time_s}};
    const BenchWaits waits = measure_waits(options);
    if (waits.ours.empty()) {
        return ExitCode::Interrupted;
    }
    body["pairs"] = waits.ours.size();
    body["raw_p50_s"] = quantile(waits.raw, 0.5);
    body["raw_p99_s"] = quantile(waits.raw, 0.99);
    body["sender_p50_s"] = quantile(waits.ours, 0.5);
    body["sender_p99_s"] = quantile(waits.ours, 0.99);
    body["p50_ratio"] = quantile(waits.ours, 0.5) / quantile(waits.raw, 0.5);
    body["p99_ratio"] = quantile(waits.ours, 0.99) / quantile(waits.raw, 0.99);
    if (!options.run.empty()) {
        body["chain_share"] = chain_share(options.run);
    }
    print_result(common, "bench chain", body, chain_table(body));
    return ExitCode::Ok;
}

}  // namespace

void add_bench_chain(CLI::App& bench, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<BenchChainOptions>();
    auto* command = bench.add_subcommand("chain", "Signatures a second; send to receipt beside a bare loop of calls");
    add_common(*command, *common, false);
    command->add_option("--signatures", options->signatures, "Transactions to sign")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000'000));
    command->add_option("--transactions", options->transactions, "Pairs to send")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    command->add_option("--block-time", options->block_time_s, "Seconds between the node's blocks")
        ->capture_default_str()
        ->check(CLI::Range(1, 60));
    command->add_option("--run", options->run, "Folder of a finished run: also what share of it waited for the chain");
    command->callback([=, &chosen] { chosen = [=] { return bench_chain(*common, *options); }; });
}

}  // namespace cone::cli
