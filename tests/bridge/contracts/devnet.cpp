// Deploys and prepares over plain JSON-RPC; anvil mines each transaction at once.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/contracts/devnet.hpp"

#include "bridge/contracts/catalogue.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/eth/transaction.hpp"
#include "bridge/rpc/calls.hpp"
#include "cone/base/errors.hpp"

namespace cone::test {

using namespace cone::contracts;

namespace {

constexpr std::uint64_t kGwei = 1'000'000'000;
const Wei kEther(static_cast<Uint128>(kGwei) * kGwei);
const Wei kUnitStake(200 * kEther.value);  ///< a segment may pay an ether

DeployTerms terms_of(const Rules& rules) {
    DeployTerms terms;
    terms.unit_stake = kUnitStake;
    terms.rules = rules;
    terms.timing = {2, 1, 4, 500};
    terms.admin = dev_account(kDeployer).address();
    return terms;
}

}  // namespace

eth::SecretKey dev_account(std::uint32_t index) {
    return eth::dev_key(index, eth::kAnvilChainId);
}

Hash32 shard_root(std::size_t index) {
    Hash32 root;
    root.bytes.fill(0x5d);
    root.bytes[0] = static_cast<std::uint8_t>(index);
    return root;
}

Rules Devnet::quick_rules() {
    Rules rules{1, 0, 20, 2, 200, 5000, 100, 3000, {}};
    rules.challenge_bond = kEther;
    return rules;
}

Devnet::Devnet(const Rules& rules)
    : anvil_({"--accounts", "40", "--hardfork", "osaka"}), transport_({anvil_.url()}), client_(transport_, pause_) {
    const eth::SecretKey key = dev_account(kDeployer);
    const auto plan = plan_deployment(std::string(CONE_SOURCE_DIR) + "/contracts/out", terms_of(rules), key.address(), 0);
    deployment_ =
        deploy(client_, plan, [&](const Creation& creation) { return send_raw(key, std::nullopt, creation.init_code, 0); });
}

rpc::Receipt Devnet::send(std::uint32_t index, const ContractCall& call) {
    const eth::SecretKey key = dev_account(index);
    const Address to = deployment_.address(call.contract);
    const rpc::CallMessage message{key.address(), to, call.data, eth::to_u256(call.value)};
    const auto simulated = rpc::call(client_, message);
    if (const auto* revert = std::get_if<rpc::RevertInfo>(&simulated)) {
        throw ChainError(describe_revert(call.contract, revert->data));
    }
    return send_raw(key, to, call.data, eth::to_u256(call.value));
}

rpc::Receipt Devnet::send_raw(const eth::SecretKey& key, const std::optional<Address>& to, const Bytes& data,
                              const eth::U256& value) {
    eth::Transaction transaction;
    transaction.chain_id = eth::kAnvilChainId;
    transaction.nonce = rpc::transaction_count(client_, key.address());
    transaction.max_priority_fee = kGwei;
    transaction.max_fee = 10 * kGwei;
    transaction.gas_limit = 15'000'000;
    transaction.to = to;
    transaction.value = value;
    transaction.data = data;
    const eth::SignedTransaction made = eth::sign(transaction, key);
    rpc::send_raw_transaction(client_, made.raw);
    return wait_for(made.hash);
}

rpc::Receipt Devnet::wait_for(const Hash32& transaction) {
    // Anvil answers before it mines, so the receipt comes a moment later.
    for (int look = 0; look < 500; ++look) {
        if (const auto receipt = rpc::receipt(client_, transaction)) {
            return *receipt;
        }
        (void)pause_.wait(Millis(10));
    }
    throw RpcError("anvil did not mine a transaction within 5 s");
}

void Devnet::mine(std::uint64_t blocks) {
    (void)client_.ask("anvil_mine", {eth::to_quantity(blocks)});
}

Request Devnet::request() const {
    Request request;
    request.spec_hash.bytes.fill(7);
    request.tau_bp = 9000;
    request.lead = 2;
    request.min_size = 2;
    request.executor_share_bp = 3000;
    request.bridge = dev_account(kBridge).address();
    return request;
}

JobId Devnet::open_job(std::size_t sellers, std::size_t executors, const Request& request) {
    const auto tags = tag_set({"vision", "digits"});
    for (std::size_t i = 0; i < sellers; ++i) {
        send(kFirstSeller + static_cast<std::uint32_t>(i), register_shard(tags, shard_root(i), 100, Wei(0)));
    }
    for (std::size_t i = 0; i < executors; ++i) {
        send(kFirstExecutor + static_cast<std::uint32_t>(i), register_executor(1, kUnitStake));
    }
    send(kBuyer, open_auction(tags, request, kEther));
    const JobId job = views().running_auction(tags);
    mine(5);
    send(kBuyer, close_auction(job, read_lists(client_, deployment_, tags)));
    mine(3);
    return job;
}

}  // namespace cone::test
