// A node that answers from a script, and a wrapper that makes a real one fail: before or after it got the question.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bridge/rpc/client.hpp"

namespace cone::test {

using rpc::Json;

/// One step of a script: the reply to a request body, or a CallFailed.
using Step = std::function<rpc::HttpReply(const Json& request)>;

inline Step fails(rpc::Fault fault) {
    return [fault](const Json&) -> rpc::HttpReply { throw rpc::CallFailed(fault, "scripted"); };
}
inline Step says(std::string body, int status = 200) {
    return [=](const Json&) { return rpc::HttpReply{status, body}; };
}
/// A right answer with this result.
inline Step results_in(Json result) {
    return [=](const Json& request) {
        return rpc::HttpReply{200, Json{{"jsonrpc", "2.0"}, {"id", request["id"]}, {"result", result}}.dump()};
    };
}
inline Step refuses(int code, std::string message, Json data = {}) {
    return [=](const Json& request) {
        Json error{{"code", code}, {"message", message}};
        if (!data.is_null()) {
            error["data"] = data;
        }
        return rpc::HttpReply{200, Json{{"jsonrpc", "2.0"}, {"id", request["id"]}, {"error", error}}.dump()};
    };
}

/// Plays its steps in order, one a request; a request beyond the last one is Unreachable.
class ScriptedTransport final : public rpc::Transport {
public:
    explicit ScriptedTransport(std::vector<Step> steps) : steps_(steps.begin(), steps.end()) {}

    rpc::HttpReply post(const std::string& body) override {
        requests.push_back(Json::parse(body));
        if (steps_.empty()) {
            throw rpc::CallFailed(rpc::Fault::Unreachable, "the script is over");
        }
        const Step step = std::exchange(steps_.front(), {});
        steps_.pop_front();
        return step(requests.back());
    }

    std::vector<Json> requests;

private:
    std::deque<Step> steps_;
};

/// Passes on to `inner`, except while it is told to fail.
class FlakyTransport final : public rpc::Transport {
public:
    explicit FlakyTransport(rpc::Transport& inner) : inner_(inner) {}

    rpc::HttpReply post(const std::string& body) override {
        if (questions_lost > 0) {
            --questions_lost;
            throw rpc::CallFailed(rpc::Fault::Unreachable, "the question was lost");
        }
        rpc::HttpReply reply = inner_.post(body);
        if (answers_lost > 0 && body.find(lose_answers_to) != std::string::npos) {
            --answers_lost;
            throw rpc::CallFailed(rpc::Fault::TimedOut, "the answer was lost");
        }
        return reply;
    }

    int questions_lost = 0;
    int answers_lost = 0;         ///< the node acts, and we do not learn of it
    std::string lose_answers_to;  ///< a method's name; empty: any

private:
    rpc::Transport& inner_;
};

}  // namespace cone::test
