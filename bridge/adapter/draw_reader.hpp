// The lists that a job's bridge posted, as the board logged them, with the records of their segments: all at one block.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bridge/adapter/second_node.hpp"
#include "bridge/contracts/deployment.hpp"
#include "bridge/follower/follower.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/pause.hpp"
#include "cone/base/clock.hpp"
#include "cone/node/draw_watch.hpp"

namespace cone::adapter {

struct DrawReaderSettings {
    std::string url;
    std::string second_url{};  ///< another node, which has to say the same; empty: `url` is believed
    contracts::Deployment deployment;
    JobId job;
    std::uint64_t first_block = 0;  ///< not above the first that can hold a list of the job
    Millis call_timeout{5000};
};

/// Follows the board's log, through reorganisations: a list of a block that left the chain is forgotten.
class DrawReader {
public:
    /// Talks to nobody yet. Throws ConfigError when a URL is none.
    explicit DrawReader(DrawReaderSettings settings);

    /// As of the newest block that it read. Nothing but what stands in the report: errors of the node are its `failure`.
    [[nodiscard]] node::DrawReport look();

private:
    struct Logged {
        rpc::BlockRef block;
        SegmentIndex segment;
        node::PostedAttempt list;
    };

    void follow();
    void take(const follower::BlockApplied& block);
    void take(const follower::BlockReverted& block);
    [[nodiscard]] node::PostedDraws read(const rpc::BlockRef& at);
    [[nodiscard]] node::PostedSegment read(SegmentIndex segment, const rpc::BlockRef& at);

    DrawReaderSettings settings_;
    SteadyClock clock_;
    rpc::StoppablePause pause_;
    rpc::CurlTransport transport_;
    rpc::Client client_;
    std::unique_ptr<SecondNode> second_;
    follower::Follower follower_;
    std::vector<Logged> logged_;  ///< in the chain's order
    rpc::BlockRef read_at_;       ///< where `report_` was read
    node::DrawReport report_;
};

}  // namespace cone::adapter
