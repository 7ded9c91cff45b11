// A real chain for one test: anvil, the five contracts deployed by the public test keys, and the moves that prepare a job.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bridge/contracts/deploy.hpp"
#include "bridge/contracts/errors.hpp"
#include "bridge/contracts/events.hpp"
#include "bridge/contracts/transactions.hpp"
#include "bridge/contracts/views.hpp"
#include "bridge/eth/key.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/pause.hpp"
#include "tests/support/anvil.hpp"

namespace cone::test {

/// Accounts of the test mnemonic by what they do.
inline constexpr std::uint32_t kDeployer = 0;
inline constexpr std::uint32_t kBridge = 1;
inline constexpr std::uint32_t kBuyer = 2;
inline constexpr std::uint32_t kFirstSeller = 10;
inline constexpr std::uint32_t kFirstExecutor = 20;

class Devnet {
public:
    explicit Devnet(const contracts::Rules& rules = quick_rules());

    [[nodiscard]] static contracts::Rules quick_rules();
    [[nodiscard]] rpc::Client& client() { return client_; }
    [[nodiscard]] const contracts::Deployment& deployment() const { return deployment_; }
    [[nodiscard]] contracts::Views views() { return {client_, deployment_}; }
    [[nodiscard]] std::string url() const { return anvil_.url(); }

    /// Sends from account `index` and returns the receipt, mined at once. Throws ChainError with the reason when it reverts.
    rpc::Receipt send(std::uint32_t index, const contracts::ContractCall& call);
    void mine(std::uint64_t blocks);
    /// Registers sellers and executors, auctions one job to the buyer and mines until its seed block is over.
    [[nodiscard]] JobId open_job(std::size_t sellers, std::size_t executors, const contracts::Request& request);
    [[nodiscard]] contracts::Request request() const;

private:
    rpc::Receipt send_raw(const eth::SecretKey& key, const std::optional<Address>& to, const Bytes& data,
                          const eth::U256& value);
    [[nodiscard]] rpc::Receipt wait_for(const Hash32& transaction);

    Anvil anvil_;
    rpc::StoppablePause pause_;
    rpc::CurlTransport transport_;
    rpc::Client client_;
    contracts::Deployment deployment_;
};

[[nodiscard]] eth::SecretKey dev_account(std::uint32_t index);
/// A root that no shard has, different for each index.
[[nodiscard]] Hash32 shard_root(std::size_t index);

}  // namespace cone::test
