// How fast this machine hashes: our tree on its best path and on the portable one, with OpenSSL beside them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace cone::hash {

/// Medians over alternating runs in one process on one core unless said; GB/s are 1e9 input bytes a second.
struct HashBench {
    double keccak_tree_gbps = 0;       ///< bytes_root on the best path
    double portable_gbps = 0;          ///< bytes_root on the portable path
    double sha256_openssl_gbps = 0;    ///< EVP SHA-256 over the same bytes, no tree
    double sha3_256_openssl_gbps = 0;  ///< EVP SHA3-256: the same permutation as ours, one message
    double two_threads_gbps = 0;       ///< bytes_root on the best path by two threads
    double sha256_twice_gbps = 0;  ///< two threads, each EVP SHA-256 over half of the bytes: what the machine gives two cores
    std::string keccak_path;       ///< "avx2"
    std::size_t bytes = 0;
    int repeats = 0;
};

/// Hashes `bytes` pseudo-random bytes `repeats` times in each way, in turn; bytes and repeats > 0.
[[nodiscard]] HashBench run_hash_bench(std::size_t bytes = std::size_t{64} << 20, int repeats = 7);

}  // namespace cone::hash
