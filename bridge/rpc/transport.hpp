// Carries one request body to a node and its answer back. Implementations: libcurl; scripts in tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cone::rpc {

struct HttpReply {
    int status = 200;
    std::string body;
};

class Transport {
public:
    virtual ~Transport() = default;
    /// One try. Throws CallFailed (Unreachable, TimedOut, Broken, TooLarge) when there is no reply at all.
    [[nodiscard]] virtual HttpReply post(const std::string& body) = 0;
};

}  // namespace cone::rpc
