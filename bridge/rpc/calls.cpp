// Each method: its parameters as JSON, its result as a value.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/calls.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "bridge/rpc/decode.hpp"

namespace cone::rpc {
namespace {

const char* tag_text(BlockTag tag) {
    switch (tag) {
        case BlockTag::Latest:
            return "latest";
        case BlockTag::Pending:
            return "pending";
        case BlockTag::Safe:
            return "safe";
        case BlockTag::Finalized:
            return "finalized";
        case BlockTag::Earliest:
            return "earliest";
    }
    return "latest";
}

/// EIP-1898: a block by hash is an object.
Json block_param(const BlockId& block) {
    if (const auto* hash = std::get_if<Hash32>(&block)) {
        return {{"blockHash", to_hex(*hash)}, {"requireCanonical", true}};
    }
    if (const auto* number = std::get_if<std::uint64_t>(&block)) {
        return eth::to_quantity(*number);
    }
    return tag_text(std::get<BlockTag>(block));
}

Json header_question_params(const BlockId& block) {
    if (const auto* hash = std::get_if<Hash32>(&block)) {
        return Json::array({to_hex(*hash), false});
    }
    return Json::array({block_param(block), false});
}

Json message_param(const CallMessage& message) {
    Json out = {{"input", to_hex(message.data)}};
    if (message.from) {
        out["from"] = to_hex(*message.from);
    }
    if (message.to) {
        out["to"] = to_hex(*message.to);
    }
    if (!message.value.is_zero()) {
        out["value"] = eth::to_quantity(message.value);
    }
    return out;
}

template <class Fixed>
Json hex_list(const std::vector<Fixed>& values) {
    Json out = Json::array();
    for (const Fixed& value : values) {
        out.push_back(to_hex(value));
    }
    return out;
}

Json filter_param(const LogFilter& filter) {
    Json out = Json::object();
    if (!filter.addresses.empty()) {
        out["address"] = hex_list(filter.addresses);
    }
    for (const auto& choices : filter.topics) {
        out["topics"].push_back(choices.empty() ? Json() : hex_list(choices));
    }
    return out;
}

Json result_of(const std::string& method, Answer&& answer) {
    if (auto* error = std::get_if<ErrorObject>(&answer)) {
        throw NodeError(method, std::move(*error));
    }
    return std::get<Json>(std::move(answer));
}

RevertInfo revert_of(const NodeError& error) {
    return {error.object.data.value_or(Bytes()), error.object.message};
}

BlockHeader header_numbered(const Json& block, std::uint64_t number) {
    BlockHeader header = header_from(block);
    if (header.number != number) {
        bad_result("block " + std::to_string(number) + " was asked, " + std::to_string(header.number) + " answered");
    }
    return header;
}

/// Up to the first that does not exist.
std::vector<BlockHeader> headers_while_there(Client& client, std::span<const std::uint64_t> numbers) {
    std::vector<Question> questions;
    for (const std::uint64_t number : numbers) {
        questions.push_back({"eth_getBlockByNumber", header_question_params(BlockId(number))});
    }
    std::vector<BlockHeader> headers;
    for (Answer& answer : client.ask_all(questions)) {
        const Json block = result_of("eth_getBlockByNumber", std::move(answer));
        if (block.is_null()) {
            break;
        }
        headers.push_back(header_numbered(block, numbers[headers.size()]));
    }
    return headers;
}

/// Logs of others than asked would be taken for those of our contracts.
void require_asked(const std::vector<Log>& logs, const LogFilter& filter) {
    const auto& asked = filter.addresses;
    for (const Log& log : logs) {
        if (!asked.empty() && std::find(asked.begin(), asked.end(), log.address) == asked.end()) {
            bad_result("a log of " + to_hex(log.address) + ", which was not asked");
        }
    }
}

std::vector<Log> logs_of_block(const Json& list, const Hash32& block, const LogFilter& filter) {
    std::vector<Log> logs = logs_from(list);
    require_asked(logs, filter);
    for (const Log& log : logs) {
        if (log.block.hash != block) {
            bad_result("logs of block " + to_hex(block) + " were asked, of " + to_hex(log.block.hash) + " answered");
        }
    }
    return logs;
}

}  // namespace

std::uint64_t chain_id(Client& client) {
    return u64_from(client.ask("eth_chainId"), "eth_chainId");
}

void require_chain_id(Client& client, std::uint64_t expected) {
    if (const std::uint64_t found = chain_id(client); found != expected) {
        throw ConfigError(
            "the node is on chain " + std::to_string(found) + ", the configuration says " + std::to_string(expected),
            "correct chain_id or the node's address");
    }
}

std::uint64_t block_number(Client& client) {
    return u64_from(client.ask("eth_blockNumber"), "eth_blockNumber");
}

std::optional<BlockHeader> block_header(Client& client, const BlockId& block) {
    const auto* hash = std::get_if<Hash32>(&block);
    const Json found =
        client.ask(hash != nullptr ? "eth_getBlockByHash" : "eth_getBlockByNumber", header_question_params(block));
    if (found.is_null()) {
        return std::nullopt;
    }
    if (const auto* number = std::get_if<std::uint64_t>(&block)) {
        return header_numbered(found, *number);
    }
    BlockHeader header = header_from(found);
    if (hash != nullptr && header.hash != *hash) {
        bad_result("block " + to_hex(*hash) + " was asked, " + to_hex(header.hash) + " answered");
    }
    return header;
}

std::vector<BlockHeader> block_headers(Client& client, std::uint64_t first, std::size_t count) {
    std::vector<std::uint64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), first);
    return headers_while_there(client, numbers);
}

std::vector<BlockHeader> block_headers(Client& client, std::span<const std::uint64_t> numbers) {
    auto headers = headers_while_there(client, numbers);
    if (headers.size() < numbers.size()) {
        bad_result("block " + std::to_string(numbers[headers.size()]) + " is said not to exist");
    }
    return headers;
}

std::vector<std::vector<Log>> logs_in_blocks(Client& client, std::span<const Hash32> blocks, const LogFilter& filter) {
    std::vector<Question> questions;
    for (const Hash32& block : blocks) {
        Json param = filter_param(filter);
        param["blockHash"] = to_hex(block);
        questions.push_back({"eth_getLogs", Json::array({param})});
    }
    std::vector<std::vector<Log>> out;
    for (Answer& answer : client.ask_all(questions)) {
        out.push_back(logs_of_block(result_of("eth_getLogs", std::move(answer)), blocks[out.size()], filter));
    }
    return out;
}

std::vector<Log> logs_in_range(Client& client, std::uint64_t first, std::uint64_t last, const LogFilter& filter) {
    CONE_ASSERT(first <= last, "a range of blocks runs upwards");
    Json param = filter_param(filter);
    param["fromBlock"] = eth::to_quantity(first);
    param["toBlock"] = eth::to_quantity(last);
    std::vector<Log> logs = logs_from(client.ask("eth_getLogs", Json::array({param})));
    require_asked(logs, filter);
    if (!logs.empty() && (logs.front().block.number < first || logs.back().block.number > last)) {
        bad_result("logs outside blocks " + std::to_string(first) + " to " + std::to_string(last));
    }
    return logs;
}

std::optional<Receipt> receipt(Client& client, const Hash32& transaction) {
    const Json found = client.ask("eth_getTransactionReceipt", Json::array({to_hex(transaction)}));
    if (found.is_null()) {
        return std::nullopt;
    }
    Receipt out = receipt_from(found);
    if (out.transaction != transaction) {
        bad_result("the receipt of " + to_hex(transaction) + " was asked, of " + to_hex(out.transaction) + " answered");
    }
    return out;
}

bool knows_transaction(Client& client, const Hash32& transaction) {
    return !client.ask("eth_getTransactionByHash", Json::array({to_hex(transaction)})).is_null();
}

std::optional<Bytes> transaction_data(Client& client, const Hash32& transaction) {
    const Json found = client.ask("eth_getTransactionByHash", Json::array({to_hex(transaction)}));
    return found.is_null() ? std::nullopt : std::optional(input_from(found));
}

Hash32 send_raw_transaction(Client& client, ByteSpan raw) {
    return fixed_from<Hash32>(client.ask("eth_sendRawTransaction", Json::array({to_hex(raw)})), "eth_sendRawTransaction");
}

CallResult call(Client& client, const CallMessage& message, const BlockId& at) {
    try {
        return bytes_from(client.ask("eth_call", Json::array({message_param(message), block_param(at)})), "eth_call");
    } catch (const NodeError& error) {
        if (meaning_of(error.object) != Refusal::Reverted) {
            throw;
        }
        return revert_of(error);
    }
}

GasEstimate estimate_gas(Client& client, const CallMessage& message) {
    try {
        return u64_from(client.ask("eth_estimateGas", Json::array({message_param(message)})), "eth_estimateGas");
    } catch (const NodeError& error) {
        if (meaning_of(error.object) != Refusal::Reverted) {
            throw;
        }
        return revert_of(error);
    }
}

std::uint64_t transaction_count(Client& client, const Address& account, const BlockId& at) {
    return u64_from(client.ask("eth_getTransactionCount", Json::array({to_hex(account), block_param(at)})),
                    "eth_getTransactionCount");
}

U256 balance(Client& client, const Address& account, const BlockId& at) {
    return u256_from(client.ask("eth_getBalance", Json::array({to_hex(account), block_param(at)})), "eth_getBalance");
}

Bytes code(Client& client, const Address& account, const BlockId& at) {
    return bytes_from(client.ask("eth_getCode", Json::array({to_hex(account), block_param(at)})), "eth_getCode");
}

U256 priority_fee(Client& client) {
    return u256_from(client.ask("eth_maxPriorityFeePerGas"), "eth_maxPriorityFeePerGas");
}

}  // namespace cone::rpc
