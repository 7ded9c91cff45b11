// A member's own sight of the chain: that a root is in a block is not taken from the bridge when there is an endpoint to ask.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/clock.hpp"
#include "cone/base/ids.hpp"
#include "cone/node/messages.hpp"

namespace cone::node {

/// One attempt as the JobBoard holds it in block `head`.
struct AttemptOnChain {
    Hash32 root;
    std::uint64_t reveal_from_block = 0;  ///< first block in which votes are taken, and commitments no more
    std::uint64_t head = 0;
};

/// What was logged of one attempt since it was posted.
struct AttemptHistory {
    std::vector<Address> members;      ///< by position; empty when the posting was not found
    std::map<Address, Hash32> direct;  ///< what members committed to by themselves
};

/// The port. Implementations: scripts (tests), JSON-RPC (bridge/adapter).
class OwnEndpoint {
public:
    virtual ~OwnEndpoint() = default;
    /// One look at the newest block, within a deadline of its own; nothing when the block holds no such attempt. Throws
    /// ConfigError when the endpoint is of another chain, another Error when there is no usable answer this time.
    [[nodiscard]] virtual std::optional<AttemptOnChain> find_attempt(JobId job, SegmentIndex segment, AttemptIndex attempt) = 0;
    /// Of an attempt that `find_attempt` shows. Throws likewise.
    [[nodiscard]] virtual AttemptHistory read_history(JobId job, SegmentIndex segment, AttemptIndex attempt) = 0;
};

enum class RootStanding {
    Bound,            ///< the root is in a block and no later block takes a commitment
    NotInBlock,       ///< the newest block does not hold the attempt
    StillCommitting,  ///< the next block still takes commitments: a vote shown now could be copied
    OtherRoot,        ///< the block holds another root: what the bridge says is false
};
[[nodiscard]] RootStanding standing_of(const std::optional<AttemptOnChain>& seen, const Hash32& root);

/// Keeps the bridge's messages about roots until the own endpoint shows the same, for `patience` at most. Never waits by
/// itself: every `look` asks the endpoint once a message at most.
class RootWatch {
public:
    /// `endpoint` and `clock` outlive it.
    RootWatch(OwnEndpoint& endpoint, const Clock& clock, Millis patience)
        : endpoint_(endpoint), clock_(clock), patience_(patience) {}

    void expect(JobId job, CommitmentsOnChain posted);

    struct Outcome {
        CommitmentsOnChain posted;
        std::string refusal;  ///< why nothing may be shown; empty when the chain shows the root
    };
    /// What was decided since the last call.
    [[nodiscard]] std::vector<Outcome> look();

private:
    struct Watched {
        JobId job;
        CommitmentsOnChain posted;
        Deadline until;
        Deadline next_look;
    };
    [[nodiscard]] std::optional<std::string> judge(Watched& watched);

    OwnEndpoint& endpoint_;
    const Clock& clock_;
    Millis patience_;
    std::vector<Watched> watched_;
};

}  // namespace cone::node
