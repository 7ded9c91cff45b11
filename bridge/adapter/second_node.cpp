// One try, two seconds.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/second_node.hpp"

#include <spdlog/spdlog.h>

#include <optional>

namespace cone::adapter {
namespace {

constexpr Millis kTimeout{2000};

void tell_accord(const std::optional<std::string>& why_not) {
    if (why_not) {
        spdlog::error("ALARM: the endpoints disagree: {}; nothing new is signed until they agree again", *why_not);
    } else {
        spdlog::info("the endpoints agree");
    }
}

}  // namespace

SecondNode::SecondNode(const std::string& url, rpc::Pause& pause, const Clock& clock)
    : transport({.url = url, .connect_timeout = kTimeout, .total_timeout = kTimeout}),
      client(transport, pause, {.tries = 1}),
      endpoint(client, clock, {.report = tell_accord}) {}

}  // namespace cone::adapter
