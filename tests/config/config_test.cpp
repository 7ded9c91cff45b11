// The demo's file reads; every way to get a file wrong is named with its line and a fix.
// SPDX-License-Identifier: Apache-2.0
#include "cone/config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cone/base/errors.hpp"

namespace cone::config {
namespace {

using testing::HasSubstr;

// Line 1 of every case below is the first line of the appended text, so that expected line numbers are easy to read.
constexpr auto kMinimal = R"(
[market]
tags = ["a"]
[[market.bids]]
ether = "1"
)";

std::string message_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
    try {
        (void)parse_config(text, "x.toml", {}, overrides);
    } catch (const ConfigError& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "accepted";
}

Config parse(const std::string& text) {
    return parse_config(text + kMinimal, "x.toml");
}

TEST(Config, ReadsTheDemo) {
    const Config config = load_config(CONE_SOURCE_DIR "/configs/demo.toml");

    EXPECT_EQ(config.name, "demo");
    EXPECT_EQ(config.data.sellers, 12u);
    EXPECT_EQ(config.market.bids.size(), 2u);
    EXPECT_EQ(config.market.bids[1].amount, *wei_from_ether("3"));
    EXPECT_EQ(config.market.reserve, *wei_from_ether("0.05"));
    EXPECT_EQ(config.agreement.lead, 3u);
    EXPECT_EQ(config.faults.at(0).kind, "wrong-digest");
    EXPECT_EQ(store_dir(config), "cone-out/store");
}

TEST(Config, FileBeatsDefaultEnvironmentBeatsFileFlagBeatsAll) {
    const std::string text = std::string("[execution]\nexecutors = 7\n") + kMinimal;

    EXPECT_EQ(parse_config(text, "x").execution.executors, 7u);
    EXPECT_EQ(parse_config(text, "x", {{"CONE_EXECUTION_EXECUTORS", "8"}}).execution.executors, 8u);
    EXPECT_EQ(parse_config(text, "x", {{"CONE_EXECUTION_EXECUTORS", "8"}}, {"execution.executors=9"}).execution.executors, 9u);
    EXPECT_EQ(parse_config(text, "x", {{"CONE_TOOLS", "/x"}, {"CONE_JOBS", "2"}}).execution.executors, 7u);
}

TEST(Config, OverrideNeedsNoQuotes) {
    EXPECT_EQ(parse_config(kMinimal, "x", {}, {"output.dir=/tmp/a b"}).output.dir, "/tmp/a b");
    EXPECT_EQ(parse_config(kMinimal, "x", {}, {"market.reserve_ether=\"0.5\""}).market.reserve, *wei_from_ether("0.5"));
}

TEST(Config, OverrideOfAStringMayLookLikeAnything) {
    const auto with = [](const std::string& set) { return parse_config(kMinimal, "x", {}, {set}); };

    EXPECT_EQ(with("market.reserve_ether=0.05").market.reserve, *wei_from_ether("0.05"));
    EXPECT_EQ(with("market.reserve_ether=0.100000000000000001").market.reserve, *wei_from_ether("0.100000000000000001"));
    EXPECT_EQ(with("devnet.unit_stake_ether=2").devnet.unit_stake, *wei_from_ether("2"));
    EXPECT_EQ(with("job.name=007").name, "007");
    EXPECT_EQ(with("job.name=1e3").name, "1e3");
    EXPECT_EQ(with("job.name=true").name, "true");
    EXPECT_EQ(with("output.dir=2026-11-21").output.dir, "2026-11-21");
    EXPECT_EQ(parse_config(kMinimal, "x", {{"CONE_JOB_NAME", "12"}}).name, "12");
}

struct Bad {
    const char* text;   ///< put before the minimal file
    const char* place;  ///< expected "file:line"
    const char* what;   ///< expected in the message
    const char* hint;   ///< expected in the hint
};

void PrintTo(const Bad& bad, std::ostream* out) {
    *out << bad.place << bad.what;
}

class BadConfig : public testing::TestWithParam<Bad> {};

TEST_P(BadConfig, IsRefusedWithLineAndHint) {
    const Bad& bad = GetParam();

    const std::string message = message_of(std::string(bad.text) + kMinimal);

    EXPECT_THAT(message, HasSubstr(bad.place));
    EXPECT_THAT(message, HasSubstr(bad.what));
    EXPECT_THAT(message, HasSubstr(bad.hint));
}

INSTANTIATE_TEST_SUITE_P(
    Keys, BadConfig,
    testing::Values(Bad{"[training]\nlearning_rte = 0.1\n", "x.toml:2", "unknown key 'training.learning_rte'",
                        "did you mean 'learning_rate'?"},
                    Bad{"[trainning]\nbatch = 1\n", "x.toml:1", "unknown key 'trainning'", "did you mean 'training'?"},
                    Bad{"[osmd]\n\nsellers = 3\n", "x.toml:3", "unknown key 'osmd.sellers'", ""},
                    Bad{"[[faults]]\nkind = 'silent'\nround = 2\n", "x.toml:3", "unknown key 'faults.round'", ""},
                    Bad{"seed = 3\n", "x.toml:1", "unknown key 'seed'", ""},
                    Bad{"[chain]\nrpc = 'x'\n", "x.toml:2", "unknown key 'chain.rpc'", "did you mean 'rpc_url'?"},
                    Bad{"[training]\nbatch = 1\nbatch = 2\n", "x.toml:3", "", "TOML"},
                    Bad{"[training\nbatch = 1\n", "x.toml:1", "", "TOML"},
                    Bad{"[training]\nbatch = \n", "x.toml:2", "", "TOML"}));

INSTANTIATE_TEST_SUITE_P(
    Types, BadConfig,
    testing::Values(
        Bad{"[training]\nbatch = \"32\"\n", "x.toml:2", "training.batch = '32'", "a whole number between 1 and 65536"},
        Bad{"[training]\nbatch = 3.5\n", "x.toml:2", "training.batch = 3.5", "a whole number"},
        Bad{"[training]\nbatch = true\n", "x.toml:2", "training.batch = true", "a whole number"},
        Bad{"[training]\nlearning_rate = \"fast\"\n", "x.toml:2", "training.learning_rate", "a number between"},
        Bad{"[training]\nlearning_rate = true\n", "x.toml:2", "training.learning_rate", "a number between"},
        Bad{"[output]\ndir = 3\n", "x.toml:2", "output.dir = 3", "a string in quotes"},
        Bad{"training = 3\n", "x.toml:1", "training = 3", "a table: [training]"},
        Bad{"training = [{ learning_rate = 0.05 }]\n", "x.toml:1", "training = an array", "a table: [training]"},
        Bad{"[training]\nlearning_rate = { is = 0.05 }\n", "x.toml:2", "training.learning_rate = a table", "a number"},
        Bad{"faults = 3\n", "x.toml:1", "faults = 3", "[[faults]]"},
        Bad{"faults = [1, 2]\n", "x.toml:1", "faults", "[[faults]]"},
        Bad{"[devnet]\nunit_stake_ether = 1.0\n", "x.toml:2", "devnet.unit_stake_ether", "as a string with up to 18 decimals"},
        Bad{"[devnet]\nunit_stake_ether = \"-1\"\n", "x.toml:2", "devnet.unit_stake_ether", "up to 18 decimals"},
        Bad{"[devnet]\nunit_stake_ether = \"1e18\"\n", "x.toml:2", "devnet.unit_stake_ether", "up to 18 decimals"}));

INSTANTIATE_TEST_SUITE_P(
    Ranges, BadConfig,
    testing::Values(Bad{"[training]\nbatch = 0\n", "x.toml:2", "training.batch = 0", "between 1 and"},
                    Bad{"[training]\nbatch = -3\n", "x.toml:2", "training.batch = -3", "between 1 and"},
                    Bad{"[training]\nrounds = 99999999999\n", "x.toml:2", "training.rounds", "between 1 and"},
                    Bad{"[training]\nlearning_rate = nan\n", "x.toml:2", "training.learning_rate = nan", "a number between"},
                    Bad{"[training]\nlearning_rate = inf\n", "x.toml:2", "training.learning_rate = inf", "a number between"},
                    Bad{"[training]\nmomentum = 1.0\n", "x.toml:2", "training.momentum", "a number between"},
                    Bad{"[osmd]\nalpha = 0\n", "x.toml:2", "osmd.alpha", "a number between"},
                    Bad{"[osmd]\nalpha = 1.01\n", "x.toml:2", "osmd.alpha", "a number between"},
                    Bad{"[agreement]\nfault_share = 0.5\n", "x.toml:2", "agreement.fault_share", "a number between"},
                    Bad{"[agreement]\nerror_target = 0\n", "x.toml:2", "agreement.error_target", "a number between"},
                    Bad{"[data]\ncorrupted_share = 1.5\n", "x.toml:2", "data.corrupted_share", "between 0 and 1"},
                    Bad{"[data]\nsellers = 257\n", "x.toml:2", "data.sellers = 257", "between 1 and 256"},
                    Bad{"[chain]\nchain_id = 0\n", "x.toml:2", "chain.chain_id", "at least 1"},
                    Bad{"[devnet]\nnode = 'reth'\n", "x.toml:2", "devnet.node", "anvil"},
                    Bad{"[devnet]\nport = 70000\n", "x.toml:2", "devnet.port", "between 0 and 65535"},
                    Bad{"[devnet]\nhard_slash_bp = 10001\n", "x.toml:2", "devnet.hard_slash_bp", "between 0 and 10000"}));

INSTANTIATE_TEST_SUITE_P(
    Choices, BadConfig,
    testing::Values(Bad{"[osmd]\naggregation = 'c-osdm'\n", "x.toml:2", "'c-osdm'", "did you mean 'c-osmd'?"},
                    Bad{"[agreement]\ngrowth = 'triple'\n", "x.toml:2", "'triple'", "doubling, d2m or lead"},
                    Bad{"[model]\nnetwork = 'lenet'\n", "x.toml:2", "'lenet'", "did you mean 'lenet5'?"},
                    Bad{"[keys]\nsource = 'vault'\n", "x.toml:2", "'vault'", "none, dev, file or keystore"},
                    Bad{"[bridge]\nmode = 'defence'\n", "x.toml:2", "'defence'", "did you mean 'defend'?"},
                    Bad{"[bridge]\nmode = ''\n", "x.toml:2", "bridge.mode = ''", "watch, defend or act"},
                    Bad{"[execution]\nisa = 'avx-2'\n", "x.toml:2", "'avx-2'", "did you mean 'avx2'?"},
                    Bad{"[[faults]]\nkind = 'liar'\n", "x.toml:2", "'liar'", "wrong-digest"}));

INSTANTIATE_TEST_SUITE_P(
    Combinations, BadConfig,
    testing::Values(
        Bad{"[chain]\nrpc_url = 'localhost:8545'\n", "x.toml:2", "chain.rpc_url: 'localhost:8545'", "http://host:port"},
        Bad{"[chain]\nsecond_rpc_url = 'localhost'\n", "x.toml:2", "chain.second_rpc_url: 'localhost'", "http://"},
        Bad{"[chain]\nmember_rpc_url = 'ws://node'\n", "x.toml:2", "chain.member_rpc_url: 'ws://node'", "http://"},
        Bad{"[chain]\nchain_id = 1\n", "x.toml", "public test keys", "keys.source = \"file\""},
        Bad{"[chain]\nchain_id = 1\n[keys]\nsource = 'file'\n", "x.toml:4", "needs keys.dir", "bridge.key"},
        Bad{"[keys]\nsource = 'keystore'\n", "x.toml:2", "needs keys.dir", "bridge.json"},
        Bad{"[keys]\nbridge = 'vault'\n", "x.toml:2", "keys.bridge: this is no place of a key", "keystore:DIR"},
        Bad{"[keys]\nbuyer = 'external:http://s'\n", "x.toml:2", "keys.buyer: this is no place", "#ADDRESS"},
        Bad{"[chain]\nchain_id = 1\n[keys]\nsource = 'none'\nseller = 'dev'\n", "x.toml:5", "keys.seller: the public test keys",
            "keys.source = \"file\""},
        Bad{"[keys]\nexecutor = 'external:http://s#0x70997970c51812dc3a010c7d01b50e0d17dc79c8'\n", "x.toml:2",
            "executors sign votes", "keystore:DIR"},
        Bad{"[devnet]\nnode = 'geth'\n", "x.toml:2", "id 1337, not 31337", "chain.chain_id = 1337"},
        Bad{"[chain]\nchain_id = 1\n[keys]\nsource = 'file'\ndir = 'k'\n[[faults]]\nkind = 'silent'\n", "x.toml",
            "faults can be planted", "remove"},
        Bad{"[data]\nsellers = 2\ncorrupted_sellers = 3\n", "x.toml:3", "3 of 2", "at most"},
        Bad{"[data]\nimages_per_seller = 10\n[training]\nbatch = 11\n", "x.toml:4", "does not fit", "lower training.batch"},
        Bad{"[training]\nrounds = 7\nrounds_per_segment = 2\n", "x.toml:2", "cannot be cut", "a multiple"},
        Bad{"[execution]\ntrace = 'operator'\n", "x.toml:2", "need one another", "SEGMENT.ROUND.SELLER.STEP"},
        Bad{"[execution]\ntrace_step = '0.0.0.0'\n", "x.toml", "need one another", "SEGMENT.ROUND.SELLER.STEP"},
        Bad{"[execution]\nexecutors = 2\n", "x.toml:2", "can never reach the lead of 3", "at least 3"},
        Bad{"[agreement]\nc_num = 1\nc_den = 2\n", "x.toml:2", "below 1", "c_num >= c_den"},
        Bad{"[[faults]]\nsegment = 3\nkind = 'silent'\n", "x.toml", "segment 3, but there are 3", "count from 0"},
        Bad{"[[faults]]\nmember = 6\nkind = 'silent'\n", "x.toml", "member 6, but there are 6", "count from 0"},
        Bad{"[[faults]]\nkind = 'late'\n[[faults]]\nkind = 'silent'\n", "x.toml", "two faults", "one a member"}));

TEST(Config, ActsOnDevelopmentChainsAndOnlyWatchesElsewhere) {
    const std::string elsewhere = "[keys]\nsource = 'none'\n[chain]\nchain_id = 1\n";
    EXPECT_EQ(parse("").bridge.mode, "act");
    EXPECT_EQ(parse("[chain]\nchain_id = 1337\n").bridge.mode, "act");
    EXPECT_EQ(parse(elsewhere).bridge.mode, "watch");
    EXPECT_EQ(parse(elsewhere + "[bridge]\nmode = 'defend'\n").bridge.mode, "defend");
    EXPECT_EQ(parse("[bridge]\nmode = 'watch'\n").bridge.mode, "watch");
}

TEST(Config, FindsTheKeysOfEachRole) {
    const Config c = parse(
        "[keys]\nsource = 'file'\ndir = 'k'\nbridge = 'keystore:/safe'\nchallenger = 'none'\nseller = 'dev'\n"
        "buyer = 'external:https://signer:9000#0x70997970C51812dc3A010C7d01b50e0d17dc79C8,"
        "71be63f3384f5fb98995898a86b02fb2426c5788'\n");
    EXPECT_EQ(key_place(c.keys, "executor")->kind, KeyKind::File);
    EXPECT_EQ(key_place(c.keys, "executor")->dir, "k");
    EXPECT_EQ(key_place(c.keys, "bridge")->kind, KeyKind::Keystore);
    EXPECT_EQ(key_place(c.keys, "bridge")->dir, "/safe");
    EXPECT_EQ(key_place(c.keys, "challenger")->kind, KeyKind::None);
    EXPECT_EQ(key_place(c.keys, "seller")->kind, KeyKind::Dev);
    EXPECT_EQ(key_place(c.keys, "buyer")->url, "https://signer:9000");
    EXPECT_EQ(key_place(c.keys, "buyer")->accounts.size(), 2U);
}

TEST(Config, RefusesPlacesThatAreNone) {
    for (const std::string text :
         {"", "Dev", "dev:x", "none:", "file", "file:", "keystore:", "external", "external:", "external:http://s",
          "external:http://s#", "external:http://#0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
          "external:ws://s#0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "external:http://s#0x7099",
          "external:http://s#0x70997970c51812dc3a010c7d01b50e0d17dc79c8,",
          "external:http://s#0x0000000000000000000000000000000000000000"}) {
        EXPECT_FALSE(parse_key_place(text)) << text;
    }
}

TEST(Config, ReadsFeesByClass) {
    const Config c = parse(
        "[chain]\nreceipt_timeout_s = 7\n[fees]\ndispute_max_gwei = 900\ndispute_cap_ether = '0.25'\npayout_day_ether = '0.5'\n"
        "payout_replace_after_s = 11\ndispute_hard_factor = 3\n");
    EXPECT_EQ(c.fees.dispute.max_gwei, 900U);
    EXPECT_EQ(c.fees.dispute.most, *wei_from_ether("0.25"));
    EXPECT_EQ(c.fees.dispute.most_a_day, *wei_from_ether("5"));
    EXPECT_EQ(c.fees.dispute_hard_factor, 3U);
    EXPECT_EQ(c.fees.commit.replace_after_s, 7U);
    EXPECT_EQ(c.fees.payout.most_a_day, *wei_from_ether("0.5"));
    EXPECT_EQ(c.fees.payout.replace_after_s, 11U);
}

TEST(Config, RefusesSellersThatNobodyCanFind) {
    EXPECT_THAT(message_of("[market]\ntags=['a']\nmin_sellers=20\n[[market.bids]]\nether='1'\n"), HasSubstr("x.toml:3"));
}
TEST(Config, RefusesBidsThatDoNotRise) {
    EXPECT_THAT(message_of("[market]\ntags=['a']\n[[market.bids]]\nether='2'\n[[market.bids]]\nether='2'\n"),
                HasSubstr("does not outbid"));
}
TEST(Config, RefusesAMarketWithoutBids) {
    EXPECT_THAT(message_of("[market]\ntags=['a']\n"), HasSubstr("nobody bids"));
}
TEST(Config, RefusesOverridesThatAreNotAssignments) {
    for (const auto* text : {"x", "a.b", "a=b", "=1", "a=1.5"}) {
        EXPECT_THAT(message_of(kMinimal, {text}), HasSubstr("--set")) << text;
    }
}

struct BadSet {
    const char* set;
    const char* message;
};

void PrintTo(const BadSet& bad, std::ostream* out) {
    *out << bad.set;
}

class BadOverride : public testing::TestWithParam<BadSet> {};

TEST_P(BadOverride, IsNamed) {
    EXPECT_THAT(message_of(kMinimal, {"output.dir=somewhere", GetParam().set}), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Config, BadOverride,
    testing::Values(BadSet{"training.batch=-1", "--set training.batch: training.batch = -1 cannot be used"},
                    BadSet{"training.batch=\"32\"", "--set training.batch: training.batch = '32' cannot be used"},
                    BadSet{"training.bach=1", "--set training.bach: unknown key 'training.bach' | did you mean 'batch'?"},
                    BadSet{"trainin.batch=1", "--set trainin.batch: unknown key 'trainin' | did you mean 'training'?"},
                    BadSet{"market.reserve_ether=-1", "--set market.reserve_ether: market.reserve_ether = -1 cannot be used"},
                    BadSet{"market.reserve_ether=[1]",
                           "--set market.reserve_ether: market.reserve_ether = an array cannot be used"},
                    BadSet{"market.tags=[1]", "--set market.tags: market.tags = an array cannot be used"},
                    BadSet{"market.bids=[{ether=\"1\", by=2}]", "--set market.bids: unknown key 'market.bids.by'"},
                    BadSet{"job.name=[]", "--set job.name: job.name = an array cannot be used"},
                    BadSet{"osmd.aggregation=3", "--set osmd.aggregation: osmd.aggregation = '3' cannot be used"},
                    BadSet{"training.rounds=7", "--set training.rounds: training.rounds: 7 rounds cannot be cut"},
                    BadSet{"chain.chain_id=1", "not on 1 (with --set chain.chain_id, --set output.dir)"}),
    [](const auto& test) { return "Case" + std::to_string(test.index); });

TEST(Config, NamesAnEnvironmentVariableThatIsWrong) {
    try {
        (void)parse_config(kMinimal, "x.toml", {{"CONE_TRAINING_BATCH", "0"}});
        FAIL() << "accepted";
    } catch (const ConfigError& error) {
        EXPECT_THAT(error.what(), HasSubstr("environment CONE_TRAINING_BATCH: training.batch = 0"));
    }
}
TEST(Config, RefusesAFileThatIsNotThere) {
    EXPECT_THROW((void)load_config("/nowhere.toml"), ConfigError);
}

}  // namespace
}  // namespace cone::config
