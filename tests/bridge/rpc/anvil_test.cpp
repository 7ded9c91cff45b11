// The typed calls over libcurl against a real node, and libcurl against nodes that are gone, frozen or too talkative.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "bridge/eth/key_source.hpp"
#include "bridge/eth/transaction.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/header.hpp"
#include "tests/support/anvil.hpp"

namespace cone::test {
namespace {

using rpc::CallFailed;
using rpc::Fault;

/// Blocks come when the test says so: anvil's own mining runs beside the answer to eth_sendRawTransaction.
struct Node {
    explicit Node(const Anvil& anvil) : transport({.url = anvil.url()}) { (void)client.ask("evm_setAutomine", {false}); }
    void mine() { (void)client.ask("evm_mine"); }
    rpc::CurlTransport transport;
    rpc::StoppablePause pause;
    rpc::Client client{transport, pause};
};

/// Init code that logs nothing with no topic and leaves an empty contract: LOG0(0, 0).
const Bytes kLogAndStop{0x60, 0x00, 0x60, 0x00, 0xa0};
/// Init code that reverts with the four bytes deadbeef.
const Bytes kRevert{0x63, 0xde, 0xad, 0xbe, 0xef, 0x60, 0x00, 0x52, 0x60, 0x04, 0x60, 0x1c, 0xfd};

eth::Transaction transaction(std::uint64_t nonce, const Bytes& init_code) {
    eth::Transaction out;
    out.chain_id = 31337;
    out.nonce = nonce;
    out.max_priority_fee = 1'000'000'000;
    out.max_fee = 5'000'000'000;
    out.gas_limit = 200'000;
    out.data = init_code;
    return out;
}

eth::SignedTransaction create(std::uint64_t nonce, const Bytes& init_code) {
    return eth::sign(transaction(nonce, init_code), eth::dev_key(0, 31337));
}

TEST(AnvilRpc, TellsAndTakesEverythingTyped) {
    const Anvil anvil;
    Node node(anvil);
    rpc::Client& client = node.client;
    const Address sender = eth::dev_key(0, 31337).address();
    rpc::require_chain_id(client, 31337);
    EXPECT_EQ(rpc::block_number(client), 0U);
    EXPECT_EQ(rpc::balance(client, sender), rpc::U256(10'000) * 1'000'000'000'000'000'000);

    const auto signed_bytes = create(0, kLogAndStop);
    EXPECT_FALSE(rpc::knows_transaction(client, signed_bytes.hash));
    EXPECT_FALSE(rpc::receipt(client, signed_bytes.hash));
    EXPECT_EQ(rpc::send_raw_transaction(client, signed_bytes.raw), signed_bytes.hash);
    EXPECT_TRUE(rpc::knows_transaction(client, signed_bytes.hash));
    EXPECT_FALSE(rpc::receipt(client, signed_bytes.hash));
    node.mine();

    const auto receipt = rpc::receipt(client, signed_bytes.hash);
    ASSERT_TRUE(receipt);
    EXPECT_TRUE(receipt->success);
    EXPECT_EQ(receipt->from, sender);
    ASSERT_EQ(receipt->logs.size(), 1U);
    EXPECT_TRUE(rpc::knows_transaction(client, signed_bytes.hash));
    EXPECT_EQ(rpc::transaction_count(client, sender), 1U);
    EXPECT_EQ(rpc::transaction_count(client, sender, std::uint64_t{0}), 0U);
    EXPECT_EQ(rpc::transaction_count(client, sender, receipt->block.hash), 1U);
    EXPECT_TRUE(rpc::code(client, receipt->created.value()).empty());

    const std::vector<Hash32> blocks{receipt->block.hash};
    EXPECT_EQ(rpc::logs_in_range(client, 0, 1, {}), receipt->logs);
    EXPECT_EQ(rpc::logs_in_blocks(client, blocks, {}).at(0), receipt->logs);
    EXPECT_EQ(rpc::logs_in_blocks(client, blocks, {{receipt->logs[0].address}, {}}).at(0), receipt->logs);
    EXPECT_TRUE(rpc::logs_in_blocks(client, blocks, {{sender}, {}}).at(0).empty());
    EXPECT_TRUE(rpc::logs_in_range(client, 0, 1, {{}, {{Hash32{}}}}).empty());
    const std::vector<Hash32> unknown{Hash32{{7}}};
    EXPECT_THROW((void)rpc::logs_in_blocks(client, unknown, {}), rpc::NodeError);
}

TEST(AnvilRpc, HeadersOfItsBlocksHashRight) {
    const Anvil anvil;
    Node node(anvil);
    (void)node.client.ask("anvil_mine", {"0x5"});

    const auto headers = rpc::block_headers(node.client, 0, 9);

    ASSERT_EQ(headers.size(), 6U) << "shorter than asked: blocks 6 to 8 do not exist";
    for (std::size_t i = 0; i < headers.size(); ++i) {
        EXPECT_GT(header_rlp(headers[i]).size(), 500U);
        EXPECT_EQ(rpc::block_header(node.client, headers[i].hash).value().number, i);
        EXPECT_TRUE(i == 0 || headers[i].parent == headers[i - 1].hash);
    }
    EXPECT_FALSE(rpc::block_header(node.client, std::uint64_t{6}));
    EXPECT_FALSE(rpc::block_header(node.client, Hash32{{9}}));
}

TEST(AnvilRpc, TellsRevertDataOfCallsAndEstimates) {
    const Anvil anvil;
    Node node(anvil);
    const rpc::CallMessage reverting{.data = kRevert};

    const auto called = std::get<rpc::RevertInfo>(rpc::call(node.client, reverting));
    const auto estimated = std::get<rpc::RevertInfo>(rpc::estimate_gas(node.client, reverting));

    EXPECT_EQ(to_hex(called.data), "0xdeadbeef");
    EXPECT_EQ(to_hex(estimated.data), "0xdeadbeef");
    EXPECT_GT(std::get<std::uint64_t>(rpc::estimate_gas(node.client, {.data = kLogAndStop})), 50'000U);
    EXPECT_TRUE(std::get<Bytes>(rpc::call(node.client, {.data = kLogAndStop})).empty());
}

TEST(AnvilRpc, SaysWhyItTakesNoTransaction) {
    const Anvil anvil;
    Node node(anvil);
    const auto refusal = [&](const eth::SignedTransaction& signed_bytes) {
        try {
            (void)rpc::send_raw_transaction(node.client, signed_bytes.raw);
        } catch (const rpc::NodeError& error) {
            return rpc::meaning_of(error.object);
        }
        return rpc::Refusal::Other;
    };
    (void)rpc::send_raw_transaction(node.client, create(0, kLogAndStop).raw);
    node.mine();
    eth::Transaction stingy = transaction(1, kLogAndStop);
    stingy.max_priority_fee = 1;
    stingy.max_fee = 1;
    const auto poor = eth::SecretKey::from_bytes(std::array<std::uint8_t, 32>{1});

    EXPECT_EQ(refusal(create(0, kLogAndStop)), rpc::Refusal::NonceTooLow);
    EXPECT_EQ(refusal(eth::sign(stingy, eth::dev_key(0, 31337))), rpc::Refusal::FeeTooLow);
    EXPECT_EQ(refusal(eth::sign(transaction(0, kLogAndStop), poor.value())), rpc::Refusal::InsufficientFunds);

    (void)rpc::send_raw_transaction(node.client, create(1, kLogAndStop).raw);
    EXPECT_EQ(refusal(create(1, kLogAndStop)), rpc::Refusal::AlreadyKnown);
    EXPECT_EQ(refusal(create(1, kRevert)), rpc::Refusal::Underpriced);
}

Fault fault_of(rpc::HttpSettings settings) {
    rpc::CurlTransport transport(std::move(settings));
    try {
        (void)transport.post(R"({"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]})");
    } catch (const CallFailed& failure) {
        return failure.fault;
    }
    ADD_FAILURE() << "there was a reply";
    return Fault::Broken;
}

TEST(AnvilCurl, TellsGoneFrozenAndTooTalkativeNodesApart) {
    std::string url;
    {
        const Anvil anvil;
        url = anvil.url();
        EXPECT_EQ(fault_of({.url = url, .reply_bytes_max = 100}), Fault::TooLarge);
        anvil.freeze();
        EXPECT_EQ(fault_of({.url = url, .total_timeout = Millis(200)}), Fault::TimedOut);
        anvil.thaw();
    }
    EXPECT_EQ(fault_of({.url = url}), Fault::Unreachable);
    EXPECT_EQ(fault_of({.url = "http://no-such-host.invalid"}), Fault::Unreachable);
}

TEST(Curl, RefusesOtherSchemes) {
    for (const char* url : {"", "127.0.0.1:8545", "file:///etc/passwd", "ftp://a", "ws://127.0.0.1", "HTTP"}) {
        EXPECT_THROW(rpc::CurlTransport({.url = url}), ConfigError) << url;
    }
}

}  // namespace
}  // namespace cone::test
