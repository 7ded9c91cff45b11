// How long a node has been away, and when patience ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bridge/rpc/failure.hpp"
#include "cone/base/clock.hpp"

namespace cone::rpc {

/// Called at every failure with how long the node has been away or of no use, and once with nothing when it is back.
using OutageReport = std::function<void(std::optional<Millis> away, const std::string& why)>;

/// Counts from the first failure after a success.
class Outage {
public:
    Outage(const Clock& clock, Millis limit, OutageReport report = {});

    /// Returns while patience lasts, and throws RpcError (exit code TryAgain) after it. What cannot pass by itself, such as a
    /// malformed answer or a revert, is thrown on at once.
    void failed(const CallFailed& why);
    void failed(const NodeError& why);
    void succeeded();
    [[nodiscard]] bool is_away() const { return since_.has_value(); }

private:
    void endure(const std::string& why);

    const Clock& clock_;
    Millis limit_;
    OutageReport report_;
    std::optional<Millis> since_;
};

}  // namespace cone::rpc
