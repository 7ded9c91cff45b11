// A node that cannot be reached is named by its host: its address holds the access key, and errors reach logs and files.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/failure.hpp"
#include "cone/base/errors.hpp"

namespace cone::rpc {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What is said when nobody answers at `url`, or it is no address.
std::string said_of(const std::string& url) {
    try {
        CurlTransport transport({.url = url});
        (void)transport.post("{}");
    } catch (const Error& error) {
        return std::string(error.what()) + " " + error.hint();
    }
    return "it answered";
}

TEST(CurlTransport, NamesTheHostAndNoKeyOfANodeThatIsAway) {
    const auto said = said_of("http://me:PASSWORD@127.0.0.1:1/v3/PATHKEY?token=QUERYKEY");

    EXPECT_THAT(said, HasSubstr("http://127.0.0.1:1: "));
    EXPECT_THAT(said, Not(HasSubstr("PASSWORD")));
    EXPECT_THAT(said, Not(HasSubstr("PATHKEY")));
    EXPECT_THAT(said, Not(HasSubstr("QUERYKEY")));
}

TEST(CurlTransport, NamesNoKeyOfWhatIsNoAddress) {
    const auto said = said_of("ftp://node.example/v3/PATHKEY");

    EXPECT_THAT(said, HasSubstr("'ftp://node.example'"));
    EXPECT_THAT(said, Not(HasSubstr("PATHKEY")));
}

}  // namespace
}  // namespace cone::rpc
