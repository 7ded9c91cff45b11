// A step's trace comes back from its file; anything else is refused with its place.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/step_json.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"

namespace cone::report {
namespace {

trace::StepTrace sample() {
    trace::StepTrace trace{.job_hash = {}, .name = {1, 2, 3, 4}, .state_before = {}, .state_after = {}, .operators = {}};
    trace.job_hash.bytes.fill(7);
    for (std::uint8_t pass = 0; pass <= static_cast<std::uint8_t>(trace::OperatorPass::Weights); ++pass) {
        trace::OperatorRecord record{
            .shard = 1, .layer = pass, .word = "conv", .pass = static_cast<trace::OperatorPass>(pass), .digest = {}};
        record.digest.bytes.fill(pass);
        trace.operators.push_back(record);
    }
    return trace;
}

std::string with(const std::string& from, const std::string& to) {
    std::string text = to_json(sample());
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string reason(const std::string& text) {
    try {
        std::ignore = step_trace_from_json(text);
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(StepJson, ComesBack) {
    EXPECT_EQ(step_trace_from_json(to_json(sample())), sample());
}

TEST(StepJson, RefusesWhatItDidNotWrite) {
    using testing::HasSubstr;
    EXPECT_THAT(reason(""), HasSubstr("JSON at the top"));
    EXPECT_THAT(reason("[]"), HasSubstr("expected an object"));
    EXPECT_THAT(reason("{}"), HasSubstr("schema_version"));
    EXPECT_THAT(reason(to_json(sample()).substr(0, 300)), HasSubstr("JSON at the top"));
    EXPECT_THAT(reason(with("\"schema_version\": 1", "\"schema_version\": 2")), HasSubstr("/schema_version"));
    EXPECT_THAT(reason(with("\"forward\"", "\"sideways\"")), HasSubstr("/operators/0/pass"));
    EXPECT_THAT(reason(with("\"layer\": 3", "\"layer\": -3")), HasSubstr("/operators/3/layer"));
    EXPECT_THAT(reason(with("\"layer\": 3", "\"layer\": 4294967296")), HasSubstr("/operators/3/layer"));
    EXPECT_THAT(reason(with("\"step\": 4", "\"step\": 4, \"extra\": 1")), HasSubstr("/name/extra"));
    EXPECT_THAT(reason(with("0x0707", "0x07")), HasSubstr("/job_hash"));
    EXPECT_THAT(reason(with("\"word\": \"conv\"", "\"word\": \"\\u001b[2J\"")), HasSubstr("/operators/0/word"));
    EXPECT_THAT(reason(with("\"word\": \"conv\"", "\"word\": 1")), HasSubstr("/operators/0/word"));
}

TEST(StepJson, RefusesATraceWithoutOperators) {
    auto empty = sample();
    empty.operators.clear();
    EXPECT_THAT(reason(to_json(empty)), testing::HasSubstr("/operators"));
}

}  // namespace
}  // namespace cone::report
