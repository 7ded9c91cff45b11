// Compares the lists posted for a job with the draw, and proves the first list that left somebody out, while that still can be judged.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "cone/node/omission.hpp"

namespace cone::node {

/// What was read of a job's lists, all of it at one block.
struct DrawReport {
    std::uint64_t block = 0;
    PostedDraws posted;
    std::string why_not{};  ///< why nothing may be sent on this word: the endpoints differ
    std::string failure{};  ///< of the node; the rest is empty then
};

struct DrawPorts {
    /// Never throws: see `failure`.
    std::function<DrawReport()> look;
    /// Sends the proof, of use until block `until` (0: no end is known), and returns the transaction's hash; throws ChainError when it was refused.
    std::function<std::string(const ProveOmission&, std::uint64_t until)> prove;
    /// Keeps a line for good. Throws EnvironmentError.
    std::function<void(const std::string& line)> record;
    std::function<void(const std::string& line)> say;  ///< for people
    std::function<std::uint64_t()> unix_time;
};

class DrawWatch {
public:
    /// `terms`: the pool is that of the job's pool block. `may_act` false: says and records, sends nothing.
    DrawWatch(JobTerms terms, DrawPorts ports, bool may_act)
        : terms_(std::move(terms)), ports_(std::move(ports)), may_act_(may_act) {}

    /// One look, and the proof that is due. A refused proof is tried again, once a block, as long as it is due. False: nothing was to do.
    /// Throws what `record` throws.
    bool step();
    /// Wrong lists that were dealt with.
    [[nodiscard]] std::size_t found() const { return accused_.size(); }

private:
    void prove(const ProveOmission& proof, const DrawReport& report);
    void tell(const ProveOmission& proof, const std::string& transaction, const std::string& refusal);

    JobTerms terms_;
    DrawPorts ports_;
    bool may_act_ = false;
    Accused accused_;               ///< dealt with: none twice
    PostedDraws right_;             ///< as last looked at: nothing was due
    std::uint64_t refused_at_ = 0;  ///< block of the last refused proof
    std::string trouble_;           ///< of the node, told once
    std::string told_refusal_;      ///< likewise
};

}  // namespace cone::node
