// The ways in which a node or what lies before it fails or lies, one function of the request and the true answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/bridge/proxy/fault_proxy.hpp"

namespace cone::test {

enum class Ill : std::uint8_t {
    None,
    Down,        ///< R01: the connection ends; the node never got it
    AnswerLost,  ///< R01: the node acted, and nobody hears of it
    Slow,        ///< R02, and all below up to Html
    TooMany,
    BadGateway,
    Truncated,
    WrongId,
    Html,
    Limit,  ///< R02: the node's own error in HTTP 200, and the two below
    NoHeader,
    PoolFull,
    OldHead,        ///< R03, R23: an earlier newest block once more
    ForgedLog,      ///< R04
    ForgedReceipt,  ///< R04: success told as failure
    RangeLimit,     ///< R11
    NoTag,          ///< R12
    NonceTooLow,    ///< R14, told of a transaction that the node never gets; and the two below
    AlreadyKnown,
    Underpriced,
    OtherTime,  ///< R26: a header with its timestamp moved by 900 s
    Nothing,    ///< null for what is there
};

/// The ills that a request can have. Those of the wire come to every one.
[[nodiscard]] std::vector<Ill> ills_of(const rpc::Json& request);

/// Makes the answers of one node. Slow answers come after `slowness`.
class IllNode {
public:
    explicit IllNode(Millis slowness) : slowness_(slowness) {}

    [[nodiscard]] WireReply answer(Ill ill, const rpc::Json& request, const Forward& forward);
    /// From now on the newest block is the one of the newest honest answer.
    void freeze_head(bool frozen) { frozen_ = frozen; }

private:
    void remember(const rpc::Json& request, const rpc::Json& reply);
    [[nodiscard]] rpc::Json old_head(const rpc::Json& request, rpc::Json reply) const;

    Millis slowness_;
    bool frozen_ = false;
    std::deque<rpc::Json> heads_;  ///< results of earlier questions for the newest header, oldest first
};

}  // namespace cone::test
