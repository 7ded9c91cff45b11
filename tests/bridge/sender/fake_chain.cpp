// The methods that a sender uses, with the words of geth and anvil.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/sender/fake_chain.hpp"

#include <algorithm>

#include "tests/bridge/rpc/sample_replies.hpp"

namespace cone::test {
namespace {

[[noreturn]] void refuse_with(int code, const std::string& message, const char* data = nullptr) {
    rpc::ErrorObject error{code, message, {}};
    if (data != nullptr) {
        error.data = bytes_from_hex(data);
    }
    throw rpc::NodeError("", error);
}

Hash32 block_hash(std::uint64_t number, std::uint8_t branch) {
    Hash32 hash;
    hash.bytes[0] = 0xb1;
    hash.bytes[1] = branch;
    hash.bytes[31] = static_cast<std::uint8_t>(number);
    return hash;
}

eth::Transaction decoded(const Bytes& raw) {
    return eth::decode_transaction(raw).value().transaction;
}

Json error_json(const rpc::ErrorObject& error) {
    Json out{{"code", error.code}, {"message", error.message}};
    if (error.data) {
        out["data"] = to_hex(*error.data);
    }
    return out;
}

}  // namespace

rpc::HttpReply FakeChain::post(const std::string& body) {
    const Json request = Json::parse(body);
    const std::string method = request["method"];
    Json reply{{"jsonrpc", "2.0"}, {"id", request["id"]}};
    if (watch) {
        watch(method, false);
    }
    try {
        if (const auto error = refuse ? refuse(method) : std::nullopt) {
            throw rpc::NodeError(method, *error);
        }
        reply["result"] = act(method, request["params"]);
    } catch (const rpc::NodeError& error) {
        reply["error"] = error_json(error.object);
    }
    if (watch) {
        watch(method, true);
    }
    return {200, reply.dump()};
}

Json FakeChain::act(const std::string& method, const Json& params) {
    if (method == "eth_getBalance") {
        return eth::to_quantity(balance);
    }
    if (method == "eth_getTransactionCount") {
        const std::string at = params[1];
        const bool by_number = at.starts_with("0x");
        return eth::to_quantity(by_number ? mined_until(std::stoull(at, nullptr, 16))
                                          : mined_count() + (at == "pending" ? pool.size() : 0));
    }
    if (method == "eth_sendRawTransaction") {
        return take(bytes_from_hex(params[0].get<std::string>()).value());
    }
    if (method == "eth_getTransactionReceipt") {
        if (!pool.empty() && looks_until_mined >= 0 && ++looks_ >= looks_until_mined) {
            mine();
        }
        return lags && lags(method) ? Json() : receipt(params[0]);
    }
    if (method == "eth_getTransactionByHash") {
        return knows(params[0]) && !(lags && lags(method)) ? Json::object() : Json();
    }
    if (method == "eth_blockNumber") {
        return eth::to_quantity(blocks.size());
    }
    if (method == "eth_getBlockByNumber") {
        return block_of(params[0]);
    }
    if (method == "eth_maxPriorityFeePerGas") {
        return "0x3b9aca00";
    }
    if (method == "eth_estimateGas" || method == "eth_call") {
        if (reverts || (reverts_only_mined && method == "eth_call" && !blocks.empty())) {
            refuse_with(3, "execution reverted", "0xdeadbeef");
        }
        return method == "eth_call" ? "0x" : eth::to_quantity(gas_used);
    }
    refuse_with(-32601, "Method not found: " + method);
}

bool FakeChain::knows(const std::string& hash) const {
    std::uint64_t block = 0;
    return find_mined(hash, block) != nullptr ||
           std::any_of(pool.begin(), pool.end(), [&](const auto& waiting) { return to_hex(waiting.second.hash) == hash; });
}

Json FakeChain::block_of(const std::string& tag) const {
    if (tag == "finalized" && !finalized) {
        return nullptr;
    }
    Json block = sample_block();
    block["number"] = eth::to_quantity(tag == "finalized" ? *finalized : blocks.size());
    block["baseFeePerGas"] = eth::to_quantity(base_fee);
    block["timestamp"] = eth::to_quantity(timestamp);
    return block;
}

Json FakeChain::take(const Bytes& raw) {
    received.push_back(raw);
    const auto arrived = eth::decode_transaction(raw).value();
    const eth::Transaction& fields = arrived.transaction;
    if (fields.nonce < mined_count()) {
        refuse_with(-32000, "nonce too low");
    }
    if (fields.max_fee < base_fee) {
        refuse_with(-32000, "max fee per gas less than block base fee");
    }
    if (const auto old = pool.find(fields.nonce); old != pool.end()) {
        if (old->second.hash == arrived.hash) {
            refuse_with(-32000, "already known");
        }
        const eth::Transaction before = decoded(old->second.raw);
        if (fields.max_fee * 10 < before.max_fee * 11 || fields.max_priority_fee * 10 < before.max_priority_fee * 11) {
            refuse_with(-32000, "replacement transaction underpriced");
        }
    }
    pool[fields.nonce] = {raw, arrived.hash};
    return to_hex(arrived.hash);
}

void FakeChain::mine() {
    looks_ = 0;
    std::vector<eth::SignedTransaction> block;
    for (auto next = pool.find(mined_count()); next != pool.end() && decoded(next->second.raw).max_fee >= base_fee;
         next = pool.find(mined_count() + block.size())) {
        block.push_back(next->second);
        pool.erase(next);
    }
    blocks.push_back(block);
}

void FakeChain::undo_last_block() {
    blocks.pop_back();
}

void FakeChain::put_last_block_back() {
    for (const eth::SignedTransaction& mined : blocks.back()) {
        pool[decoded(mined.raw).nonce] = mined;
    }
    blocks.pop_back();
}

void FakeChain::move_last_block() {
    ++branch_;
}

std::uint64_t FakeChain::mined_until(std::uint64_t block) const {
    auto count = static_cast<std::uint64_t>(
        std::count_if(foreign_.begin(), foreign_.end(), [&](std::uint64_t of) { return of <= block; }));
    for (std::size_t i = 0; i < std::min<std::size_t>(block, blocks.size()); ++i) {
        count += blocks[i].size();
    }
    return count;
}

const eth::SignedTransaction* FakeChain::find_mined(const std::string& hash, std::uint64_t& block) const {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        for (const eth::SignedTransaction& mined : blocks[i]) {
            if (to_hex(mined.hash) == hash) {
                block = i + 1;
                return &mined;
            }
        }
    }
    return nullptr;
}

Json FakeChain::receipt(const std::string& hash) {
    std::uint64_t block = 0;
    if (find_mined(hash, block) == nullptr) {
        return nullptr;
    }
    Json out = sample_receipt();
    out["transactionHash"] = hash;
    out["status"] = reverts || reverts_only_mined ? "0x0" : "0x1";
    out["blockNumber"] = eth::to_quantity(block);
    out["blockHash"] = to_hex(block_hash(block, branch_));
    out["gasUsed"] = eth::to_quantity(gas_used);
    out["logs"] = Json::array();
    return out;
}

}  // namespace cone::test
