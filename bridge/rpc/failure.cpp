// Sorting of failures: which may pass by themselves, and what a node's words mean.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/failure.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace cone::rpc {
namespace {

/// Code of a revert in geth, reth and anvil.
constexpr std::int64_t kRevertCode = 3;
constexpr std::int64_t kNoSuchMethod = -32601;  // JSON-RPC 2.0, 5.1
constexpr std::int64_t kInvalidParams = -32602;
constexpr std::size_t kSelectorBytes = 4;  ///< of a Solidity error, the least that a reason has

using Word = std::pair<std::string_view, Refusal>;

/// First match wins: "replacement transaction underpriced" before "underpriced". What providers say of ranges differs most.
constexpr std::array kWords{
    Word{"finalized block not found", Refusal::NoSuchTag},
    Word{"safe block not found", Refusal::NoSuchTag},
    Word{"invalid block tag", Refusal::NoSuchTag},
    Word{"unknown block tag", Refusal::NoSuchTag},
    Word{"unsupported block tag", Refusal::NoSuchTag},
    Word{"unknown variant", Refusal::NoSuchTag},
    Word{"execution reverted", Refusal::Reverted},
    Word{"vm execution error", Refusal::Reverted},
    Word{"vm exception", Refusal::Reverted},
    Word{"already known", Refusal::AlreadyKnown},
    Word{"already imported", Refusal::AlreadyKnown},
    Word{"alreadyknown", Refusal::AlreadyKnown},
    Word{"known transaction", Refusal::AlreadyKnown},
    Word{"nonce too low", Refusal::NonceTooLow},
    Word{"nonce is too low", Refusal::NonceTooLow},
    Word{"oldnonce", Refusal::NonceTooLow},
    Word{"replacement transaction underpriced", Refusal::Underpriced},
    Word{"less than block base fee", Refusal::FeeTooLow},
    Word{"fee cap less than", Refusal::FeeTooLow},
    Word{"transaction underpriced", Refusal::FeeTooLow},
    Word{"insufficient funds", Refusal::InsufficientFunds},
    Word{"unknown block", Refusal::UnknownBlock},
    Word{"header not found", Refusal::UnknownBlock},
    Word{"header for hash not found", Refusal::UnknownBlock},
    Word{"block not found", Refusal::UnknownBlock},
    Word{"query returned more than", Refusal::RangeTooLarge},
    Word{"too many results", Refusal::RangeTooLarge},
    Word{"too many logs", Refusal::RangeTooLarge},
    Word{"range too large", Refusal::RangeTooLarge},
    Word{"range is too large", Refusal::RangeTooLarge},
    Word{"range too wide", Refusal::RangeTooLarge},
    Word{"range is too wide", Refusal::RangeTooLarge},
    Word{"exceed max block range", Refusal::RangeTooLarge},
    Word{"exceeds max block range", Refusal::RangeTooLarge},
    Word{"exceed maximum block range", Refusal::RangeTooLarge},
    Word{"exceeds maximum block range", Refusal::RangeTooLarge},
    Word{"block range limit", Refusal::RangeTooLarge},
    Word{"limited to a", Refusal::RangeTooLarge},
    Word{"log response size exceeded", Refusal::RangeTooLarge},
    Word{"query exceeds limit", Refusal::RangeTooLarge},
    Word{"response size exceeded", Refusal::RangeTooLarge},
    Word{"query timeout exceeded", Refusal::RangeTooLarge},
    Word{"gas required exceeds", Refusal::Invalid},
    Word{"intrinsic gas too low", Refusal::Invalid},
    Word{"exceeds block gas limit", Refusal::Invalid},
    Word{"exceeds the configured cap", Refusal::Invalid},
    Word{"higher than max fee", Refusal::Invalid},
    Word{"invalid sender", Refusal::Invalid},
    Word{"invalid chain id", Refusal::Invalid},
    Word{"invalid signature", Refusal::Invalid},
    Word{"invalid transaction", Refusal::Invalid},
    Word{"transaction type not supported", Refusal::Invalid},
    Word{"oversized data", Refusal::Invalid},
    Word{"initcode size", Refusal::Invalid},
    Word{"out of gas", Refusal::Invalid},
    Word{"evm error", Refusal::Invalid},
    Word{"invalid opcode", Refusal::Invalid},
    Word{"invalid jump destination", Refusal::Invalid},
    Word{"stack underflow", Refusal::Invalid},
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

bool is_transient(Fault fault) {
    switch (fault) {
        case Fault::Unreachable:
        case Fault::TimedOut:
        case Fault::Broken:
        case Fault::Busy:
        case Fault::ServerError:
        case Fault::NotJson:
            return true;
        case Fault::HttpRefused:
        case Fault::TooLarge:
        case Fault::TooDeep:
        case Fault::BadEnvelope:
        case Fault::BadResult:
            return false;
    }
    return false;
}

std::string to_string(Fault fault) {
    switch (fault) {
        case Fault::Unreachable:
            return "node cannot be reached";
        case Fault::TimedOut:
            return "node did not answer in time";
        case Fault::Broken:
            return "connection to the node broke";
        case Fault::Busy:
            return "node is busy";
        case Fault::ServerError:
            return "node has an internal error";
        case Fault::NotJson:
            return "node's answer is not JSON";
        case Fault::HttpRefused:
            return "HTTP request refused";
        case Fault::TooLarge:
            return "node's answer is too large";
        case Fault::TooDeep:
            return "node's answer is nested too deeply";
        case Fault::BadEnvelope:
            return "not an answer to our question";
        case Fault::BadResult:
            return "malformed result";
    }
    return "unknown fault";
}

Refusal meaning_of(const ErrorObject& error) {
    if (error.code == kRevertCode) {
        return Refusal::Reverted;
    }
    const std::string message = lower(error.message);
    const auto* found = std::find_if(kWords.begin(), kWords.end(),
                                     [&](const auto& word) { return message.find(word.first) != std::string::npos; });
    if (found != kWords.end()) {
        return found->second;
    }
    return error.data && error.data->size() >= kSelectorBytes ? Refusal::Reverted : Refusal::Other;
}

bool may_pass(const ErrorObject& error) {
    switch (meaning_of(error)) {
        case Refusal::UnknownBlock:
        case Refusal::RangeTooLarge:
            return true;
        case Refusal::Other:
            return error.code != kNoSuchMethod && error.code != kInvalidParams;
        default:
            return false;
    }
}

bool is_missing_tag(const ErrorObject& error) {
    const Refusal meaning = meaning_of(error);
    return error.code == kInvalidParams || error.code == kNoSuchMethod || meaning == Refusal::NoSuchTag ||
           meaning == Refusal::UnknownBlock;
}

}  // namespace cone::rpc
