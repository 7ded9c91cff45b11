// The JSON-RPC 2.0 frame around questions and answers; what comes in is not trusted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "bridge/rpc/client.hpp"

namespace cone::rpc {

inline constexpr int kJsonDepthMax = 32;

/// Throws CallFailed: NotJson, TooDeep, BadEnvelope (a name twice in one object).
[[nodiscard]] Json parse_reply(const std::string& body);

[[nodiscard]] Json envelope(std::uint64_t id, const Question& question);

/// The answer to question `id`. An error may carry the id null: then the node could not read the question.
/// Throws CallFailed(BadEnvelope) when it is an answer to something else, or none.
[[nodiscard]] Answer open_answer(const Json& reply, std::uint64_t id);

/// Answers to the questions first_id, first_id + 1, ... in that order, from a list in any order.
/// Throws CallFailed(BadEnvelope) unless there is exactly one for each.
[[nodiscard]] std::vector<Answer> open_answers(const Json& reply, std::uint64_t first_id, std::size_t count);

}  // namespace cone::rpc
