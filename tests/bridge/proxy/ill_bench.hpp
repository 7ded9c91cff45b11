// A follower and a sender that reach a real node only through proxies, with time that moves when they wait.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "bridge/eth/address.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/eth/signer.hpp"
#include "bridge/follower/follower.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/sender/sender.hpp"
#include "tests/bridge/follower/replica.hpp"
#include "tests/bridge/proxy/faults.hpp"
#include "tests/support/anvil.hpp"

namespace cone::test {

inline constexpr Millis kSlowness{800};
inline constexpr Millis kShortTimeout{600};

/// Moves a manual clock; the test acts while our programs wait.
class ActiveWait final : public rpc::Pause {
public:
    explicit ActiveWait(ManualClock& clock) : clock_(clock) {}
    bool wait(Millis span) override {
        clock_.advance(span);
        if (act) {
            act();
        }
        return true;
    }
    std::function<void()> act;

private:
    ManualClock& clock_;
};

/// Which ill an exchange has. Asked in the proxy's threads, one at a time.
using Choose = std::function<Ill(const rpc::Json& request)>;

/// A node behind a proxy, and a client of it.
class IllClient {
public:
    IllClient(const std::string& node_url, rpc::Pause& pause)
        : proxy(node_url,
                [this](const rpc::Json& request, const Forward& forward) {
                    const std::lock_guard lock(guard_);
                    return node_.answer(choose_ ? choose_(request) : Ill::None, request, forward);
                }),
          transport_({.url = proxy.url(), .total_timeout = kShortTimeout}),
          client(transport_, pause) {}

    void suffer(Choose choose) {
        const std::lock_guard lock(guard_);
        choose_ = std::move(choose);
    }
    void get_well() { suffer({}); }
    void freeze_head(bool frozen) {
        const std::lock_guard lock(guard_);
        node_.freeze_head(frozen);
    }

private:
    std::mutex guard_;
    IllNode node_{kSlowness};
    Choose choose_;

public:
    FaultProxy proxy;

private:
    rpc::CurlTransport transport_;

public:
    rpc::Client client;
};

/// The test's own connection: nothing lies on it.
struct Control {
    explicit Control(const std::string& url) : transport({.url = url}) {}
    rpc::CurlTransport transport;
    rpc::StoppablePause pause;
    rpc::Client client{transport, pause};

    rpc::Json ask(const std::string& method, rpc::Json params = rpc::Json::array()) {
        return client.ask(method, std::move(params));
    }
    void mine() { (void)ask("evm_mine"); }
};

}  // namespace cone::test
