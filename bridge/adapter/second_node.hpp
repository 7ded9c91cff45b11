// A second node to compare the first one with: its connection, and the comparison.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "bridge/follower/second_endpoint.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/pause.hpp"
#include "cone/base/clock.hpp"

namespace cone::adapter {

/// Asked once and for a short time, for who reads the first node waits meanwhile. What the two say differently is logged as an alarm.
struct SecondNode {
    /// `pause` and `clock` outlive it.
    SecondNode(const std::string& url, rpc::Pause& pause, const Clock& clock);

    rpc::CurlTransport transport;
    rpc::Client client;
    follower::SecondEndpoint endpoint;
};

}  // namespace cone::adapter
