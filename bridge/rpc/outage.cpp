// Patience with a node that is away.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/outage.hpp"

#include <utility>

namespace cone::rpc {

Outage::Outage(const Clock& clock, Millis limit, OutageReport report)
    : clock_(clock), limit_(limit), report_(std::move(report)) {}

void Outage::failed(const CallFailed& why) {
    if (!is_transient(why.fault)) {
        throw why;
    }
    endure(why.what());
}

void Outage::failed(const NodeError& why) {
    if (!may_pass(why.object)) {
        succeeded();  // it is there, and knows what it says
        throw why;
    }
    endure(why.what());
}

void Outage::endure(const std::string& why) {
    const Millis now = clock_.now();
    const Millis away = now - since_.value_or(now);
    since_ = now - away;
    if (report_) {
        report_(away, why);
    }
    if (away >= limit_) {
        throw RpcError("the node has been away for " + std::to_string(away.count() / 1000) + " s: " + why,
                       "nothing is lost: start again when the node is back", ExitCode::TryAgain);
    }
}

void Outage::succeeded() {
    if (since_ && report_) {
        report_(std::nullopt, "the node is back");
    }
    since_.reset();
}

}  // namespace cone::rpc
