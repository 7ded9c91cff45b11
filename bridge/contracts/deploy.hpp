// Deploys the five contracts: five plain creations by one account, whose addresses are known before the first is sent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "bridge/contracts/deployment.hpp"
#include "bridge/contracts/records.hpp"
#include "bridge/rpc/types.hpp"

namespace cone::contracts {

struct DeployTerms {
    Wei unit_stake;
    std::uint64_t unstake_delay_blocks = 50'400;  ///< and the longest life of a job: a week of 12 s blocks
    Rules rules;
    Timing timing;
    Address admin;  ///< may pause new auctions, nothing else
};

struct Creation {
    Contract contract;
    Bytes init_code;
    Address address;  ///< where it will stand
};

/// Pure but for reading the compiler's output: `artifacts`/<Name>.sol/<Name>.json. The creations must be sent in order, from
/// `deployer`, beginning with `nonce`. Throws EnvironmentError when an artifact is missing, malformed or not linked.
[[nodiscard]] std::vector<Creation> plan_deployment(const std::filesystem::path& artifacts, const DeployTerms& terms,
                                                    const Address& deployer, std::uint64_t nonce);

/// Sends a creation and waits for its receipt.
using Create = std::function<rpc::Receipt(const Creation&)>;

/// Throws ChainError when a creation fails or stands elsewhere: then somebody else used the account meanwhile.
[[nodiscard]] Deployment deploy(rpc::Client& client, const std::vector<Creation>& plan, const Create& create);

}  // namespace cone::contracts
