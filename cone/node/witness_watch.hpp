// Looks through the votes of segments that are Final for false witnesses, with what our own executions left, and proves them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cone/node/chain.hpp"
#include "cone/node/self_check.hpp"

namespace cone::node {

/// A vote that the board took, with the signature that was delivered with it.
struct CastVote {
    AttemptIndex attempt;
    SignedVote vote;
};

struct WitnessPorts {
    /// Both endpoints at one block that both have. Never throws.
    std::function<std::array<EndpointReport, 2>(SegmentIndex)> look_twice;
    /// The votes for `digest` that the board took for the segment, all attempts. Throws RpcError.
    std::function<std::vector<CastVote>(SegmentIndex, const Hash32& digest)> votes;
    /// Sends the proof and returns the transaction's hash; throws ChainError when it was refused.
    std::function<std::string(const ProveFalseWitness&)> prove;
    /// Keeps a line for good. Throws EnvironmentError.
    std::function<void(const std::string& line)> record;
    std::function<void(const std::string& line)> say;  ///< for people
    std::function<std::uint64_t()> unix_time;
};

/// A proof opens the digest in public: none is made before both endpoints call the segment Final with the digest that we executed.
class WitnessWatch {
public:
    /// `may_act` false: says and records, sends nothing.
    WitnessWatch(JobId job, const Hash32& job_seed, WitnessPorts ports, bool may_act)
        : job_(job), job_seed_(job_seed), ports_(std::move(ports)), may_act_(may_act) {}

    /// Looks at the next segment of those that `executed` opens, in order: what our executions gave, agreed with. False: nothing was to
    /// do. Throws what `record` throws.
    bool step(const std::vector<hash::DigestOpening>& executed);
    /// Of the first `agreed` segments all that can become Final were looked through.
    [[nodiscard]] bool done(std::size_t agreed) const { return over_ || next_ >= agreed; }
    /// False witnesses, whoever proved them.
    [[nodiscard]] std::size_t found() const { return found_.size(); }

private:
    void accuse(SegmentIndex segment, const hash::DigestOpening& opening);
    void prove(SegmentIndex segment, const hash::DigestOpening& opening, const CastVote& cast);

    JobId job_;
    Hash32 job_seed_;
    WitnessPorts ports_;
    bool may_act_ = false;
    bool over_ = false;  ///< the next segment will never be Final
    std::size_t next_ = 0;
    std::set<std::tuple<SegmentIndex, AttemptIndex, Address>> found_;  ///< dealt with: none twice
    std::string trouble_;                                              ///< of the node, told once
};

}  // namespace cone::node
