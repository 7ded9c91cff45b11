// A node whose TLS certificate nobody vouches for is refused: a real server, with a certificate that it signed itself.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/failure.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::rpc {
namespace {

constexpr int kStartTimeoutMs = 20'000;

/// Port that `openssl s_server` says it took: "ACCEPT 0.0.0.0:41235".
std::string port_of(test::ChildProcess& server) {
    for (;;) {
        const std::string line = server.read_line(kStartTimeoutMs);
        if (line.starts_with("ACCEPT")) {
            return line.substr(line.rfind(':') + 1);
        }
    }
}

TEST(Tls, CertificateThatNobodyVouchesForIsRefused) {
    const tests::TemporaryFolder folder;
    const std::string key = (folder.path() / "key.pem").string();
    const std::string certificate = (folder.path() / "certificate.pem").string();
    const auto made =
        test::run({"/usr/bin/env", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                   "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate});
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    test::ChildProcess server(
        {"/usr/bin/env", "openssl", "s_server", "-accept", "0", "-key", key, "-cert", certificate, "-www"});
    CurlTransport transport({.url = "https://127.0.0.1:" + port_of(server)});

    try {
        (void)transport.post("{}");
        FAIL() << "the server was believed";
    } catch (const CallFailed& why) {
        EXPECT_EQ(why.fault, Fault::HttpRefused) << why.what();
        EXPECT_FALSE(is_transient(why.fault)) << "asking again makes no certificate good";
    }
}

}  // namespace
}  // namespace cone::rpc
