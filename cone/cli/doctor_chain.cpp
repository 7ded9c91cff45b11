// Is there a node, is it the right chain, are the contracts there, can our key pay?
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "bridge/follower/second_endpoint.hpp"
#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/url.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/doctor.hpp"

namespace cone::cli {
namespace {

constexpr std::int64_t kClockSkewSeconds = 60;

Finding clock_against(rpc::Client& client) {
    const auto header = rpc::block_header(client);
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    const auto age = header ? now - static_cast<std::int64_t>(header->timestamp) : kClockSkewSeconds + 1;
    const std::string detail = "newest block is " + std::to_string(age) + " s old";
    return std::llabs(age) <= kClockSkewSeconds
               ? Finding{"clock", Verdict::Pass, detail, ""}
               : Finding{"clock", Verdict::Warn, detail, "synchronise this clock, or the node is behind"};
}

Finding bridge_balance(Connection& connection, const config::Config& config) {
    try {
        Account bridge(connection, config, Role::Bridge);
        const Wei balance = bridge.balance();
        const std::string detail = to_ether_string(balance) + " ether";
        return balance >= *wei_from_ether("0.1")
                   ? Finding{"bridge account", Verdict::Pass, detail, ""}
                   : Finding{"bridge account", Verdict::Fail, detail, "send it at least 0.1 ether for gas"};
    } catch (const Error& error) {
        return {"bridge account", Verdict::Fail, error.what(), error.hint()};
    }
}

/// What the chain would refuse is found before anything is staked.
Finding largest_bid(Connection& connection, const config::Config& config) {
    contracts::Request request;
    request.segments = narrow<std::uint16_t>(config.schedule.segments());
    request.executor_share_bp = narrow<std::uint16_t>(config.market.executor_share_bp);
    const Wei most = connection.views().most_bid(request);
    const std::string detail =
        "at most " + to_ether_string(most) + " ether for " + std::to_string(request.segments) + " segments";
    const bool too_high =
        std::any_of(config.market.bids.begin(), config.market.bids.end(), [&](const auto& bid) { return bid.amount > most; });
    return too_high ? Finding{"largest bid", Verdict::Fail, detail,
                              "bid less, set a smaller market.executor_share_bp, or vote on more segments"}
                    : Finding{"largest bid", Verdict::Pass, detail, ""};
}

/// Between blocks, on average over the newest 1,000. A development node mines at once what it is sent: its clock is what counts.
double seconds_a_block(rpc::Client& client, const config::Config& config) {
    if (config::is_development_chain(config.chain.chain_id)) {
        return config.devnet.block_time_s;
    }
    const std::uint64_t head = rpc::block_number(client);
    const std::uint64_t span = std::min<std::uint64_t>(head, 1000);
    const auto ends = rpc::block_headers(client, std::array{head - span, head});
    return span == 0 ? 0.0 : static_cast<double>(ends[1].timestamp - ends[0].timestamp) / static_cast<double>(span);
}

/// While a segment trains nothing happens on chain: it must not look like a stalled one (docs/protocol.md 2.4, 3).
Finding segment_timeout(Connection& connection, const config::Config& config) {
    const double stalls_s = connection.views().rules().stall_blocks * seconds_a_block(connection.client(), config);
    const double segment_s = config.execution.segment_timeout_s;
    Finding found{"segment timeout", Verdict::Pass,
                  std::to_string(config.execution.segment_timeout_s) + " s; without a transaction for some " +
                      std::to_string(std::llround(stalls_s)) + " s a job stalls",
                  ""};
    if (segment_s > stalls_s) {
        found.verdict = Verdict::Fail;
        found.fix = "anybody can void the job while it trains: cut it into more segments, with a shorter segment_timeout_s";
    } else if (segment_s > stalls_s / 2) {
        found.verdict = Verdict::Warn;
        found.fix = "anybody can post for a segment that trains longer than half of that: cut the job into more segments";
    }
    return found;
}

Finding second_endpoint(rpc::Client& first, const config::Config& config) {
    const std::string& url = config.chain.second_rpc_url;
    if (url.empty()) {
        return config::is_development_chain(config.chain.chain_id)
                   ? Finding{"second endpoint", Verdict::Pass, "none: one node is believed", ""}
                   : Finding{"second endpoint", Verdict::Warn, "none: one node is believed", "set chain.second_rpc_url"};
    }
    const SteadyClock clock;
    rpc::StoppablePause pause;
    rpc::CurlTransport transport({.url = url});
    rpc::Client client(transport, pause);
    follower::SecondEndpoint second(client, clock);
    second.compare(first, rpc::block_number(first));
    return second.may_act() ? Finding{"second endpoint", Verdict::Pass, origin_of(url) + " agrees on the final block", ""}
                            : Finding{"second endpoint", Verdict::Fail, origin_of(url) + ": " + *second.why_not(),
                                      "find out which of the two is wrong; the bridge sends nothing meanwhile"};
}

}  // namespace

std::vector<Finding> check_chain(const config::Config& config) {
    try {
        Connection connection(config);
        return {{"node", Verdict::Pass, origin_of(connection.url()), ""},
                {"chain id", Verdict::Pass, std::to_string(config.chain.chain_id), ""},
                {"deployment", Verdict::Pass, "all five contracts have their code", ""},
                clock_against(connection.client()),
                second_endpoint(connection.client(), config),
                largest_bid(connection, config),
                segment_timeout(connection, config),
                bridge_balance(connection, config)};
    } catch (const EnvironmentError& error) {
        return {{"node", Verdict::Warn, error.what(), error.hint()}};
    } catch (const Error& error) {
        return {{"node", Verdict::Fail, error.what(), error.hint()}};
    }
}

}  // namespace cone::cli
