// Messages: what is written is read, and nothing else is.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/messages.hpp"

#include <gtest/gtest.h>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"

namespace cone::node {
namespace {

template <class Fixed>
Fixed filled(std::uint8_t value) {
    Fixed fixed;
    fixed.bytes.fill(value);
    return fixed;
}

std::vector<ToExecutor> orders() {
    const hash::SealedOpening opening{filled<Hash32>(1), SegmentIndex(2),   filled<Hash32>(3),
                                      filled<Hash32>(4), filled<Hash32>(5), 9876,
                                      filled<Hash32>(6), filled<Hash32>(7)};
    return {
        Welcome{JobId(7),
                filled<Hash32>(1),
                filled<Hash32>(2),
                filled<Hash32>(3),
                filled<Hash32>(4),
                Bytes{1, 2, 3},
                {filled<Hash32>(9)}},
        RunSegment{SegmentIndex(3), AttemptIndex(65537), 5, filled<Hash32>(1), opening, filled<Hash32>(8)},
        CommitmentsOnChain{SegmentIndex(1), AttemptIndex(2), filled<Hash32>(3), {filled<Address>(4)}, {Hash32{}}},
        SegmentAgreed{SegmentIndex(1), filled<Hash32>(3)},
        Stop{"the job is settled", 0},
        RootPosted{{SegmentIndex(1), AttemptIndex(2), filled<Hash32>(3), {filled<Address>(4)}, {filled<Hash32>(5)}}},
    };
}

std::vector<ToBridge> answers() {
    Reveal reveal{SegmentIndex(1),
                  AttemptIndex(0),
                  filled<Hash32>(1),
                  filled<Hash32>(2),
                  filled<Hash32>(3),
                  Bytes(64, 7),
                  {filled<Hash32>(1), SegmentIndex(1), filled<Hash32>(2), filled<Hash32>(3), filled<Hash32>(4), 5,
                   filled<Hash32>(6), filled<Hash32>(7)},
                  {},
                  1.5,
                  0.25};
    reveal.trace.push_back(
        {4, filled<Hash32>(1), filled<Hash32>(2), 99, -0.5, {0, 1}, {-0.125, 0.5}, {1}, {0.25, 0.75}, {0, 2}});
    return {Join{filled<Address>(1)},
            Refused{"probe differs"},
            Progress{SegmentIndex(1), 3, 9000, "training"},
            Commitment{SegmentIndex(1), AttemptIndex(0), filled<Hash32>(5)},
            reveal,
            Failed{SegmentIndex(0), "shard 3"},
            Goodbye{}};
}

TEST(Messages, RoundTrip) {
    for (const auto& order : orders()) {
        EXPECT_EQ(decode_to_executor(encode(order)), order);
    }
    for (const auto& answer : answers()) {
        EXPECT_EQ(decode_to_bridge(encode(answer)), answer);
    }
}

TEST(Messages, CoverEveryKind) {
    EXPECT_EQ(orders().size(), std::variant_size_v<ToExecutor>);
    EXPECT_EQ(answers().size(), std::variant_size_v<ToBridge>);
}

TEST(Messages, RefuseTheOtherDirection) {
    for (const auto& order : orders()) {
        EXPECT_THROW((void)decode_to_bridge(encode(order)), DataError);
    }
    for (const auto& answer : answers()) {
        EXPECT_THROW((void)decode_to_executor(encode(answer)), DataError);
    }
}

TEST(Messages, RefuseEveryCut) {
    for (const auto& answer : answers()) {
        const Bytes whole = encode(answer);
        for (std::size_t length = 0; length < whole.size(); ++length) {
            EXPECT_THROW((void)decode_to_bridge(ByteSpan(whole).first(length)), DataError) << length << " of " << whole.size();
        }
    }
}

TEST(Messages, RefuseBytesLeftOver) {
    for (const auto& order : orders()) {
        Bytes longer = encode(order);
        longer.push_back(0);
        EXPECT_THROW((void)decode_to_executor(longer), DataError);
    }
}

TEST(Messages, RefuseUnknownKinds) {
    Bytes bytes = encode(ToExecutor{Stop{"", 1}});
    bytes.at(8) = 200;  // the kind follows magic and direction, four bytes each
    EXPECT_THROW((void)decode_to_executor(bytes), DataError);
}

TEST(Messages, RefuseLengthsAboveTheBound) {
    Bytes bytes = encode(ToExecutor{Stop{"x", 1}});
    for (std::size_t i = 12; i < 20; ++i) {
        bytes.at(i) = 0xff;  // the text's length
    }
    EXPECT_THROW((void)decode_to_executor(bytes), DataError);
}

TEST(Messages, RefuseAFalseListLengthWithoutTakingItsMemory) {
    Bytes bytes = encode(ToExecutor{CommitmentsOnChain{}});
    bytes.at(bytes.size() - 16) = 0xff;  // 255 members announced, none there
    EXPECT_THROW((void)decode_to_executor(bytes), DataError);
}

TEST(Messages, CutLongTexts) {
    const auto decoded = decode_to_executor(encode(ToExecutor{Stop{std::string(kMaxText + 100, 'x'), 1}}));
    EXPECT_EQ(std::get<Stop>(decoded).reason, std::string(kMaxText, 'x'));
}

/// Random bytes, and valid messages with random bytes changed: refused or decoded, never a crash, never another exception.
TEST(Messages, SurviveRandomBytes) {
    const Rng rng(std::uint64_t{3}, RngStream::Probe, 0);
    std::uint64_t draw = 0;
    int refused = 0;
    for (int trial = 0; trial < 20000; ++trial) {
        Bytes bytes;
        if (trial % 2 == 0) {
            bytes.resize(rng.below(draw++, 300));
            for (auto& byte : bytes) {
                byte = static_cast<std::uint8_t>(rng.bits(draw++));
            }
        } else {
            const auto all = answers();
            bytes = encode(all.at(static_cast<std::size_t>(trial / 2) % all.size()));
            for (int change = 0; change < 3; ++change) {
                const std::size_t at = rng.below(draw++, bytes.size());
                bytes.at(at) = static_cast<std::uint8_t>(rng.bits(draw++));
            }
        }
        try {
            (void)decode_to_bridge(bytes);
        } catch (const DataError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 10000);
}

}  // namespace
}  // namespace cone::node
