// Canonical bytes: exact layout, round trip, and every way a document can be malformed.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/canonical.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"

namespace cone::hash {
namespace {

constexpr std::string_view kName = "cone.test/1";

/// A document with every kind of field.
Bytes sample() {
    CanonicalWriter writer(kName);
    writer.u8(7);
    writer.u32(0x01020304);
    writer.u64(0x0102030405060708);
    writer.boolean(true);
    writer.f64(-0.5);
    writer.string("abc");
    writer.bytes(Bytes{9, 8});
    writer.hash(Hash32{});
    return writer.take();
}

void read_sample(ByteSpan data) {
    CanonicalReader reader(data, kName);
    EXPECT_EQ(reader.u8(), 7);
    EXPECT_EQ(reader.u32(), 0x01020304u);
    EXPECT_EQ(reader.u64(), 0x0102030405060708u);
    EXPECT_TRUE(reader.boolean());
    EXPECT_EQ(reader.f64(), -0.5);
    EXPECT_EQ(reader.string(), "abc");
    EXPECT_EQ(reader.bytes(2), (Bytes{9, 8}));
    EXPECT_EQ(reader.hash(), Hash32{});
    reader.finish();
}

/// A document whose only field is `field`, read by `read`.
std::string refusal(const Bytes& field, const std::function<void(CanonicalReader&)>& read) {
    CanonicalWriter writer(kName);
    writer.raw(field);
    CanonicalReader reader(writer.result(), kName);
    try {
        read(reader);
    } catch (const DataError& error) {
        return error.what();
    }
    return "not refused";
}

TEST(Canonical, LayoutIsLittleEndianAndLengthPrefixed) {
    CanonicalWriter writer("a/1");
    writer.u32(0x01020304);
    writer.string("hi");
    writer.f64(1.0);
    const Bytes expected{3, 0, 0, 0, 0, 0, 0,   0,   'a', '/', '1', 4, 3, 2, 1,    2,   0,
                         0, 0, 0, 0, 0, 0, 'h', 'i', 0,   0,   0,   0, 0, 0, 0xf0, 0x3f};
    EXPECT_EQ(writer.result(), expected);
}

TEST(Canonical, RoundTrips) {
    read_sample(sample());
}

TEST(Canonical, RefusesEveryTruncation) {
    const Bytes whole = sample();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_THROW(read_sample(ByteSpan(whole).first(length)), DataError) << length << " bytes left";
    }
}

TEST(Canonical, RefusesBytesLeftOver) {
    Bytes longer = sample();
    longer.push_back(0);
    EXPECT_THROW(read_sample(longer), DataError);
}

TEST(Canonical, RefusesAnotherDocument) {
    const Bytes data = sample();
    EXPECT_THROW(CanonicalReader(data, "cone.test/2"), DataError);
    EXPECT_THROW(CanonicalReader(data, "cone.tes"), DataError);
    EXPECT_THROW(CanonicalReader(data, "cone.test/1/long"), DataError);
    EXPECT_THROW(CanonicalReader({}, kName), DataError);
}

TEST(Canonical, RefusesLengthsAboveWhatIsLeft) {
    const Bytes huge(8, 0xff);
    EXPECT_THAT(refusal(huge, [](auto& r) { (void)r.string(); }), testing::HasSubstr("above the limit of 4096"));
    EXPECT_THAT(refusal(huge, [](auto& r) { (void)r.bytes(std::numeric_limits<std::size_t>::max()); }),
                testing::HasSubstr("0 left"));
    EXPECT_THAT(refusal(huge, [](auto& r) { (void)r.count(8); }), testing::HasSubstr("room for 0"));
    EXPECT_THAT(refusal(huge, [](auto& r) { (void)r.count(0); }), testing::HasSubstr("room for 0"));
    EXPECT_THAT(refusal({5, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, [](auto& r) { (void)r.string(); }),
                testing::HasSubstr("5 bytes expected, 4 left"));
    EXPECT_THAT(refusal({2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3}, [](auto& r) { (void)r.count(2); }),
                testing::HasSubstr("room for 1"));
}

TEST(Canonical, RefusesBooleansThatAreNeither) {
    for (int value = 2; value < 256; ++value) {
        EXPECT_THAT(refusal({static_cast<std::uint8_t>(value)}, [](auto& r) { (void)r.boolean(); }),
                    testing::HasSubstr("boolean"));
    }
}

TEST(Canonical, RefusesNanOnBothSides) {
    CanonicalWriter writer(kName);
    EXPECT_THROW(writer.f64(std::numeric_limits<double>::quiet_NaN()), DataError);
    EXPECT_THAT(refusal({1, 0, 0, 0, 0, 0, 0xf0, 0x7f}, [](auto& r) { (void)r.f64(); }), testing::HasSubstr("NaN"));
    EXPECT_THAT(refusal(Bytes(8, 0xff), [](auto& r) { (void)r.f64(); }), testing::HasSubstr("NaN"));
}

TEST(Canonical, ErrorsNameDocumentAndOffset) {
    EXPECT_THAT(refusal({1, 2}, [](auto& r) { (void)r.u32(); }),
                testing::StartsWith("cone.test/1: byte 19: 4 bytes expected, 2 left"));
}

TEST(Canonical, RandomBytesAreAnErrorNeverACrash) {
    for (std::uint32_t round = 0; round < 5000; ++round) {
        const Rng rng(round, RngStream::Probe, 0);
        Bytes data = sample();
        for (std::uint64_t change = 0; change <= rng.below(0, 4); ++change) {
            data[rng.below(2 + 2 * change, data.size())] = static_cast<std::uint8_t>(rng.bits(3 + 2 * change));
        }
        data.resize(rng.below(1, data.size() + 1));
        try {
            CanonicalReader reader(data, kName);
            (void)reader.u8(), (void)reader.u32(), (void)reader.u64(), (void)reader.boolean(), (void)reader.f64();
            (void)reader.string(), (void)reader.bytes(64), (void)reader.hash();
            reader.finish();
            EXPECT_EQ(data.size(), sample().size());
        } catch (const DataError&) {
        }
    }
}

}  // namespace
}  // namespace cone::hash
