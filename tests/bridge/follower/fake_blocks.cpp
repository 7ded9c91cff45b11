// Headers and logs in a node's form.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/follower/fake_blocks.hpp"

#include "bridge/eth/u256.hpp"
#include "bridge/follower/bloom.hpp"
#include "tests/bridge/rpc/sample_replies.hpp"

namespace cone::test {

using rpc::Json;

void FakeBlocks::add(std::size_t logs) {
    Block block;
    Bytes unique;
    append_big_endian(unique, ++made_);
    std::copy(unique.begin(), unique.end(), block.hash.bytes.begin() + 1);
    block.hash.bytes[0] = 0xb1;
    block.parent = blocks_.empty() ? Hash32{} : blocks_.back().hash;
    for (std::size_t i = 0; i < logs; ++i) {
        block.logs.push_back(unique);
        block.logs.back().push_back(static_cast<std::uint8_t>(i));
        follower::insert(block.bloom, kWatched.span());
    }
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
    if (question["method"] == "eth_getLogs") {
        const Json found = logs(question["params"][0]["blockHash"]);
        if (found.is_null()) {
            out["error"] = {{"code", -32000}, {"message", "unknown block"}};
        } else {
            out["result"] = found;
        }
        return out;
    }
    const std::string which = question["params"][0];
    const std::size_t number = which == "latest" ? visible - 1 : std::stoul(which, nullptr, 16);
    out["result"] = number < visible ? header(number) : Json();
    return out;
}

Json FakeBlocks::header(std::size_t number) const {
    const Block& block = blocks_[number];
    Json out = sample_block();
    out["number"] = eth::to_quantity(number);
    out["hash"] = to_hex(block.hash);
    out["parentHash"] = to_hex(block.parent);
    out["logsBloom"] = says_blooms_are_full ? "0x" + std::string(512, 'f') : to_hex(block.bloom);
    return out;
}

Json FakeBlocks::logs(const std::string& hash) const {
    for (std::size_t number = 0; number < blocks_.size(); ++number) {
        const Block& block = blocks_[number];
        if (to_hex(block.hash) != hash) {
            continue;
        }
        Json out = Json::array();
        for (std::size_t i = block.logs.size(); i-- > 0;) {  // a node may answer in any order
            Json log = sample_log();
            log["address"] = to_hex(kWatched);
            log["data"] = to_hex(block.logs[i]);
            log["blockHash"] = hash;
            log["blockNumber"] = eth::to_quantity(number);
            log["logIndex"] = eth::to_quantity(i);
            out.push_back(log);
        }
        return out;
    }
    return nullptr;
}

}  // namespace cone::test
