// receipt.json: exact both ways, and hostile files refused by name or read without harm.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/receipt_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "tests/report/sample_receipt.hpp"

namespace cone::report {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

std::string refusal_of(const std::string& text) {
    try {
        (void)receipt_from_json(text);
        return {};
    } catch (const DataError& error) {
        return error.what();
    }
}

std::string refusal_after(const std::string& pointer, const Json& value) {
    Json document = Json::parse(to_json(sample::demo_receipt()));
    document[Json::json_pointer(pointer)] = value;
    return refusal_of(document.dump());
}

TEST(ReceiptJson, ReadsBackWhole) {
    EXPECT_TRUE(receipt_from_json(to_json(sample::demo_receipt())) == sample::demo_receipt());
    EXPECT_TRUE(receipt_from_json(to_json(sample::void_receipt())) == sample::void_receipt());
    EXPECT_TRUE(receipt_from_json(to_json(Receipt{})) == Receipt{});
}

TEST(ReceiptJson, KeepsDoublesToTheBit) {
    Receipt receipt = sample::demo_receipt();
    auto& trace = receipt.segments[0].trace;
    trace[0].distribution = {0.1,  1.0 / 3.0, std::numeric_limits<double>::denorm_min(),
                             -0.0, 1.0,       std::numeric_limits<double>::max()};
    trace[0].utility = -std::numeric_limits<double>::infinity();
    const Rng rng(5, RngStream::Probe, 1);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        trace[1].distribution.push_back(rng.uniform(i));
    }

    const Receipt read = receipt_from_json(to_json(receipt));

    EXPECT_TRUE(read == receipt);
    EXPECT_TRUE(std::signbit(read.segments[0].trace[0].distribution[3]));
}

TEST(ReceiptJson, NamesThePlaceOfWhatIsWrong) {
    EXPECT_THAT(refusal_of("null"), HasSubstr("expected an object"));
    EXPECT_THAT(refusal_after("/schema_version", 9), HasSubstr("/schema_version: 9 is not 2"));
    EXPECT_THAT(refusal_after("/segments/1/attempts/0/votes/2/salt", "0x00"),
                HasSubstr("/segments/1/attempts/0/votes/2/salt: expected 32"));
    EXPECT_THAT(refusal_after("/segments/0/attempts/0/members/0", 5),
                HasSubstr("/segments/0/attempts/0/members/0: expected hex"));
    EXPECT_THAT(refusal_after("/segments/2/trace/1/distribution/3", "x"),
                HasSubstr("/segments/2/trace/1/distribution/3: expected a number"));
    EXPECT_THAT(refusal_after("/segments/2/trace/1/draws/0", -1),
                HasSubstr("/segments/2/trace/1/draws/0: expected a whole number"));
    EXPECT_THAT(refusal_after("/spec", "0x123"), HasSubstr("/spec: expected hexadecimal"));
    EXPECT_THAT(refusal_after("/pool/0/units", 1ULL << 40U), HasSubstr("/pool/0/units: expected a whole number"));
    EXPECT_THAT(refusal_after("/sellers/0/name", "x"), HasSubstr("/sellers/0/name: unknown key"));
    EXPECT_THAT(refusal_after("/pool", Json(Json::array_t(70'000, 1))), HasSubstr("/pool: expected a list of at most"));
}

TEST(ReceiptJson, NamesEveryMissingKey) {
    const Json document = Json::parse(to_json(sample::demo_receipt()));
    const Json flat = document.flatten();
    std::size_t tried = 0;
    for (const auto& [pointer, value] : flat.items()) {
        Json damaged = document;
        const Json::json_pointer place(pointer);
        if (!damaged.at(place.parent_pointer()).is_object()) {
            continue;
        }
        damaged.at(place.parent_pointer()).erase(place.back());
        EXPECT_THAT(refusal_of(damaged.dump()), HasSubstr(pointer + ": missing"));
        ++tried;
        if (tried == 60) {
            break;
        }
    }
    EXPECT_EQ(tried, 60U);
}

/// One change at a place that the generator picks: flip a bit, cut, repeat, or put a character of JSON's own.
std::string mutated(std::string text, const Rng& rng, std::uint64_t round) {
    const std::size_t at = rng.below(4 * round, text.size());
    switch (rng.below(4 * round + 1, 4)) {
        case 0:
            text[at] = static_cast<char>(text[at] ^ (1 << rng.below(4 * round + 2, 8)));
            break;
        case 1:
            text.resize(at);
            break;
        case 2:
            text.insert(at, text.substr(at, rng.below(4 * round + 2, 64)));
            break;
        default:
            text[at] = "{}[]\",:-e0\\"[rng.below(4 * round + 2, 11)];
    }
    return text;
}

TEST(ReceiptJson, SurvivesRandomDamage) {
    Receipt small = sample::demo_receipt();
    small.segments.resize(1);
    const std::string text = to_json(small);
    const Rng rng(2026, RngStream::Probe, 2);
    std::size_t refused = 0;
    for (std::uint64_t round = 0; round < 3000; ++round) {
        try {
            const Receipt read = receipt_from_json(mutated(text, rng, round));
            (void)check_receipt(read, sample::recover_signer());
            EXPECT_TRUE(receipt_from_json(to_json(read)) == read);
        } catch (const DataError& error) {
            EXPECT_THAT(error.what(), HasSubstr("JSON at "));
            ++refused;
        }
    }
    EXPECT_GT(refused, 1500U);
    EXPECT_LT(refused, 3000U);
}

}  // namespace
}  // namespace cone::report
