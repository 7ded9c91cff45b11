// Each ill on the JSON it falls on.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/proxy/faults.hpp"

#include <algorithm>
#include <optional>

#include "bridge/eth/u256.hpp"

namespace cone::test {

using rpc::Json;

namespace {

constexpr std::size_t kHeadsKept = 8;

/// The first question of a batch, or the question.
const Json& first(const Json& message) {
    return message.is_array() ? message.front() : message;
}
Json& first(Json& message) {
    return message.is_array() ? message.front() : message;
}

bool asks_for_newest(const Json& question) {
    return question["method"] == "eth_getBlockByNumber" && question["params"][0] == "latest";
}

std::uint64_t number_of(const Json& quantity) {
    return std::stoull(quantity.get<std::string>(), nullptr, 16);
}

Json refusal(const Json& request, const std::string& message) {
    const auto refused = [&](const Json& question) {
        return Json{{"jsonrpc", "2.0"}, {"id", question["id"]}, {"error", {{"code", -32000}, {"message", message}}}};
    };
    if (request.is_object()) {
        return refused(request);
    }
    Json out = Json::array();
    for (const Json& question : request) {
        out.push_back(refused(question));
    }
    return out;
}

Json with_forged_log(Json reply) {
    Json& result = first(reply)["result"];
    if (result.is_array() && !result.empty()) {
        std::string data = result[0]["data"];
        data.back() = data.back() == '0' ? '1' : '0';
        result[0]["data"] = data == "0" || data == "1" ? "0x00" : data;
    }
    return reply;
}

Json with_failed_receipt(Json reply) {
    Json& result = first(reply)["result"];
    if (result.is_object()) {
        result["status"] = "0x0";
        result["logs"] = Json::array();
    }
    return reply;
}

Json with_other_time(Json reply) {
    Json& result = first(reply)["result"];
    if (result.is_object()) {
        const std::uint64_t time = number_of(result["timestamp"]);
        result["timestamp"] = eth::to_quantity(time % 2 == 0 ? time + 900 : time - 900);
    }
    return reply;
}

Json with_wrong_id(Json reply) {
    Json& answer = first(reply);
    answer["id"] = answer["id"].get<std::uint64_t>() + 1'000'000;
    return reply;
}

Json with_null(Json reply) {
    first(reply).erase("error");
    first(reply)["result"] = nullptr;
    return reply;
}

/// Of ills that keep the request from the node.
std::optional<WireReply> instead_of_the_node(Ill ill, const Json& request) {
    switch (ill) {
        case Ill::Down:
            return WireReply{.hangs_up = true};
        case Ill::TooMany:
            return WireReply{429, "slow down"};
        case Ill::BadGateway:
            return WireReply{502, "<html>Bad Gateway</html>"};
        case Ill::Html:
            return WireReply{200, "<!DOCTYPE html><html>Welcome</html>"};
        case Ill::Limit:
            return WireReply{200, refusal(request, "limit exceeded").dump()};
        case Ill::NoHeader:
            return WireReply{200, refusal(request, "header not found").dump()};
        case Ill::PoolFull:
            return WireReply{200, refusal(request, "txpool is full").dump()};
        case Ill::RangeLimit:
            return WireReply{200, refusal(request, "query returned more than 10000 results").dump()};
        case Ill::NoTag:
            return WireReply{200, refusal(request, "finalized block not found").dump()};
        case Ill::NonceTooLow:
            return WireReply{200, refusal(request, "nonce too low").dump()};
        case Ill::AlreadyKnown:
            return WireReply{200, refusal(request, "already known").dump()};
        case Ill::Underpriced:
            return WireReply{200, refusal(request, "replacement transaction underpriced").dump()};
        default:
            return std::nullopt;
    }
}

}  // namespace

std::vector<Ill> ills_of(const Json& request) {
    std::vector<Ill> ills{Ill::Down,      Ill::AnswerLost, Ill::Slow, Ill::TooMany, Ill::BadGateway,
                          Ill::Truncated, Ill::WrongId,    Ill::Html, Ill::Limit};
    const auto also = [&](std::initializer_list<Ill> more) { ills.insert(ills.end(), more); };
    const Json& question = first(request);
    const std::string method = question["method"];
    if (asks_for_newest(question)) {
        also({Ill::OldHead, Ill::OtherTime, Ill::Nothing, Ill::NoHeader});
    } else if (method == "eth_getBlockByNumber" && question["params"][0] == "finalized") {
        also({Ill::NoTag});
    } else if (method == "eth_getBlockByNumber") {
        also({Ill::OtherTime});
    } else if (method == "eth_getLogs") {
        also({Ill::ForgedLog, Ill::RangeLimit, Ill::Nothing});
    } else if (method == "eth_getTransactionReceipt") {
        also({Ill::ForgedReceipt, Ill::Nothing});
    } else if (method == "eth_sendRawTransaction") {
        also({Ill::NonceTooLow, Ill::AlreadyKnown, Ill::Underpriced, Ill::PoolFull});
    } else if (method == "eth_estimateGas" || method == "eth_getTransactionCount" || method == "eth_getBalance") {
        also({Ill::NoHeader});
    }
    return ills;
}

void IllNode::remember(const Json& request, const Json& reply) {
    if (request.is_object() && asks_for_newest(request) && reply.contains("result") && !frozen_) {
        heads_.push_back(reply["result"]);
        if (heads_.size() > kHeadsKept) {
            heads_.pop_front();
        }
    }
}

/// Frozen: the newest that was told; else the oldest that is remembered.
Json IllNode::old_head(const Json& request, Json reply) const {
    if (heads_.empty()) {
        return reply;
    }
    const Json& head = frozen_ ? heads_.back() : heads_.front();
    if (request.is_object() && asks_for_newest(request)) {
        reply["result"] = head;
    } else if (request.is_object() && request["method"] == "eth_blockNumber") {
        reply["result"] = head["number"];
    }
    return reply;
}

WireReply IllNode::answer(Ill ill, const Json& request, const Forward& forward) {
    if (auto reply = instead_of_the_node(ill, request)) {
        return *std::move(reply);
    }
    const std::string text = forward();
    Json reply = Json::parse(text);
    remember(request, reply);
    switch (ill) {
        case Ill::AnswerLost:
            return {.hangs_up = true};
        case Ill::Slow:
            return {200, text, false, slowness_};
        case Ill::Truncated:
            return {200, text.substr(0, text.size() / 2)};
        case Ill::WrongId:
            return {200, with_wrong_id(reply).dump()};
        case Ill::OldHead:
            return {200, old_head(request, reply).dump()};
        case Ill::ForgedLog:
            return {200, with_forged_log(reply).dump()};
        case Ill::ForgedReceipt:
            return {200, with_failed_receipt(reply).dump()};
        case Ill::OtherTime:
            return {200, with_other_time(reply).dump()};
        case Ill::Nothing:
            return {200, with_null(reply).dump()};
        default:
            return {200, frozen_ ? old_head(request, reply).dump() : text};
    }
}

}  // namespace cone::test
