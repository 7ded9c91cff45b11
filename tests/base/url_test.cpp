// What is shown of an endpoint holds no secret.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/url.hpp"

#include <gtest/gtest.h>

namespace cone {
namespace {

TEST(Origin, ShowsNoPasswordAndNoKey) {
    EXPECT_EQ(origin_of("https://me:secret@node.example:8545/v3/0123abc?token=x"), "https://node.example:8545");
    EXPECT_EQ(origin_of("http://127.0.0.1:1"), "http://127.0.0.1:1");
    EXPECT_EQ(origin_of("https://node.example?key=1"), "https://node.example");
    EXPECT_EQ(origin_of("https://node.example#key"), "https://node.example");
    EXPECT_EQ(origin_of("https://me:a@b@node.example/"), "https://node.example");
    EXPECT_EQ(origin_of("https://[::1]:8545/key"), "https://[::1]:8545");
    EXPECT_EQ(origin_of(""), "");
}

TEST(Origin, WithoutASchemeIsTheHost) {
    EXPECT_EQ(origin_of("node.example/v3/0123abc"), "node.example");
    EXPECT_EQ(origin_of("me:secret@node.example:8545/key"), "node.example:8545");
    EXPECT_EQ(origin_of("/v3/0123abc"), "");
}

}  // namespace
}  // namespace cone
