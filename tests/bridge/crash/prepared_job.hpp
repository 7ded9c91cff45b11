// A job on a real chain, stopped right before each of the bridge's transactions is due.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cone/node/chain.hpp"
#include "tests/bridge/contracts/devnet.hpp"

namespace cone::test {

/// One transaction that the bridge has to send, and the chain as it is right before.
struct DueAction {
    std::string name;
    node::ChainAction action;
    std::string event;     ///< what the contracts log when it is done
    std::string snapshot;  ///< the node's number for it
};

/// Plays a whole job of one segment. `due()` is in the order of the job; going back to a snapshot forgets all later ones, so
/// walk it from the last to the first.
class PreparedJob {
public:
    PreparedJob();

    [[nodiscard]] Devnet& net() { return net_; }
    [[nodiscard]] JobId job() const { return job_; }
    [[nodiscard]] std::vector<DueAction>& due() { return due_; }
    /// The chain as it was when `due` was due; automatic mining is off.
    void go_back_to(DueAction& due);

private:
    void open();
    void vote();
    void play();
    void now_due(const std::string& name, node::ChainAction action, const std::string& event);
    void do_it(const node::ChainAction& action);

    Devnet net_;
    JobId job_;
    node::JobTerms terms_;
    node::PostCommitments post_;
    node::CastVotes cast_;
    node::Settle settle_;
    node::ProveEquivocation proof_;
    std::vector<DueAction> due_;
};

}  // namespace cone::test
