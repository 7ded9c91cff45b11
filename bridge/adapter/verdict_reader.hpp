// What one endpoint says of a segment's verdict: everything at one block, named by its hash.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "bridge/contracts/deployment.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/pause.hpp"
#include "bridge/rpc/types.hpp"
#include "cone/base/clock.hpp"
#include "cone/node/self_check.hpp"

namespace cone::adapter {

struct VerdictReaderSettings {
    std::string url;
    std::uint64_t chain_id = 0;
    contracts::Deployment deployment;
    JobId job;
    Address challenger;  ///< whose balance, and whose challenges are ours
    Millis call_timeout{5000};
};

class VerdictReader {
public:
    /// Talks to nobody yet. Throws ConfigError when the URL is none.
    explicit VerdictReader(VerdictReaderSettings settings);

    /// Nothing but what stands in the report: errors of the node are its `failure`.
    [[nodiscard]] node::EndpointReport look(SegmentIndex segment) { return report(segment, std::nullopt); }
    /// Same, in block `number`; `head` is the newest block all the same.
    [[nodiscard]] node::EndpointReport look_at(SegmentIndex segment, std::uint64_t number) { return report(segment, number); }
    /// Number of the newest block. Throws RpcError, and ConfigError on another chain.
    [[nodiscard]] std::uint64_t head();

private:
    [[nodiscard]] node::EndpointReport report(SegmentIndex segment, std::optional<std::uint64_t> number);
    [[nodiscard]] node::VerdictRecord read(SegmentIndex segment, const rpc::BlockHeader& at);
    void fill(node::EndpointReport& report, SegmentIndex segment, std::uint64_t number);

    VerdictReaderSettings settings_;
    rpc::StoppablePause pause_;
    rpc::CurlTransport transport_;
    rpc::Client client_;
    bool chain_checked_ = false;
};

/// Both in the newest block that both have. A reader that fails leaves the other one's report as of its own newest block.
[[nodiscard]] std::array<node::EndpointReport, 2> look_twice(VerdictReader& first, VerdictReader& second, SegmentIndex segment);

}  // namespace cone::adapter
