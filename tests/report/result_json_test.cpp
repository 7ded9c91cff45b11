// result.json: what it holds, that it reads back whole, and that a damaged one is refused where it is damaged.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/result_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "cone/base/errors.hpp"
#include "tests/report/sample_result.hpp"

namespace cone::report {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;
using Pointer = nlohmann::json::json_pointer;

Json sample_document() {
    return Json::parse(to_json(sample::demo_result()));
}

/// What result_from_json says about the document; empty when it accepts it.
std::string refusal_of(const std::string& text) {
    try {
        (void)result_from_json(text);
        return {};
    } catch (const DataError& error) {
        return error.what();
    }
}

std::string refusal_after(const std::string& pointer, const Json& value) {
    Json document = sample_document();
    document[Pointer(pointer)] = value;
    return refusal_of(document.dump());
}

TEST(ResultJson, ReadsBackWhole) {
    const RunResult result = sample::demo_result();

    EXPECT_TRUE(result_from_json(to_json(result)) == result);
    EXPECT_TRUE(result_from_json(to_json(sample::void_result())) == sample::void_result());
}

TEST(ResultJson, KeepsTheKeysOfTheIssue) {
    const Json file = sample_document();

    EXPECT_EQ(file["schema_version"], 2);
    EXPECT_EQ(file["job_id"], 1);
    EXPECT_EQ(file["metric"]["name"], "accuracy");
    EXPECT_DOUBLE_EQ(file["metric"]["final"].get<double>(), 0.9762);
    EXPECT_EQ(file["metric"]["by_round"].size(), 6U);
    EXPECT_EQ(file["segments"][1]["index"], 1);
    EXPECT_EQ(file["segments"][1]["attempts"], 2);
    EXPECT_EQ(file["segments"][1]["set_sizes"], (Json{3, 6}));
    EXPECT_EQ(file["segments"][1]["votes"].size(), 2U);
    EXPECT_EQ(file["segments"][1]["verdict"], "accepted");
    EXPECT_EQ(file["faults_caught"][0]["kind"], "wrong-digest");
    EXPECT_EQ(file["faults_caught"][0]["slashed_wei"], "500000000000000000");
    EXPECT_EQ(file["escrow_wei"], "3000000000000000000");
    EXPECT_EQ(file["payouts"][0]["role"], "seller");
    EXPECT_EQ(file["gas"][0]["gas"], 412880);
    EXPECT_EQ(file["profile"]["engine"], "libtorch");
    EXPECT_EQ(file["spec"]["osmd"]["aggregation"], "c-osmd");
}

TEST(ResultJson, KeepsTheOrderOfKeys) {
    const auto ordered = nlohmann::ordered_json::parse(to_json(sample::demo_result()));
    std::vector<std::string> keys;
    for (const auto& [key, value] : ordered.items()) {
        keys.push_back(key);
    }

    ASSERT_GE(keys.size(), 12U);
    keys.resize(12);
    EXPECT_THAT(keys, ::testing::ElementsAre("schema_version", "job_id", "name", "status", "metric", "segments",
                                             "faults_caught", "payouts", "escrow_wei", "gas", "profile", "wall_s"));
}

TEST(ResultJson, KeepsAmountsAboveDoublePrecision) {
    RunResult result = sample::demo_result();
    result.escrow = Wei(~Uint128{0});
    result.payouts[0].wei = Wei((Uint128{1} << 64U) + 1);

    const RunResult read = result_from_json(to_json(result));

    EXPECT_EQ(read.escrow, result.escrow);
    EXPECT_EQ(read.payouts[0].wei, result.payouts[0].wei);
}

TEST(ResultJson, KeepsDoublesExactly) {
    RunResult result = sample::demo_result();
    result.rounds[0].utility = -0.1 - std::numeric_limits<double>::epsilon();
    result.rounds[1].utility = std::numeric_limits<double>::denorm_min();
    result.rounds[2].utility = -std::numeric_limits<double>::infinity();
    result.rounds[3].utility = -0.0;

    const RunResult read = result_from_json(to_json(result));

    EXPECT_TRUE(read == result);
    EXPECT_TRUE(std::signbit(read.rounds[3].utility));
}

TEST(ResultJson, WritesNotANumberAsText) {
    RunResult result = sample::demo_result();
    result.rounds[0].utility = std::numeric_limits<double>::quiet_NaN();

    EXPECT_TRUE(std::isnan(result_from_json(to_json(result)).rounds[0].utility));
}

TEST(ResultJson, WritesTextThatIsNotUtf8) {
    RunResult result = sample::demo_result();
    result.machine = "bad \xff byte";

    EXPECT_THAT(Json::parse(to_json(result))["machine"].get<std::string>(), HasSubstr("bad "));
}

TEST(ResultJson, RefusesWhatIsNoDocument) {
    EXPECT_THAT(refusal_of(""), HasSubstr("JSON at the top"));
    EXPECT_THAT(refusal_of("[]"), HasSubstr("expected an object"));
    EXPECT_THAT(refusal_of("{"), HasSubstr("parse error"));
    EXPECT_THAT(refusal_of("{}"), HasSubstr("/schema_version: missing"));
    EXPECT_THAT(refusal_of(std::string(1000, '[')), HasSubstr("nested deeper"));
    EXPECT_THAT(refusal_of(R"({"job_id": 1, "job_id": 2})"), HasSubstr("/job_id: the key stands twice"));
    EXPECT_THAT(refusal_of(std::string((64U << 20U) + 1, ' ')), HasSubstr("above the limit"));
}

TEST(ResultJson, RefusesAnotherVersion) {
    EXPECT_THAT(refusal_after("/schema_version", 1), HasSubstr("/schema_version: 1 is not 2"));
}

TEST(ResultJson, NamesTheFieldOfTheWrongType) {
    EXPECT_THAT(refusal_after("/job_id", "1"), HasSubstr("/job_id: expected a whole number"));
    EXPECT_THAT(refusal_after("/job_id", -1), HasSubstr("/job_id: expected a whole number"));
    EXPECT_THAT(refusal_after("/job_id", 1.5), HasSubstr("/job_id: expected a whole number"));
    EXPECT_THAT(refusal_after("/executors", 1ULL << 32U), HasSubstr("/executors: expected a whole number"));
    EXPECT_THAT(refusal_after("/name", 7), HasSubstr("/name: expected a text"));
    EXPECT_THAT(refusal_after("/name", std::string(5000, 'x')), HasSubstr("/name: expected a text"));
    EXPECT_THAT(refusal_after("/sellers/3/corrupted", 1), HasSubstr("/sellers/3/corrupted: expected true or false"));
    EXPECT_THAT(refusal_after("/segments", Json::object()), HasSubstr("/segments: expected a list"));
    EXPECT_THAT(refusal_after("/segments/1", 3), HasSubstr("/segments/1: expected an object"));
    EXPECT_THAT(refusal_after("/wall_s", Json::array()), HasSubstr("/wall_s: expected an object"));
    EXPECT_THAT(refusal_after("/rounds/0/utility", "fast"), HasSubstr("/rounds/0/utility: expected a number"));
    EXPECT_THAT(refusal_after("/spec/agreement/growth", "tripling"), HasSubstr("/spec/agreement/growth: unknown value"));
}

TEST(ResultJson, NamesTheBadHashOrAmount) {
    EXPECT_THAT(refusal_after("/escrow_wei", 3), HasSubstr("/escrow_wei: expected wei"));
    EXPECT_THAT(refusal_after("/escrow_wei", "-3"), HasSubstr("/escrow_wei: expected wei"));
    EXPECT_THAT(refusal_after("/escrow_wei", "03"), HasSubstr("/escrow_wei: expected \"3\""));
    EXPECT_THAT(refusal_after("/payouts/2/wei", "1e18"), HasSubstr("/payouts/2/wei: expected wei"));
    EXPECT_THAT(refusal_after("/spec_hash", "0x12"), HasSubstr("/spec_hash: expected 32 bytes"));
    EXPECT_THAT(refusal_after("/spec_hash", "0xzz"), HasSubstr("/spec_hash: expected hexadecimal"));
    EXPECT_THAT(refusal_after("/payouts/0/address", std::string(40, 'A')), HasSubstr("/payouts/0/address: expected"));
}

TEST(ResultJson, NamesTheUnknownKey) {
    EXPECT_THAT(refusal_after("/surprise", 1), HasSubstr("/surprise: unknown key"));
    EXPECT_THAT(refusal_after("/gas/1/price", 1), HasSubstr("/gas/1/price: unknown key"));
}

TEST(ResultJson, NamesTheFigureThatDoesNotFollow) {
    EXPECT_THAT(refusal_after("/metric/final", 0.99), HasSubstr("/metric/final: expected 0.9762"));
    EXPECT_THAT(refusal_after("/metric/by_round/2", 0.99), HasSubstr("/metric/by_round/2: expected"));
    EXPECT_THAT(refusal_after("/segments/1/attempts", 1), HasSubstr("/segments/1/attempts: expected 2"));
}

TEST(ResultJson, NamesEveryKeyThatIsMissing) {
    const Json document = sample_document();
    for (const auto& [key, value] : document.items()) {
        Json damaged = document;
        damaged.erase(key);
        EXPECT_THAT(refusal_of(damaged.dump()), HasSubstr("/" + key)) << key;
    }
}

}  // namespace
}  // namespace cone::report
