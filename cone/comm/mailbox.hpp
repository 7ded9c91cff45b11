// Point-to-point messages between ranks, without blocking: the port between bridge and executors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>

#include "cone/base/bytes.hpp"

namespace cone::comm {

/// Longer messages are refused by the sender and dropped by the receiver (bulk goes through the content store).
inline constexpr std::size_t kMaxMessageBytes = std::size_t{64} << 20;

struct Mail {
    int from = 0;
    Bytes bytes;
};

/// Messages between two ranks keep their order. No call waits; a rank that died swallows what is sent to it.
class Mailbox {
public:
    virtual ~Mailbox() = default;
    [[nodiscard]] virtual int rank() const = 0;
    [[nodiscard]] virtual int size() const = 0;

    /// Queues `bytes` for `to` (a copy is kept until it has left). Throws CommError above kMaxMessageBytes or on a bad rank.
    virtual void send(int to, ByteSpan bytes) = 0;
    [[nodiscard]] virtual std::optional<Mail> try_receive() = 0;
    /// Ranks known to be dead. Not complete: a frozen rank, or a dead one without ULFM, is only seen by deadlines.
    [[nodiscard]] virtual std::set<int> failed_peers() = 0;
    /// Messages that have not left yet; also makes progress.
    [[nodiscard]] virtual std::size_t pending_sends() = 0;
};

}  // namespace cone::comm
