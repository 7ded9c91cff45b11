// Tries, pauses, and opens the answers.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/client.hpp"

#include <algorithm>
#include <utility>

#include "bridge/rpc/envelope.hpp"

namespace cone::rpc {
namespace {

/// The body of a reply whose HTTP status is good.
std::string body_of(HttpReply reply) {
    if (reply.status == 200) {
        return std::move(reply.body);
    }
    const Fault fault = reply.status == 429 ? Fault::Busy : reply.status >= 500 ? Fault::ServerError : Fault::HttpRefused;
    throw CallFailed(fault, "HTTP status " + std::to_string(reply.status),
                     fault == Fault::HttpRefused ? "check the node's address and access key" : "");
}

}  // namespace

Client::Client(Transport& transport, Pause& pause, RetryPolicy policy)
    : transport_(transport), pause_(pause), policy_(policy), jitter_(policy.jitter_seed) {}

Millis Client::pause_after(int tries) {
    Millis longest = policy_.first_pause;
    for (int i = 1; i < tries && longest < policy_.longest_pause; ++i) {
        longest *= 2;
    }
    longest = std::min(longest, policy_.longest_pause);
    // The upper half keeps the back-off growing; its randomness keeps clients from coming back all at once.
    return longest / 2 + Millis(std::uniform_int_distribution<Millis::rep>(0, (longest / 2).count())(jitter_));
}

template <class Attempt>
auto Client::with_retries(Attempt attempt) {
    for (int tries = 1;; ++tries) {
        try {
            return attempt();
        } catch (const CallFailed& failure) {
            if (!is_transient(failure.fault) || tries >= policy_.tries) {
                throw;
            }
        }
        if (!pause_.wait(pause_after(tries))) {
            throw Stopped();
        }
    }
}

Json Client::ask(const std::string& method, Json params) {
    const std::uint64_t id = next_id_++;
    const std::string body = envelope(id, {method, std::move(params)}).dump();
    Answer answer = with_retries([&] { return open_answer(parse_reply(body_of(transport_.post(body))), id); });
    if (auto* error = std::get_if<ErrorObject>(&answer)) {
        throw NodeError(method, std::move(*error));
    }
    return std::get<Json>(std::move(answer));
}

std::vector<Answer> Client::ask_all(const std::vector<Question>& questions) {
    if (questions.empty()) {
        return {};
    }
    const std::uint64_t first_id = next_id_;
    next_id_ += questions.size();
    Json list = Json::array();
    for (std::size_t i = 0; i < questions.size(); ++i) {
        list.push_back(envelope(first_id + i, questions[i]));
    }
    const std::string body = list.dump();
    return with_retries([&] { return open_answers(parse_reply(body_of(transport_.post(body))), first_id, questions.size()); });
}

}  // namespace cone::rpc
