// Whether to challenge a verdict. Two executions of our own on pinned data and two endpoints must say the same thing first: an honest
// party with a bad disk, bad memory or a bad node loses its bond like a liar does. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/wei.hpp"

namespace cone::node {

/// What one execution of a segment gave; `failure` (a changed shard, a machine without the profile) leaves the rest empty.
struct ExecutionReport {
    Hash32 digest;
    Hash32 state_before;  ///< hash of the canonical state that it began with
    Hash32 data;          ///< data hash (record 0x0b) of the shards it trained on, each checked against its root
    std::string failure;
    bool operator==(const ExecutionReport&) const = default;
};

/// A segment's record as the JobBoard has it.
struct VerdictRecord {
    bool job_runs = false;     ///< nothing can be challenged in a job that does not
    bool job_over = false;     ///< Settling, Settled, Unmet or Void: nothing will change any more
    bool has_verdict = false;  ///< Accepted, Challenged or Final
    bool is_final = false;
    bool challenged = false;  ///< somebody's challenge is pending
    bool ours = false;        ///< an attempt of this segment was forced by our own challenge
    Hash32 accepted;          ///< the verdict; zero before the first
    Hash32 previous;          ///< what the segment before has as verdict; the job hash for segment 0
    std::uint64_t final_from_block = 0;
    std::uint32_t set_size = 0;
    std::uint32_t set_cap = 0;
    Wei bond;
    bool operator==(const VerdictRecord&) const = default;
};

/// What one endpoint told about a segment, all of it read at one block.
struct EndpointReport {
    std::string url;
    std::uint64_t head = 0;   ///< its newest block
    std::uint64_t block = 0;  ///< where it was asked
    Hash32 block_hash;
    VerdictRecord record;
    Wei balance;  ///< of the challenger
    Wei fees;     ///< that a challenge may cost beside its bond
    std::string failure;
};

struct SelfCheck {
    JobId job;
    SegmentIndex segment;
    Hash32 spec_hash;
    Hash32 job_hash;
    Hash32 data_hash;  ///< of the shards that the chain matched
    Hash32 previous;   ///< the digest our executions built on
    std::array<ExecutionReport, 2> executions;
    std::array<EndpointReport, 2> endpoints;
    bool may_act = false;
};

enum class Verdict : std::uint8_t { Agrees, Challenge, Abstain };

/// Why we abstain, in the order in which it is looked at. None: we do not.
enum class Reason : std::uint8_t {
    None,
    ExecutionFailed,     ///< data, state or machine: there is no execution to speak of
    DataDiffers,         ///< an execution was not on the data that the chain names
    ExecutionsDisagree,  ///< this machine does not give the same bits twice
    EndpointFailed,
    EndpointsDisagree,  ///< other block, other verdict, other window: one of them is wrong, forked or behind
    PreviousChanged,    ///< the segment rests on another digest than the one we built on
    NoVerdict,          ///< nothing is accepted at that block
    SameEndpoint,       ///< there is no second endpoint, or it is the first
    AlreadyChallenged,  ///< somebody's challenge is pending
    ChallengedBefore,   ///< ours failed to change this verdict: a second bond would follow the first
    WindowOver,
    JobOver,
    PoolExhausted,  ///< nobody is left to ask
    BondTooHigh,    ///< bond and fees are more than the account has
    WatchOnly,      ///< everything speaks for a challenge, but we were told to watch
};

struct Decision {
    Verdict verdict = Verdict::Abstain;
    Reason reason = Reason::None;
    bool operator==(const Decision&) const = default;
};

/// With one endpoint only, agreement can be found, a challenge not.
[[nodiscard]] Decision decide(const SelfCheck& check);

/// "agrees", "challenge", "abstain"; "executions-disagree", ...
[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::string_view to_string(Reason reason);
/// One sentence for people: what was seen and what to do about it.
[[nodiscard]] std::string explain(const SelfCheck& check, const Decision& decision);

}  // namespace cone::node
