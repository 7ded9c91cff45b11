// What a simulated job is bought and judged by: the contracts' parameters, with the defaults of `cone devnet`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/wei.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::play {

inline constexpr Uint128 kEther = 1'000'000'000'000'000'000;
inline constexpr std::uint32_t kWholeBp = 10'000;
inline constexpr std::size_t kSellers = 4;  ///< of a simulated job; the last is the attacker's

/// IJobBoard.Rules and the registry's two numbers; times in blocks.
struct Rules {
    std::uint32_t commit_blocks = 0;
    std::uint32_t reveal_blocks = 30;
    std::uint32_t challenge_blocks = 4;
    std::uint32_t stall_blocks = 2'000;
    std::uint32_t hard_slash_bp = 5'000;
    std::uint32_t soft_slash_bp = 100;
    std::uint32_t challenge_reward_bp = 3'000;
    Wei challenge_bond{kEther};
    Wei unit_stake{200 * kEther};
    std::uint64_t unstake_delay_blocks = 50'400;  ///< and the longest life of a job
};

/// What the contracts know of one job; its seed is fixed already.
struct JobTerms {
    JobId id{1};
    Hash32 job_hash;
    Hash32 job_seed;
    std::uint64_t pool_block = 0;
    std::uint64_t start_block = 0;  ///< the block in which the seed was fixed
    Wei escrow{3 * kEther};
    std::uint32_t executor_share_bp = 3'000;
    std::uint32_t threshold_bp = 9'000;
    std::uint32_t segments = 3;
    job::AgreementSpec agreement;
    Address buyer;
};

}  // namespace cone::play
