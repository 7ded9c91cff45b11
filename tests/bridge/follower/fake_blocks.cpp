// Headers and logs in a node's form.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/follower/fake_blocks.hpp"

#include <algorithm>

#include "bridge/eth/u256.hpp"
#include "bridge/follower/bloom.hpp"
#include "bridge/rpc/decode.hpp"
#include "bridge/rpc/header.hpp"
#include "tests/bridge/rpc/sample_replies.hpp"

namespace cone::test {

using rpc::Json;

namespace {

Json refusal(const std::string& message) {
    return {{"error", {{"code", -32000}, {"message", message}}}};
}

}  // namespace

void FakeBlocks::add(std::size_t logs) {
    Block block;
    Bytes unique;
    append_big_endian(unique, ++made_);
    std::copy(unique.begin(), unique.end(), block.state_root.bytes.begin());
    block.number = blocks_.size();
    block.parent = blocks_.empty() ? Hash32{} : blocks_.back().hash;
    for (std::size_t i = 0; i < logs; ++i) {
        block.logs.push_back(unique);
        block.logs.back().push_back(static_cast<std::uint8_t>(i));
        follower::insert(block.bloom, kWatched.span());
    }
    if (fills_blooms) {
        block.bloom.bytes.fill(0xff);
    }
    block.hash = rpc::header_hash(rpc::header_from(header(block)));
    blocks_.push_back(block);
}

std::vector<Bytes> FakeBlocks::log_data(std::uint64_t first) const {
    std::vector<Bytes> out;
    for (std::size_t i = first; i < blocks_.size(); ++i) {
        out.insert(out.end(), blocks_[i].logs.begin(), blocks_[i].logs.end());
    }
    return out;
}

rpc::HttpReply FakeBlocks::post(const std::string& body) {
    if (before) {
        before(body);
    }
    const Json request = Json::parse(body);
    if (request.is_object()) {
        return {200, answer(request).dump()};
    }
    Json out = Json::array();
    for (const Json& question : request) {
        out.push_back(answer(question));
    }
    return {200, out.dump()};
}

Json FakeBlocks::answer(const Json& question) {
    Json out{{"jsonrpc", "2.0"}, {"id", question["id"]}};
    asked.push_back(question["method"]);
    const std::size_t visible = blocks_.size() - lag;
    if (question["method"] == "eth_blockNumber") {
        out["result"] = eth::to_quantity(visible - 1);
        return out;
    }
    if (question["method"] == "eth_getLogs") {
        out.update(question["params"][0].contains("blockHash") ? logs_of(question["params"][0]["blockHash"])
                                                               : logs_between(question["params"][0]));
        return out;
    }
    out.update(block_named(question["params"][0], visible));
    return out;
}

Json FakeBlocks::block_named(const std::string& which, std::size_t visible) const {
    if (which == "finalized") {
        return final_block ? Json{{"result", header(blocks_[*final_block])}} : refusal("unknown block tag");
    }
    const std::size_t number = which == "latest" ? visible - 1 : std::stoul(which, nullptr, 16);
    return {{"result", number < visible ? header(blocks_[number]) : Json()}};
}

Json FakeBlocks::header(const Block& block) const {
    Json out = sample_block();
    out["number"] = eth::to_quantity(block.number);
    out["stateRoot"] = damages_headers ? zeros(32) : to_hex(block.state_root);
    out["hash"] = to_hex(block.hash);
    out["parentHash"] = to_hex(block.parent);
    out["logsBloom"] = to_hex(block.bloom);
    return out;
}

Json FakeBlocks::logs(const Block& block) const {
    Json out = Json::array();
    for (std::size_t i = block.logs.size(); i-- > 0;) {  // a node may answer in any order
        Json log = sample_log();
        log["address"] = to_hex(kWatched);
        log["data"] = forge_logs ? "0x666f72676564" : to_hex(block.logs[i]);
        log["blockHash"] = to_hex(block.hash);
        log["blockNumber"] = eth::to_quantity(block.number);
        log["logIndex"] = eth::to_quantity(i);
        out.push_back(log);
    }
    return out;
}

Json FakeBlocks::logs_of(const std::string& hash) const {
    const auto end = blocks_.end() - static_cast<std::ptrdiff_t>(lag);
    const auto found = std::find_if(blocks_.begin(), end, [&](const Block& block) { return to_hex(block.hash) == hash; });
    return found == end ? refusal("unknown block") : Json{{"result", logs(*found)}};
}

Json FakeBlocks::logs_between(const Json& filter) {
    const std::size_t first = std::stoul(filter["fromBlock"].get<std::string>(), nullptr, 16);
    const std::size_t last = std::stoul(filter["toBlock"].get<std::string>(), nullptr, 16);
    ranges.push_back(last - first + 1);
    if (last - first + 1 > widest_range) {
        return refusal("eth_getLogs is limited to a " + std::to_string(widest_range) + " range");
    }
    Json out = Json::array();
    for (std::size_t number = first; number <= last && number < blocks_.size(); ++number) {
        const Json more = logs(blocks_[number]);
        out.insert(out.end(), more.begin(), more.end());
    }
    return {{"result", out}};
}

}  // namespace cone::test
