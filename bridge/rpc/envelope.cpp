// Strict reading of answers.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/envelope.hpp"

#include <optional>
#include <set>
#include <utility>

namespace cone::rpc {
namespace {

[[noreturn]] void bad_envelope(const std::string& why) {
    throw CallFailed(Fault::BadEnvelope, why);
}

/// Refuses depth and repeated names while nlohmann's parser builds the value; it would keep the last of two names.
class Guard {
public:
    bool operator()(int depth, Json::parse_event_t event, const Json& value) {
        using Event = Json::parse_event_t;
        if (depth >= kJsonDepthMax) {
            throw CallFailed(Fault::TooDeep, "more than " + std::to_string(kJsonDepthMax) + " levels");
        }
        if (event == Event::object_start) {
            names_.emplace_back();
        } else if (event == Event::object_end) {
            names_.pop_back();
        } else if (event == Event::key && !names_.back().insert(value.get<std::string>()).second) {
            bad_envelope("the name " + value.dump() + " stands twice in one object");
        }
        return true;
    }

private:
    std::vector<std::set<std::string>> names_;
};

std::string beginning_of(const std::string& body) {
    std::string shown;
    for (const char c : body.substr(0, 60)) {
        shown += c >= ' ' && c <= '~' ? c : '.';
    }
    return body.empty() ? "empty" : "begins with '" + shown + "'";
}

const Json* find(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

ErrorObject error_of(const Json& error) {
    const Json* code = error.is_object() ? find(error, "code") : nullptr;
    const Json* message = error.is_object() ? find(error, "message") : nullptr;
    if (code == nullptr || message == nullptr || !code->is_number_integer() || !message->is_string()) {
        bad_envelope("an error without an integer code and a message");
    }
    ErrorObject out{code->get<std::int64_t>(), message->get<std::string>(), std::nullopt};
    const Json* data = find(error, "data");
    if (data != nullptr && data->is_string() && data->get_ref<const std::string&>().starts_with("0x")) {
        out.data = bytes_from_hex(data->get_ref<const std::string&>());
    }
    return out;
}

}  // namespace

Json parse_reply(const std::string& body) {
    try {
        Guard guard;
        return Json::parse(body,
                           [&guard](int depth, Json::parse_event_t event, Json& value) { return guard(depth, event, value); });
    } catch (const Json::exception&) {
        throw CallFailed(Fault::NotJson, "the body of " + std::to_string(body.size()) + " bytes " + beginning_of(body));
    }
}

Json envelope(std::uint64_t id, const Question& question) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", question.method}, {"params", question.params}};
}

Answer open_answer(const Json& reply, std::uint64_t id) {
    if (!reply.is_object() || reply.value("jsonrpc", Json()) != "2.0") {
        bad_envelope("no object with jsonrpc \"2.0\"");
    }
    const Json* result = find(reply, "result");
    const Json* error = find(reply, "error");
    if ((result == nullptr) == (error == nullptr)) {
        bad_envelope("neither result nor error, or both");
    }
    const Json* answered = find(reply, "id");
    const bool is_ours = answered != nullptr && answered->is_number_integer() && *answered == id;
    if (!is_ours && !(error != nullptr && answered != nullptr && answered->is_null())) {
        bad_envelope("id " + std::to_string(id) + " was asked, " + (answered == nullptr ? "none" : answered->dump()) +
                     " answered");
    }
    return result != nullptr ? Answer(*result) : Answer(error_of(*error));
}

std::vector<Answer> open_answers(const Json& reply, std::uint64_t first_id, std::size_t count) {
    if (reply.is_object() && reply.contains("error")) {
        throw NodeError("batch", error_of(reply["error"]));
    }
    if (!reply.is_array() || reply.size() != count) {
        bad_envelope("a list of " + std::to_string(count) + " answers was due");
    }
    std::vector<std::optional<Answer>> by_id(count);
    for (const Json& one : reply) {
        const Json id = one.is_object() ? one.value("id", Json()) : Json();
        if (!id.is_number_unsigned() || id < first_id || id >= first_id + count) {
            bad_envelope("an answer to a question that was not asked: id " + id.dump());
        }
        auto& slot = by_id[id.get<std::uint64_t>() - first_id];
        if (slot) {
            bad_envelope("two answers with id " + id.dump());
        }
        slot = open_answer(one, id.get<std::uint64_t>());
    }
    std::vector<Answer> out;
    for (auto& slot : by_id) {
        out.push_back(*std::move(slot));
    }
    return out;
}

}  // namespace cone::rpc
