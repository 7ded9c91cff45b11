// cone bench: figures with their peers, measured in one run.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>

#include "cone/cli/bench_chain.hpp"
#include "cone/cli/bench_job.hpp"
#include "cone/cli/bench_play.hpp"
#include "cone/cli/bench_team.hpp"
#include "cone/cli/bench_train.hpp"
#include "cone/cli/command.hpp"
#include "cone/hash/hash_bench.hpp"

namespace cone::cli {
namespace {

std::string text_of(const char* format, auto... values) {
    char line[512];
    std::snprintf(line, sizeof line, format, values...);
    return line;
}

ExitCode bench_hash(const Common& common, std::size_t mib) {
    end_on_signals();
    const auto figures = hash::run_hash_bench(mib << 20, 7);
    const nlohmann::json body{{"bytes", figures.bytes},
                              {"keccak_path", figures.keccak_path},
                              {"repeats", figures.repeats},
                              {"keccak_tree_gbps", figures.keccak_tree_gbps},
                              {"keccak_portable_gbps", figures.portable_gbps},
                              {"openssl_sha256_gbps", figures.sha256_openssl_gbps},
                              {"openssl_sha3_256_gbps", figures.sha3_256_openssl_gbps},
                              {"keccak_two_threads_gbps", figures.two_threads_gbps},
                              {"openssl_sha256_twice_gbps", figures.sha256_twice_gbps}};
    print_result(
        common, "bench hash", body,
        text_of("hashing %zu MiB, one core, medians of %d, GB/s\n  Keccak-256 tree     %6.3f\n  Keccak-256 portable %6.3f\n"
                "  OpenSSL SHA-256     %6.3f\n  OpenSSL SHA3-256    %6.3f\n  tree / SHA3-256     %6.2f\n"
                "  tree, two threads   %6.3f, %.2f times one; SHA-256 by two that share nothing %.2f times",
                mib, figures.repeats, figures.keccak_tree_gbps, figures.portable_gbps, figures.sha256_openssl_gbps,
                figures.sha3_256_openssl_gbps, figures.keccak_tree_gbps / figures.sha3_256_openssl_gbps,
                figures.two_threads_gbps, figures.two_threads_gbps / figures.keccak_tree_gbps,
                figures.sha256_twice_gbps / figures.sha256_openssl_gbps));
    return ExitCode::Ok;
}

void add_hash(CLI::App& bench, const std::shared_ptr<Common>& common, Runner& chosen) {
    auto mib = std::make_shared<std::size_t>(64);
    auto* command = bench.add_subcommand("hash", "Keccak tree beside OpenSSL's hashes");
    add_common(*command, *common, false);
    command->add_option("--mib", *mib, "Bytes to hash")->capture_default_str()->check(CLI::Range(1, 4096));
    command->callback([=, &chosen] { chosen = [=] { return bench_hash(*common, *mib); }; });
}

}  // namespace

void add_bench(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto* bench = app.add_subcommand("bench", "Measure, with a peer in the same run");
    bench->require_subcommand(1);
    add_hash(*bench, common, chosen);
    add_bench_train(*bench, chosen);
    add_bench_team(*bench, chosen);
    add_bench_job(*bench, chosen);
    add_bench_chain(*bench, chosen);
    add_bench_play(*bench, chosen);
}

}  // namespace cone::cli
