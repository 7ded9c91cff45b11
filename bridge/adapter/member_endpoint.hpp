// The node's OwnEndpoint port on Ethereum: a member asks a node that it trusts, and waits for it only so long.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "bridge/contracts/deployment.hpp"
#include "bridge/contracts/events.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/pause.hpp"
#include "cone/base/clock.hpp"
#include "cone/node/own_endpoint.hpp"

namespace cone::adapter {

struct MemberEndpointSettings {
    std::string url;
    std::uint64_t chain_id = 0;
    contracts::Deployment deployment;
    Millis call_timeout{2000};  ///< of one exchange; a look takes two, the first one three
};

class MemberEndpoint final : public node::OwnEndpoint {
public:
    /// Talks to nobody yet. Throws ConfigError when the URL is none.
    explicit MemberEndpoint(MemberEndpointSettings settings);

    /// Head and attempt are read at one block, named by its hash: a reorganisation between the two is an error of this look.
    [[nodiscard]] std::optional<node::AttemptOnChain> find_attempt(JobId job, SegmentIndex segment,
                                                                   AttemptIndex attempt) override;
    /// From the board's logs since the block in which the attempt was posted.
    [[nodiscard]] node::AttemptHistory read_history(JobId job, SegmentIndex segment, AttemptIndex attempt) override;

private:
    [[nodiscard]] rpc::BlockHeader newest();
    void add(node::AttemptHistory& history, const contracts::Event& event);
    MemberEndpointSettings settings_;
    rpc::StoppablePause pause_;
    rpc::CurlTransport transport_;
    rpc::Client client_;
    bool chain_checked_ = false;
};

}  // namespace cone::adapter
