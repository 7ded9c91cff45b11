// Any bytes as a node's reply: refused as CallFailed or NodeError, or values that are what the reply says.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "bridge/rpc/decode.hpp"
#include "bridge/rpc/envelope.hpp"
#include "bridge/rpc/header.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

using namespace cone;
using namespace cone::rpc;

constexpr std::size_t kBatch = 2;

/// What `read` gives; nothing when the reply is refused. Any other exception ends the program.
template <class Read>
auto accepted(Read read) -> std::optional<decltype(read())> {
    try {
        return read();
    } catch (const CallFailed& why) {
        CONE_ASSERT(!to_string(why.fault).empty(), "a refusal without a word");
    } catch (const NodeError& why) {
        (void)meaning_of(why.object);
    }
    return std::nullopt;
}

bool in_order(const std::vector<Log>& logs) {
    return std::is_sorted(logs.begin(), logs.end(), [](const Log& a, const Log& b) {
        return std::pair(a.block.number, a.index) < std::pair(b.block.number, b.index);
    });
}

void read_result(const Json& result) {
    if (const auto header = accepted([&] { return header_from(result); })) {
        const auto rlp = accepted([&] { return header_rlp(*header); });
        CONE_ASSERT(!rlp || hash::keccak256(*rlp) == header->hash, "proof of another block");
    }
    if (const auto logs = accepted([&] { return logs_from(result); })) {
        CONE_ASSERT(logs->size() == result.size() && in_order(*logs), "logs lost or out of order");
    }
    if (const auto receipt = accepted([&] { return receipt_from(result); })) {
        CONE_ASSERT(in_order(receipt->logs), "a receipt's logs out of order");
    }
    (void)accepted([&] { return log_from(result); });
    (void)accepted([&] { return u64_from(result, "number"); });
    (void)accepted([&] { return fixed_from<Hash32>(result, "hash"); });
    if (const auto bytes = accepted([&] { return bytes_from(result, "data"); })) {
        CONE_ASSERT(2 + 2 * bytes->size() == result.get_ref<const std::string&>().size(), "bytes lost");
    }
}

void read_answer(const Answer& answer) {
    if (const auto* error = std::get_if<ErrorObject>(&answer)) {
        (void)meaning_of(*error);
    } else {
        read_result(std::get<Json>(answer));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto reply = accepted([&] { return parse_reply(std::string(data, data + size)); });
    if (!reply) {
        return 0;
    }
    if (const auto answer = accepted([&] { return open_answer(*reply, 1); })) {
        read_answer(*answer);
    }
    if (const auto answers = accepted([&] { return open_answers(*reply, 1, kBatch); })) {
        CONE_ASSERT(answers->size() == kBatch, "an answer lost");
        std::for_each(answers->begin(), answers->end(), read_answer);
    }
    return 0;
}

namespace {

Json hash_text(char digit) {
    return "0x" + std::string(64, digit);
}

Json log_sample() {
    return {{"address", "0x" + std::string(40, '1')},
            {"topics", {hash_text('2')}},
            {"data", "0x0102"},
            {"blockNumber", "0x10"},
            {"blockHash", hash_text('3')},
            {"transactionHash", hash_text('4')},
            {"transactionIndex", "0x0"},
            {"logIndex", "0x1"},
            {"removed", false}};
}

Json receipt_sample() {
    return {{"transactionHash", hash_text('4')},
            {"status", "0x1"},
            {"blockNumber", "0x10"},
            {"blockHash", hash_text('3')},
            {"from", "0x" + std::string(40, '5')},
            {"to", nullptr},
            {"contractAddress", "0x" + std::string(40, '6')},
            {"gasUsed", "0x5208"},
            {"effectiveGasPrice", "0x3b9aca00"},
            {"logs", {log_sample()}}};
}

Json header_sample() {
    return {{"hash", hash_text('3')},
            {"parentHash", hash_text('7')},
            {"sha3Uncles", hash_text('8')},
            {"miner", "0x" + std::string(40, '0')},
            {"stateRoot", hash_text('9')},
            {"transactionsRoot", hash_text('a')},
            {"receiptsRoot", hash_text('b')},
            {"logsBloom", "0x" + std::string(512, '0')},
            {"difficulty", "0x0"},
            {"number", "0x10"},
            {"gasLimit", "0x1c9c380"},
            {"gasUsed", "0x5208"},
            {"timestamp", "0x6b016d96"},
            {"extraData", "0x"},
            {"mixHash", hash_text('c')},
            {"nonce", "0x0000000000000000"},
            {"baseFeePerGas", "0x7"}};
}

Json reply_with(const Json& result, std::uint64_t id = 1) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"result", result}};
}

Json error_reply() {
    return {
        {"jsonrpc", "2.0"}, {"id", 1}, {"error", {{"code", 3}, {"message", "execution reverted: no"}, {"data", "0x08c379a0"}}}};
}

}  // namespace

std::vector<cone::Bytes> cone::test::seeds() {
    std::vector<Bytes> all;
    for (const Json& reply : {reply_with(header_sample()), reply_with(receipt_sample()),
                              reply_with(Json::array({log_sample()})), reply_with("0x10"), reply_with(nullptr), error_reply(),
                              Json::array({reply_with(header_sample(), 2), reply_with(hash_text('d'), 1)})}) {
        const std::string text = reply.dump();
        all.emplace_back(text.begin(), text.end());
    }
    return all;
}
