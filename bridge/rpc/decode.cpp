// Strict readers of quantities, byte strings, headers, logs and receipts.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/decode.hpp"

#include <algorithm>
#include <tuple>

namespace cone::rpc {
namespace {

const Json* find(const Json& object, const std::string& name) {
    if (!object.is_object()) {
        bad_result("an object with the field " + name + " was due, not " + object.type_name());
    }
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json& at(const Json& object, const std::string& name) {
    const Json* found = find(object, name);
    if (found == nullptr) {
        bad_result("the field " + name + " is missing");
    }
    return *found;
}

const std::string& text_from(const Json& value, const std::string& name) {
    if (!value.is_string()) {
        bad_result(name + " is no string but " + value.type_name());
    }
    return value.get_ref<const std::string&>();
}

std::uint64_t u64_at(const Json& object, const std::string& name) {
    return u64_from(at(object, name), name);
}
U256 u256_at(const Json& object, const std::string& name) {
    return u256_from(at(object, name), name);
}

template <class Fixed>
Fixed fixed_at(const Json& object, const std::string& name) {
    return fixed_from<Fixed>(at(object, name), name);
}

template <class Fixed>
std::optional<Fixed> optional_fixed_at(const Json& object, const std::string& name) {
    const Json* found = find(object, name);
    return found == nullptr ? std::nullopt : std::optional(fixed_from<Fixed>(*found, name));
}

std::optional<std::uint64_t> optional_u64_at(const Json& object, const std::string& name) {
    const Json* found = find(object, name);
    return found == nullptr ? std::nullopt : std::optional(u64_from(*found, name));
}

std::string shortened(const std::string& text) {
    return text.size() <= 70 ? text : text.substr(0, 70) + "...";
}

/// A fork's fields come with all fields of the forks before it.
void require_forks_in_order(const BlockHeader& h) {
    const std::array<bool, 6> present{h.base_fee.has_value(),           h.withdrawals_root.has_value(),
                                      h.blob_gas_used.has_value(),      h.excess_blob_gas.has_value(),
                                      h.parent_beacon_root.has_value(), h.requests_hash.has_value()};
    if (!std::is_sorted(present.begin(), present.end(), std::greater<>())) {
        bad_result("block " + std::to_string(h.number) + " has a later fork's field without an earlier one's");
    }
}

void read_fork_fields(const Json& block, BlockHeader& h) {
    if (const Json* base_fee = find(block, "baseFeePerGas")) {
        h.base_fee = u256_from(*base_fee, "baseFeePerGas");
    }
    h.withdrawals_root = optional_fixed_at<Hash32>(block, "withdrawalsRoot");
    h.blob_gas_used = optional_u64_at(block, "blobGasUsed");
    h.excess_blob_gas = optional_u64_at(block, "excessBlobGas");
    h.parent_beacon_root = optional_fixed_at<Hash32>(block, "parentBeaconBlockRoot");
    h.requests_hash = optional_fixed_at<Hash32>(block, "requestsHash");
    require_forks_in_order(h);
}

BlockRef block_ref_at(const Json& object) {
    return {u64_at(object, "blockNumber"), fixed_at<Hash32>(object, "blockHash")};
}

bool success_at(const Json& receipt) {
    const std::uint64_t status = u64_at(receipt, "status");
    if (status > 1) {
        bad_result("status " + std::to_string(status) + " is neither 0 nor 1");
    }
    return status == 1;
}

auto place_of(const Log& log) {
    return std::tie(log.block.number, log.index);
}

}  // namespace

void bad_result(const std::string& what) {
    throw CallFailed(Fault::BadResult, what);
}

U256 u256_from(const Json& value, const std::string& name) {
    const std::string& text = text_from(value, name);
    const auto number = eth::u256_from_quantity(text);
    if (!number) {
        bad_result(name + " '" + shortened(text) + "' is no quantity");
    }
    return *number;
}

std::uint64_t u64_from(const Json& value, const std::string& name) {
    const auto number = eth::to_u64(u256_from(value, name));
    if (!number) {
        bad_result(name + " does not fit 64 bits");
    }
    return *number;
}

Bytes bytes_from(const Json& value, const std::string& name) {
    const std::string& text = text_from(value, name);
    auto bytes = text.starts_with("0x") ? bytes_from_hex(text) : std::nullopt;
    if (!bytes) {
        bad_result(name + " '" + shortened(text) + "' is no hexadecimal byte string");
    }
    return *std::move(bytes);
}

Bytes input_from(const Json& transaction) {
    return bytes_from(at(transaction, "input"), "input");
}

BlockHeader header_from(const Json& block) {
    BlockHeader h;
    h.hash = fixed_at<Hash32>(block, "hash");
    h.parent = fixed_at<Hash32>(block, "parentHash");
    h.ommers_hash = fixed_at<Hash32>(block, "sha3Uncles");
    h.beneficiary = fixed_at<Address>(block, "miner");
    h.state_root = fixed_at<Hash32>(block, "stateRoot");
    h.transactions_root = fixed_at<Hash32>(block, "transactionsRoot");
    h.receipts_root = fixed_at<Hash32>(block, "receiptsRoot");
    h.logs_bloom = fixed_at<Bloom>(block, "logsBloom");
    h.difficulty = u256_at(block, "difficulty");
    h.number = u64_at(block, "number");
    h.gas_limit = u64_at(block, "gasLimit");
    h.gas_used = u64_at(block, "gasUsed");
    h.timestamp = u64_at(block, "timestamp");
    h.extra_data = bytes_from(at(block, "extraData"), "extraData");
    h.prev_randao = fixed_at<Hash32>(block, "mixHash");
    h.nonce = fixed_at<FixedBytes<8, struct NonceTag>>(block, "nonce").bytes;
    read_fork_fields(block, h);
    return h;
}

Log log_from(const Json& log) {
    if (const Json* removed = find(log, "removed"); removed != nullptr && *removed != false) {
        bad_result("a removed log");
    }
    Log out;
    out.address = fixed_at<Address>(log, "address");
    const Json& topics = at(log, "topics");
    if (!topics.is_array() || topics.size() > 4) {
        bad_result("topics is no list of at most 4");
    }
    for (const Json& topic : topics) {
        out.topics.push_back(fixed_from<Hash32>(topic, "topic"));
    }
    out.data = bytes_from(at(log, "data"), "data");
    out.block = block_ref_at(log);
    out.transaction = fixed_at<Hash32>(log, "transactionHash");
    out.transaction_index = u64_at(log, "transactionIndex");
    out.index = u64_at(log, "logIndex");
    return out;
}

std::vector<Log> logs_from(const Json& list) {
    if (!list.is_array()) {
        bad_result(std::string("a list of logs was due, not ") + list.type_name());
    }
    std::vector<Log> logs;
    for (const Json& log : list) {
        logs.push_back(log_from(log));
    }
    std::sort(logs.begin(), logs.end(), [](const Log& a, const Log& b) { return place_of(a) < place_of(b); });
    const auto twice =
        std::adjacent_find(logs.begin(), logs.end(), [](const Log& a, const Log& b) { return place_of(a) == place_of(b); });
    if (twice != logs.end()) {
        bad_result("two logs with index " + std::to_string(twice->index) + " in block " + std::to_string(twice->block.number));
    }
    return logs;
}

Receipt receipt_from(const Json& receipt) {
    Receipt out;
    out.transaction = fixed_at<Hash32>(receipt, "transactionHash");
    out.success = success_at(receipt);
    out.block = block_ref_at(receipt);
    out.from = fixed_at<Address>(receipt, "from");
    out.to = optional_fixed_at<Address>(receipt, "to");
    out.created = optional_fixed_at<Address>(receipt, "contractAddress");
    out.gas_used = u64_at(receipt, "gasUsed");
    out.gas_price = u256_at(receipt, "effectiveGasPrice");
    out.logs = logs_from(at(receipt, "logs"));
    return out;
}

}  // namespace cone::rpc
