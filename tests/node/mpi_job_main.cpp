// The alphabet job under real mpirun: rank 0 is bridge and chain, the others are teams of executors. Driven by the mpi tests.
// Prints one line "RESULT ..." on rank 0. See tests/node/mpi_job_test.sh.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "cone/base/log.hpp"
#include "cone/node/bridge_loop.hpp"
#include "cone/node/executor.hpp"
#include "cone/node/mpi_run.hpp"
#include "cone/node/vote.hpp"
#include "cone/trace/documents.hpp"
#include "tests/support/alphabet_job.hpp"
#include "tests/support/fake_votes.hpp"
#include "tests/support/memory_chain.hpp"

namespace cone::node {
namespace {

constexpr std::uint32_t kSegments = 3;

struct Arguments {
    RankPlan plan{6, 1};
    std::filesystem::path store;
    std::vector<PlannedFault> faults;
    bool endless = false;  ///< the challenge window never ends, so only a signal stops the job
};

Arguments parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
        if (name == "--executors") {
            arguments.plan.executors = std::stoul(value());
        } else if (name == "--team") {
            arguments.plan.ranks_per_executor = std::stoi(value());
        } else if (name == "--store") {
            arguments.store = value();
        } else if (name == "--endless") {
            arguments.endless = true;
        } else if (name == "--fault") {  // segment member kind
            const auto segment = static_cast<std::uint32_t>(std::stoul(value()));
            const auto member = static_cast<std::uint32_t>(std::stoul(value()));
            arguments.faults.push_back({SegmentIndex(segment), member, fault_from_name(value()).value()});
        } else {
            throw ConfigError("unknown argument " + name);
        }
    }
    return arguments;
}

/// One file a digest, written beside and renamed.
class FileStateStore final : public StateStore {
public:
    explicit FileStateStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
    void put(const Hash32& digest, const training::TrainingState& state) override {
        const auto target = folder_ / to_hex(digest);
        const auto beside = folder_ / (to_hex(random_salt()) + ".part");
        const Bytes bytes = trace::canonical_bytes(state);
        std::ofstream(beside, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        std::filesystem::rename(beside, target);
    }
    [[nodiscard]] std::optional<training::TrainingState> get(const Hash32& digest) override {
        std::ifstream file(folder_ / to_hex(digest), std::ios::binary);
        if (!file) {
            return std::nullopt;
        }
        const Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        return trace::state_from_canonical(bytes);
    }

private:
    std::filesystem::path folder_;
};

SeatEnd be_bridge(const Seat& seat, const Arguments& arguments) {
    const test::FakeVerifier verifier;
    test::ChainRules rules;
    rules.reveal_blocks = 50;
    rules.challenge_blocks = arguments.endless ? 1U << 30 : 3;
    test::MemoryChain chain(test::alphabet_terms(arguments.plan.executors, kSegments, 3), rules, verifier);
    const SteadyClock clock;
    BridgeOptions options;
    options.coordinator = {arguments.plan.executors, job::canonical_bytes(test::alphabet_spec(kSegments)), Millis{10000},
                           Millis{3000}, Millis{500}};
    options.poll = Millis{20};
    options.job_timeout = Millis{60000};
    options.goodbye_timeout = Millis{2000};
    const BridgePorts ports{seat.mailbox, chain, clock, verifier, seat.leaders, &seat.interrupted, [](const std::string& line) {
                                std::cout << line << std::endl;
                            }};
    const auto outcome = run_bridge(ports, options);
    std::size_t attempts = 0;
    for (const auto& run : outcome.state.segments) {
        attempts += run.attempts.size();
    }
    const auto verdict = chain.verdict(SegmentIndex(kSegments - 1));
    std::cout << "RESULT code=" << static_cast<int>(outcome.code) << " attempts=" << attempts
              << " slashed=" << chain.slashed().size() << " unheard=" << outcome.unheard.size()
              << " digest=" << (verdict ? to_hex(*verdict) : "none") << std::endl;
    return {static_cast<int>(outcome.code), outcome.all_alive};
}

SeatEnd be_executor(const Seat& seat, const Arguments& arguments) {
    const test::FakeSigner signer(test::address_of(*seat.executor));
    FileStateStore store(arguments.store);
    const SteadyClock clock;
    const bool leads = seat.team.rank() == 0;
    const ExecutorPorts ports{
        seat.team, leads ? &seat.mailbox : nullptr, leads ? &signer : nullptr, store, clock, [](const Welcome& welcome) {
            return std::make_unique<test::AlphabetEngine>(welcome.job_hash);
        }};
    ExecutorOptions options;
    options.heartbeat = Millis{200};
    options.reveal_timeout = Millis{500};
    options.give_up = Deadline::in(clock, Millis{60000});
    options.faults = arguments.faults;
    const ExecutorEnd end = run_executor(ports, options);
    return {end == ExecutorEnd::BridgeLost ? static_cast<int>(ExitCode::TryAgain) : 0, end == ExecutorEnd::Stopped};
}

int run(int argc, char** argv) {
    const Arguments arguments = parse(argc, argv);
    MpiRunOptions options;
    options.plan = arguments.plan;
    options.team_timeout = Millis{5000};
    options.job_timeout = Millis{60000};
    options.freeze_limit = Millis{5000};
    return run_under_mpi(argc, argv, options, [&](const Seat& seat) {
        return seat.executor ? be_executor(seat, arguments) : be_bridge(seat, arguments);
    });
}

}  // namespace
}  // namespace cone::node

int main(int argc, char** argv) {
    try {
        cone::set_up_log("mpi-job", "warn");
        return cone::node::run(argc, argv);
    } catch (const cone::Error& error) {
        std::cerr << error.what() << "\n" << error.hint() << std::endl;
        return static_cast<int>(error.code());
    }
}
