// What can go wrong between us and a node, in three kinds: no usable answer, the node's own error, asked to stop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cone/base/bytes.hpp"
#include "cone/base/errors.hpp"

namespace cone::rpc {

/// Why there is no usable answer.
enum class Fault : std::uint8_t {
    Unreachable,  ///< refused, no route, no such host
    TimedOut,
    Broken,       ///< the connection ended in the middle
    Busy,         ///< HTTP 429
    ServerError,  ///< HTTP 5xx
    NotJson,      ///< truncated JSON, an HTML page, nothing at all
    HttpRefused,  ///< another HTTP status than 200: wrong address or credentials
    TooLarge,
    TooDeep,
    BadEnvelope,  ///< JSON, but no JSON-RPC 2.0 answer to what was asked
    BadResult,    ///< a result whose fields are missing, of a wrong type or contradict each other
};

/// May the same question succeed a moment later?
[[nodiscard]] bool is_transient(Fault fault);
[[nodiscard]] std::string to_string(Fault fault);

/// No usable answer, after all tries.
struct CallFailed : RpcError {
    CallFailed(Fault f, const std::string& what, const std::string& hint = {})
        : RpcError(to_string(f) + ": " + what, hint), fault(f) {}
    Fault fault;
};

/// The `error` member of an answer.
struct ErrorObject {
    std::int64_t code = 0;
    std::string message;
    std::optional<Bytes> data;  ///< revert data, when the node gives it as hexadecimal
};

/// The node answered with an error: a verdict on what was asked, or a trouble of its own; see `may_pass`.
struct NodeError : RpcError {
    NodeError(const std::string& method, ErrorObject error)
        : RpcError(method + ": " + error.message + " (code " + std::to_string(error.code) + ")"), object(std::move(error)) {}
    ErrorObject object;
};

/// Somebody asked to stop while we waited.
struct Stopped : Error {
    Stopped() : Error(ExitCode::Interrupted, "stopped while waiting for the node", {}) {}
};

/// What an error means to a sender of transactions. Nodes differ in code and wording: geth, anvil and reth are known.
enum class Refusal : std::uint8_t {
    Reverted,
    AlreadyKnown,
    NonceTooLow,
    Underpriced,  ///< a replacement must pay more than what it replaces
    FeeTooLow,    ///< below the block's base fee, or the pool's minimum
    InsufficientFunds,
    UnknownBlock,
    RangeTooLarge,  ///< eth_getLogs: too many blocks or too many logs in one answer
    NoSuchTag,      ///< the node does not know `safe` or `finalized`
    Invalid,        ///< no block can ever hold this transaction, or its execution fails without a revert
    Other,
};
[[nodiscard]] Refusal meaning_of(const ErrorObject& error);

/// May the same question be answered a moment later? Yes, unless the error is a verdict that we know: too many questions, a time
/// limit inside the node or a load balancer's backend without its newest block are told in more words than any list has.
[[nodiscard]] bool may_pass(const ErrorObject& error);
/// What a node says that has no block for a tag.
[[nodiscard]] bool is_missing_tag(const ErrorObject& error);

}  // namespace cone::rpc
