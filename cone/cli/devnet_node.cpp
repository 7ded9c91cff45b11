// Flags of either node, and the money that geth's one rich account hands out.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/devnet_node.hpp"

#include "bridge/eth/key_source.hpp"
#include "bridge/rpc/calls.hpp"
#include "cone/base/errors.hpp"
#include "cone/cli/roles.hpp"

namespace cone::cli {
namespace {

constexpr auto kBalanceEther = "100000";
constexpr int kFundTries = 600;
constexpr Millis kFundPause{100};
/// As the networks have it today; a transaction alone may take 2^24 of it (EIP-7825).
constexpr auto kGethGasLimit = "60000000";

std::vector<std::string> anvil_arguments(const config::Config& config, const std::string& port) {
    return {"--port",
            port,
            "--chain-id",
            std::to_string(config.chain.chain_id),
            "--accounts",
            std::to_string(kDevAccounts),
            "--balance",
            kBalanceEther,
            "--block-time",
            std::to_string(config.devnet.block_time_s),
            "--mixed-mining",
            "--slots-in-an-epoch",
            "1",
            "--hardfork",
            "osaka"};
}

/// `--dev`: a chain of one machine with id 1337. It mines by the clock only, so a transaction waits for its block.
std::vector<std::string> geth_arguments(const config::Config& config, const std::string& port,
                                        const std::filesystem::path& folder) {
    return {"--dev",
            "--dev.period",
            std::to_string(config.devnet.block_time_s),
            "--dev.gaslimit",
            kGethGasLimit,
            "--datadir",
            (folder / "geth").string(),
            "--http",
            "--http.addr",
            "127.0.0.1",
            "--http.port",
            port,
            "--http.api",
            "eth,net,web3,debug,txpool",
            "--txpool.accountslots",
            std::to_string(2 * kDevAccounts),
            "--ipcdisable",
            "--nodiscover",
            "--maxpeers",
            "0",
            "--port",
            "0",
            "--verbosity",
            "3"};
}

/// One payment an account, all in one exchange. Numbered here: the node's own count lags behind what it was just given.
std::vector<rpc::Question> payments(rpc::Client& client, const std::string& from, const eth::U256& amount,
                                    std::uint64_t chain_id) {
    const auto first = rpc::transaction_count(client, fixed_from_hex<Address>(from).value());
    std::vector<rpc::Question> questions;
    for (std::uint32_t i = 0; i < kDevAccounts; ++i) {
        const rpc::Json payment{{"from", from},
                                {"to", to_hex(eth::dev_key(i, chain_id).address())},
                                {"value", eth::to_quantity(amount)},
                                {"nonce", eth::to_quantity(first + i)}};
        questions.push_back({"eth_sendTransaction", rpc::Json::array({payment})});
    }
    return questions;
}

std::string rich_account(rpc::Client& client) {
    const auto accounts = client.ask("eth_accounts");
    if (!accounts.is_array() || accounts.empty() || !accounts.front().is_string()) {
        throw EnvironmentError("the node has no account of its own to pay from", "is it geth --dev?");
    }
    return accounts.front().get<std::string>();
}

bool is_rich(rpc::Client& client, std::uint32_t index, const eth::U256& amount, std::uint64_t chain_id) {
    return rpc::balance(client, eth::dev_key(index, chain_id).address()) >= amount;
}

}  // namespace

std::vector<std::string> node_arguments(const config::Config& config, std::uint16_t port, const std::filesystem::path& folder) {
    const auto text = std::to_string(port);
    return config.devnet.node == "geth" ? geth_arguments(config, text, folder) : anvil_arguments(config, text);
}

void fund_accounts(rpc::Client& client, rpc::Pause& pause, const config::Config& config) {
    if (config.devnet.node != "geth") {
        return;
    }
    const auto amount = eth::to_u256(wei_from_ether(kBalanceEther).value());
    const auto chain = config.chain.chain_id;
    for (const auto& answer : client.ask_all(payments(client, rich_account(client), amount, chain))) {
        if (const auto* error = std::get_if<rpc::ErrorObject>(&answer)) {
            throw EnvironmentError("the node does not pay the test accounts: " + error->message);
        }
    }
    for (int i = 0; i < kFundTries; ++i) {  // paid in order: the last one stands for all
        if (is_rich(client, kDevAccounts - 1, amount, chain)) {
            return;
        }
        if (!pause.wait(kFundPause)) {
            break;
        }
    }
    throw EnvironmentError("the test accounts were not paid in time", "is the node making blocks?");
}

}  // namespace cone::cli
