// The typed calls against results with missing, mistyped and contradicting fields; one damaged field at a time.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/calls.hpp"

#include <gtest/gtest.h>

#include "bridge/rpc/header.hpp"
#include "tests/bridge/rpc/sample_replies.hpp"
#include "tests/bridge/rpc/scripted_transport.hpp"

namespace cone::test {
namespace {

using rpc::CallFailed;
using rpc::Fault;

/// What `ask` makes of one result, told as the fault it throws; nothing when it accepts.
template <class Ask>
std::optional<Fault> fault_of(const Json& result, Ask ask) {
    ManualClock clock;
    rpc::ManualPause pause(clock);
    ScriptedTransport transport({results_in(result)});
    rpc::Client client(transport, pause);
    try {
        (void)ask(client);
    } catch (const CallFailed& failure) {
        return failure.fault;
    }
    return std::nullopt;
}

const auto kAskNumber = [](rpc::Client& c) { return rpc::block_number(c); };
const auto kAskHeader = [](rpc::Client& c) { return rpc::block_header(c, std::uint64_t{1}); };
const auto kAskReceipt = [](rpc::Client& c) { return rpc::receipt(c, sample_transaction()); };
const auto kAskLogs = [](rpc::Client& c) { return rpc::logs_in_range(c, 1, 1, {}); };

TEST(Quantities, AreStrict) {
    for (const Json& bad : {Json(1), Json("1"), Json("0x"), Json("0x01"), Json("0xg"), Json("0x 1"), Json("0X1"), Json("-0x1"),
                            Json("0x10000000000000000"), Json("0x0x1"), Json(), Json::array(), Json::object(), Json(true)}) {
        EXPECT_EQ(fault_of(bad, kAskNumber), Fault::BadResult) << bad;
    }
    for (const char* good : {"0x0", "0x1", "0xffffffffffffffff", "0xAb"}) {
        EXPECT_EQ(fault_of(good, kAskNumber), std::nullopt) << good;
    }
}

/// Replaces every field in turn by values of a wrong type or length, and removes it.
template <class Ask>
void expect_each_field_matters(const Json& good, const std::set<std::string>& fields, Ask ask) {
    ASSERT_EQ(fault_of(good, ask), std::nullopt);
    for (const std::string& field : fields) {
        ASSERT_TRUE(good.contains(field)) << field;
        Json without = good;
        without.erase(field);
        EXPECT_EQ(fault_of(without, ask), Fault::BadResult) << field << " removed";
        for (const Json& bad : {Json(), Json(5), Json("0xzz"), Json("0x123456789012345678901234567890"), Json{{"a", 1}}}) {
            Json damaged = good;
            damaged[field] = bad;
            if (field == "extraData" || (field == "data" && bad == "0x123456789012345678901234567890")) {
                continue;  // any byte string is right here
            }
            EXPECT_EQ(fault_of(damaged, ask), Fault::BadResult) << field << " = " << bad;
        }
    }
}

TEST(Header, EachFieldMatters) {
    expect_each_field_matters(sample_block(),
                              {"hash", "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot",
                               "logsBloom", "number", "gasLimit", "gasUsed", "timestamp", "mixHash", "nonce"},
                              kAskHeader);
}

TEST(Receipt, EachFieldMatters) {
    expect_each_field_matters(
        sample_receipt(), {"transactionHash", "status", "blockNumber", "blockHash", "from", "gasUsed", "logs"}, kAskReceipt);
}

TEST(Log, EachFieldMatters) {
    const auto ask_one = [](rpc::Client& c) { return rpc::logs_in_range(c, 1, 1, {}); };
    const Json good = sample_log();
    for (const char* field :
         {"address", "topics", "data", "blockNumber", "blockHash", "transactionHash", "transactionIndex", "logIndex"}) {
        for (const Json& bad : {Json(), Json(5), Json("0xzz"), Json{{"a", 1}}}) {
            Json damaged = good;
            damaged[field] = bad;
            EXPECT_EQ(fault_of(Json::array({damaged}), ask_one), Fault::BadResult) << field << " = " << bad;
        }
    }
}

TEST(Log, RefusesRemovedRepeatedAndOutsideOnes) {
    const Json good = sample_log();
    Json removed = good;
    removed["removed"] = true;
    Json outside = good;
    outside["blockNumber"] = "0x2";
    Json five_topics = good;
    five_topics["topics"] = Json(std::vector<std::string>(5, to_hex(sample_transaction())));

    EXPECT_EQ(fault_of(Json::array({good}), kAskLogs), std::nullopt);
    EXPECT_EQ(fault_of(Json::array({removed}), kAskLogs), Fault::BadResult);
    EXPECT_EQ(fault_of(Json::array({good, good}), kAskLogs), Fault::BadResult);
    EXPECT_EQ(fault_of(Json::array({outside}), kAskLogs), Fault::BadResult);
    EXPECT_EQ(fault_of(Json::array({five_topics}), kAskLogs), Fault::BadResult);
    EXPECT_EQ(fault_of(good, kAskLogs), Fault::BadResult) << "an object instead of a list";
    EXPECT_EQ(fault_of(Json(), kAskLogs), Fault::BadResult) << "null instead of a list";
}

TEST(Header, RefusesAnotherBlockThanAsked) {
    EXPECT_EQ(fault_of(sample_block(), [](auto& c) { return rpc::block_header(c, std::uint64_t{2}); }), Fault::BadResult);
    EXPECT_EQ(fault_of(sample_block(), [](auto& c) { return rpc::block_header(c, sample_transaction()); }), Fault::BadResult);
}

TEST(Header, NullMeansUnknown) {
    EXPECT_EQ(fault_of(Json(),
                       [](auto& c) {
                           EXPECT_FALSE(rpc::block_header(c, std::uint64_t{2}));
                           return 0;
                       }),
              std::nullopt);
    EXPECT_EQ(fault_of(Json(),
                       [](auto& c) {
                           EXPECT_FALSE(rpc::receipt(c, sample_transaction()));
                           return 0;
                       }),
              std::nullopt);
    EXPECT_EQ(fault_of(Json(), kAskNumber), Fault::BadResult) << "a number is never unknown";
}

TEST(Header, RefusesALaterForkWithoutTheEarlier) {
    for (const char* field : {"baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot"}) {
        Json damaged = sample_block();
        damaged.erase(field);
        EXPECT_EQ(fault_of(damaged, kAskHeader), Fault::BadResult) << field;
    }
}

TEST(Receipt, RefusesAnotherTransactionsAndAnUnknownStatus) {
    Json status = sample_receipt();
    status["status"] = "0x2";
    EXPECT_EQ(fault_of(status, kAskReceipt), Fault::BadResult);
    EXPECT_EQ(fault_of(sample_receipt(), [](auto& c) { return rpc::receipt(c, Hash32{}); }), Fault::BadResult);
}

rpc::BlockHeader header_of(const Json& block) {
    ManualClock clock;
    rpc::ManualPause pause(clock);
    ScriptedTransport transport({results_in(block)});
    rpc::Client client(transport, pause);
    return rpc::block_header(client).value();
}

TEST(HeaderRlp, HashesToTheBlocksHashBeforeAndAfterTheForks) {
    // The whole genesis block is 540 bytes: the header, two empty lists, and 3 bytes of prefix around them.
    EXPECT_EQ(header_rlp(header_of(mainnet_genesis())).size(), 535U);
    const Bytes rlp = header_rlp(header_of(sample_block()));
    const Hash32 randao = header_of(sample_block()).prev_randao;
    EXPECT_NE(std::search(rlp.begin(), rlp.end(), randao.bytes.begin(), randao.bytes.end()), rlp.end());
}

TEST(HeaderRlp, RefusesEveryChangedField) {
    const rpc::BlockHeader good = header_of(sample_block());
    const std::vector<std::function<void(rpc::BlockHeader&)>> changes{
        [](auto& h) { h.hash.bytes[0] ^= 1; },
        [](auto& h) { h.parent.bytes[31] ^= 1; },
        [](auto& h) { h.ommers_hash.bytes[0] ^= 1; },
        [](auto& h) { h.beneficiary.bytes[0] ^= 1; },
        [](auto& h) { h.state_root.bytes[0] ^= 1; },
        [](auto& h) { h.transactions_root.bytes[0] ^= 1; },
        [](auto& h) { h.receipts_root.bytes[0] ^= 1; },
        [](auto& h) { h.logs_bloom.bytes[255] ^= 1; },
        [](auto& h) { h.difficulty += 1; },
        [](auto& h) { ++h.number; },
        [](auto& h) { ++h.gas_limit; },
        [](auto& h) { ++h.gas_used; },
        [](auto& h) { ++h.timestamp; },
        [](auto& h) { h.extra_data.push_back(0); },
        [](auto& h) { h.prev_randao.bytes[5] ^= 1; },
        [](auto& h) { h.nonce[7] ^= 1; },
        [](auto& h) { *h.base_fee += 1; },
        [](auto& h) { h.withdrawals_root->bytes[0] ^= 1; },
        [](auto& h) { ++*h.blob_gas_used; },
        [](auto& h) { ++*h.excess_blob_gas; },
        [](auto& h) { h.parent_beacon_root->bytes[0] ^= 1; },
        [](auto& h) { h.requests_hash->bytes[0] ^= 1; },
        [](auto& h) { h.requests_hash.reset(); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        rpc::BlockHeader changed = good;
        changes[i](changed);
        EXPECT_THROW((void)header_rlp(changed), CallFailed) << "change " << i;
    }
}

TEST(Chain, RefusesAnotherChainIdNamingBoth) {
    ManualClock clock;
    rpc::ManualPause pause(clock);
    ScriptedTransport transport({results_in("0x1")});
    rpc::Client client(transport, pause);

    try {
        rpc::require_chain_id(client, 31337);
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("chain 1,"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("31337"), std::string::npos) << error.what();
    }
}

TEST(Refusals, AreKnownInTheWordsOfGethRethAndAnvil) {
    using rpc::Refusal;
    const std::vector<std::pair<const char*, Refusal>> words{
        {"nonce too low: next nonce 5, tx nonce 3", Refusal::NonceTooLow},
        {"Transaction rejected: nonce too low", Refusal::NonceTooLow},
        {"already known", Refusal::AlreadyKnown},
        {"transaction already imported", Refusal::AlreadyKnown},
        {"replacement transaction underpriced", Refusal::Underpriced},
        {"transaction underpriced: gas tip cap 0", Refusal::FeeTooLow},
        {"max fee per gas less than block base fee: address 0x0", Refusal::FeeTooLow},
        {"Insufficient funds for gas * price + value", Refusal::InsufficientFunds},
        {"EXECUTION REVERTED", Refusal::Reverted},
        {"unknown block", Refusal::UnknownBlock},
        {"intrinsic gas too low", Refusal::Invalid},
        {"gas required exceeds allowance (0)", Refusal::Invalid},
        {"limit exceeded", Refusal::Other},
        {"", Refusal::Other},
    };
    for (const auto& [message, meaning] : words) {
        EXPECT_EQ(rpc::meaning_of({-32000, message, {}}), meaning) << message;
    }
}

}  // namespace
}  // namespace cone::test
