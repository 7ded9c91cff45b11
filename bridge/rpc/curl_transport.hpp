// HTTP(S) over libcurl. One connection, kept alive; TLS certificates are checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "bridge/rpc/transport.hpp"
#include "cone/base/clock.hpp"

namespace cone::rpc {

struct HttpSettings {
    std::string url;
    Millis connect_timeout{5'000};
    Millis total_timeout{10'000};
    std::size_t reply_bytes_max = std::size_t{64} << 20;
};

/// One thread a transport.
class CurlTransport final : public Transport {
public:
    /// Throws ConfigError unless the URL is http:// or https://.
    explicit CurlTransport(HttpSettings settings);
    ~CurlTransport() override;
    [[nodiscard]] HttpReply post(const std::string& body) override;

private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

}  // namespace cone::rpc
