// Text that is damaged at random, and lines on which toml++ 3.3 breaks: a ConfigError or a scenario, never anything else.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/config/config.hpp"

namespace cone::config {
namespace {

TEST(DamagedText, KeysThatAreNoneAreNamed) {
    for (const std::string line : {"\xcf\x9bs", "\xc3\xa9 = 1", "[=x]", "[[/x]]", "[ |x]", "[\x01]", "[\x80x]", "[.x]"}) {
        try {
            (void)parse_config("[osmd]\n" + line + "\n", "x.toml");
            ADD_FAILURE() << "accepted " << line;
        } catch (const ConfigError& error) {
            EXPECT_THAT(error.what(), testing::StartsWith("x.toml:2: ")) << line;
        }
    }
}

TEST(DamagedText, IsRefusedOrRead) {
    const std::string good =
        "[training]\nrounds = 6\nlearning_rate = 0.05\n[market]\ntags = [\"a\"]\n[[market.bids]]\nether = \"2.0\"\n[osmd]\neta "
        "= 1.0\n";
    ASSERT_NO_THROW((void)parse_config(good, "x.toml"));
    std::size_t refused = 0;
    for (std::uint32_t round = 0; round < 2000; ++round) {
        const Rng rng(round, RngStream::Probe, 5);
        std::string text = good;
        for (std::uint64_t change = 0; change <= rng.below(0, 3); ++change) {
            text[rng.below(1 + 2 * change, text.size())] = static_cast<char>(rng.bits(2 + 2 * change));
        }
        try {
            (void)parse_config(text, "x.toml");
        } catch (const ConfigError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 1000u);
    EXPECT_LT(refused, 2000u);
}

TEST(DamagedText, ErrorsNameTheLine) {
    const std::string market = "[market]\ntags = [\"a\"]\n[[market.bids]]\nether = \"1\"\n";
    const std::pair<std::string, std::string> cases[] = {
        {"[job]\nname = \"a b\"\n" + market, "x.toml:2: job.name: "},
        {market + "[[faults]]\nsegment = 1\nmember = 1\n", "x.toml:5: faults.kind = "},
    };
    for (const auto& [text, expected] : cases) {
        try {
            (void)parse_config(text, "x.toml");
            ADD_FAILURE() << "accepted " << text;
        } catch (const ConfigError& error) {
            EXPECT_THAT(error.what(), testing::StartsWith(expected));
        }
    }
}

/// The same through an override's value, which is parsed as TOML too.
TEST(DamagedText, InAnOverrideIsRefusedOrRead) {
    for (const char* value : {"", "\n[=x]", "8\n[[/x]]", "[", "[[[[", "{", "\"", "'''", "\x01", "1979-05-27", "nan"}) {
        EXPECT_THROW((void)parse_config("", "x.toml", {}, {"training.rounds=" + std::string(value)}), ConfigError) << value;
    }
}

}  // namespace
}  // namespace cone::config
