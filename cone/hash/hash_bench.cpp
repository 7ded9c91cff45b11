// Alternating timings, so that a slow second of a shared machine meets every contestant.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/hash_bench.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <vector>

#include "cone/base/errors.hpp"
#include "cone/base/median.hpp"
#include "cone/base/rng.hpp"
#include "cone/hash/keccak_x4.hpp"

namespace cone::hash {
namespace {

Bytes random_bytes(std::size_t count) {
    const Rng rng(std::uint64_t{1}, RngStream::Probe, 0);
    Bytes data(count);
    for (std::size_t i = 0; i < count; ++i) {
        data[i] = static_cast<std::uint8_t>(rng.bits(i / 8) >> (8 * (i % 8)));
    }
    return data;
}

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void openssl_digest(const EVP_MD* kind, ByteSpan data) {
    std::uint8_t out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_Digest(data.data(), data.size(), out, &length, kind, nullptr) != 1) {
        throw EnvironmentError("OpenSSL: EVP_Digest failed", "check the OpenSSL installation");
    }
}

/// The work's result has to be used, or a compiler could drop it.
void hash_tree(KeccakPath path, ByteSpan data, unsigned threads = 1) {
    CONE_ASSERT(!bytes_root(path, data, threads).is_zero(), "a root is never zero");
}

/// Two threads that share nothing: how far this gains on one is the machine's doing.
void openssl_digest_twice(const EVP_MD* kind, ByteSpan data) {
    const std::size_t half = data.size() / 2;
    auto other = std::async(std::launch::async, [&] { openssl_digest(kind, data.subspan(half)); });
    openssl_digest(kind, data.first(half));
    other.get();
}

}  // namespace

HashBench run_hash_bench(std::size_t bytes, int repeats) {
    CONE_ASSERT(bytes > 0 && repeats > 0, "nothing to measure");
    const Bytes data = random_bytes(bytes);
    const std::array<std::function<void()>, 6> ways = {
        [&] { hash_tree(best_keccak_path(), data); },    [&] { hash_tree(KeccakPath::Portable, data); },
        [&] { openssl_digest(EVP_sha256(), data); },     [&] { openssl_digest(EVP_sha3_256(), data); },
        [&] { hash_tree(best_keccak_path(), data, 2); }, [&] { openssl_digest_twice(EVP_sha256(), data); },
    };
    std::array<std::vector<double>, ways.size()> seconds;
    for (int run = 0; run < repeats; ++run) {
        for (std::size_t way = 0; way < ways.size(); ++way) {
            seconds[way].push_back(seconds_of(ways[way]));
        }
    }
    const auto gbps = [&](std::size_t way) { return static_cast<double>(bytes) / median(seconds[way]) / 1e9; };
    return {.keccak_tree_gbps = gbps(0),
            .portable_gbps = gbps(1),
            .sha256_openssl_gbps = gbps(2),
            .sha3_256_openssl_gbps = gbps(3),
            .two_threads_gbps = gbps(4),
            .sha256_twice_gbps = gbps(5),
            .keccak_path = std::string(to_string(best_keccak_path())),
            .bytes = bytes,
            .repeats = repeats};
}

}  // namespace cone::hash
