// What is kept comes back; what was damaged is refused; the first difference is named.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <functional>
#include <limits>
#include <set>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/hash/merkle.hpp"
#include "cone/trace/difference.hpp"
#include "cone/trace/documents.hpp"
#include "cone/trace/trace_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::trace {
namespace {

using testing::HasSubstr;

RoundTrace round_numbered(std::uint32_t number) {
    return {.round = number,
            .state_root = hash::bytes_root(Bytes{static_cast<std::uint8_t>(number)}),
            .osmd_root = hash::bytes_root(Bytes{9}),
            .metric_bp = 9700 + number,
            .utility = -0.25,
            .draws = {3, 1, 3, 0},
            .gains = {-std::numeric_limits<double>::infinity(), 0.125, 0.5},
            .passed = {1, 3},
            .distribution = {0.25, 0.5, 0.125, 0.125},
            .accesses = {0, 1, 0, 2 + number}};
}

/// One of each field but the number.
const std::vector<std::pair<std::string, std::function<void(RoundTrace&)>>> kChanges{
    {"draws", [](auto& r) { r.draws[3] = 2; }},
    {"gains", [](auto& r) { r.gains[1] += 1e-9; }},
    {"passed", [](auto& r) { r.passed.clear(); }},
    {"state_root", [](auto& r) { r.state_root.bytes[0] ^= 1; }},
    {"osmd_root", [](auto& r) { r.osmd_root.bytes[31] ^= 1; }},
    {"distribution", [](auto& r) { r.distribution[0] += 1e-17 + 0.25; }},
    {"accesses", [](auto& r) { r.accesses[0] = 1; }},
    {"metric_bp", [](auto& r) { ++r.metric_bp; }},
    {"utility", [](auto& r) { r.utility = -0.26; }}};

const TrainingState kState{.weights = {1, 2, 3}, .distribution = {0.5, 0.5}, .accesses = {4, 7}, .rounds_done = 2};

TEST(TraceDocuments, GiveBackWhatWasWritten) {
    auto round = round_numbered(5);
    round.utility = -std::numeric_limits<double>::infinity();

    EXPECT_EQ(round_from_canonical(canonical_bytes(round)), round);
    EXPECT_EQ(state_from_canonical(canonical_bytes(kState)), kState);
}

TEST(TraceDocuments, DistributionHasTheBytesOfTheSpecification) {
    const auto bytes = canonical_distribution(std::vector<double>{1.0});

    EXPECT_EQ(to_hex(bytes),
              "0x0b00000000000000"
              "636f6e652e6f736d642f31"
              "0100000000000000"
              "000000000000f03f");
}

TEST(TraceDocuments, RefuseEveryTruncationAndTrailingBytes) {
    for (const auto& bytes : {canonical_bytes(kState), canonical_bytes(round_numbered(1))}) {
        const bool is_state = bytes == canonical_bytes(kState);
        const auto read = [&](ByteSpan part) {
            if (is_state) {
                (void)state_from_canonical(part);
            } else {
                (void)round_from_canonical(part);
            }
        };
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            EXPECT_THROW(read(ByteSpan(bytes).first(length)), DataError) << length;
        }
        auto longer = bytes;
        longer.push_back(0);
        EXPECT_THROW(read(longer), DataError);
    }
}

TEST(TraceDocuments, RefuseOneAnother) {
    EXPECT_THROW((void)round_from_canonical(canonical_bytes(kState)), DataError);
    EXPECT_THROW((void)state_from_canonical(canonical_bytes(round_numbered(0))), DataError);
}

TEST(TraceRoot, IsThatOfTheRoundsDocumentsInTheirOrder) {
    const std::vector rounds{round_numbered(0), round_numbered(1)};
    Bytes document{0x0c, 0, 0, 0, 0, 0, 0, 0};
    append(document, Bytes{'c', 'o', 'n', 'e', '.', 't', 'r', 'a', 'c', 'e', '/', '1'});
    append(document, Bytes{2, 0, 0, 0, 0, 0, 0, 0});
    for (const auto& round : rounds) {
        const Bytes one = canonical_bytes(round);
        ASSERT_LT(one.size(), 256u + 256u);
        append(document,
               Bytes{static_cast<std::uint8_t>(one.size()), static_cast<std::uint8_t>(one.size() >> 8), 0, 0, 0, 0, 0, 0});
        append(document, one);
    }

    EXPECT_EQ(canonical_bytes(rounds), document);
    EXPECT_EQ(trace_root(rounds), hash::bytes_root(document));
    EXPECT_TRUE(have_root(rounds, trace_root(rounds)));
}

TEST(TraceRoot, ChangesWithEveryFieldOfEveryRoundAndTheirOrder) {
    const std::vector rounds{round_numbered(4), round_numbered(5)};
    std::set<Hash32> seen{trace_root(rounds), trace_root(std::vector{rounds[1], rounds[0]}), trace_root(std::vector{rounds[0]}),
                          trace_root({})};
    EXPECT_EQ(seen.size(), 4u);
    for (std::size_t at = 0; at < rounds.size(); ++at) {
        for (const auto& [field, change] : kChanges) {
            auto other = rounds;
            change(other[at]);
            EXPECT_TRUE(seen.insert(trace_root(other)).second) << field << " of round " << at;
            EXPECT_FALSE(have_root(other, trace_root(rounds)));
        }
    }
}

TEST(TraceRoot, OfWhatIsNoNumberThereIsNone) {
    std::vector rounds{round_numbered(4), round_numbered(5)};
    const auto root = trace_root(rounds);
    rounds[1].gains[0] = std::numeric_limits<double>::quiet_NaN();

    EXPECT_THROW((void)trace_root(rounds), DataError);
    EXPECT_FALSE(have_root(rounds, root));
}

TEST(TraceDocuments, RefuseARoundOfAnEarlierVersion) {
    auto bytes = canonical_bytes(round_numbered(1));
    bytes[8 + std::string("cone.round/").size()] = '1';

    EXPECT_THROW((void)round_from_canonical(bytes), DataError);
}

class Store : public testing::Test {
protected:
    tests::TemporaryFolder folder_;
    data::MemoryStore states_;
    TraceStore store_{folder_.path() / "trace", states_};
};

TEST_F(Store, KeepsRoundsAcrossARestart) {
    store_.put(round_numbered(0));
    store_.put(round_numbered(1));

    EXPECT_THAT(TraceStore(folder_.path() / "trace", states_).rounds(),
                testing::ElementsAre(round_numbered(0), round_numbered(1)));
}

TEST_F(Store, StopsBeforeAGapAndReplacesARound) {
    store_.put(round_numbered(0));
    store_.put(round_numbered(2));
    auto again = round_numbered(0);
    again.metric_bp = 1;
    store_.put(again);

    EXPECT_THAT(store_.rounds(), testing::ElementsAre(again));
}

TEST_F(Store, RefusesADamagedRoundByName) {
    store_.put(round_numbered(0));
    data::write_file_atomically(folder_.path() / "trace/round-000000", Bytes{1, 2});
    EXPECT_THROW((void)store_.rounds(), DataError);

    data::write_file_atomically(folder_.path() / "trace/round-000000", canonical_bytes(round_numbered(4)));
    try {
        (void)store_.rounds();
        ADD_FAILURE() << "round 4 under the name of round 0 was accepted";
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), HasSubstr("round-000000: holds round 4"));
    }
}

TEST_F(Store, KeepsCheckpoints) {
    const auto root = store_.put_checkpoint(SegmentIndex(3), kState);

    EXPECT_EQ(root, hash::bytes_root(canonical_bytes(kState)));
    EXPECT_EQ(store_.checkpoint(SegmentIndex(3)), kState);
    EXPECT_EQ(store_.checkpoint(SegmentIndex(2)), std::nullopt);
}

TEST_F(Store, RefusesACheckpointOfTheWrongSizeOrWithoutContent) {
    data::write_file_atomically(folder_.path() / "trace/segment-000001", Bytes{1});
    EXPECT_THROW((void)store_.checkpoint(SegmentIndex(1)), DataError);

    data::write_file_atomically(folder_.path() / "trace/segment-000001", Bytes(32, 7));
    EXPECT_THROW((void)store_.checkpoint(SegmentIndex(1)), DataError);
}

TEST(FirstDifference, IsNothingWhenAllIsEqual) {
    const std::vector rounds{round_numbered(0), round_numbered(1)};

    EXPECT_EQ(first_difference(rounds, rounds), std::nullopt);
    EXPECT_EQ(first_difference({}, {}), std::nullopt);
}

TEST(FirstDifference, NamesEachFieldInEachRound) {
    const std::vector claimed{round_numbered(4), round_numbered(5), round_numbered(6)};
    for (std::size_t at = 0; at < claimed.size(); ++at) {
        for (const auto& [field, change] : kChanges) {
            auto executed = claimed;
            change(executed[at]);
            executed.back().metric_bp += at + 1 < claimed.size() ? 5u : 0u;  // a later difference does not matter

            const auto found = first_difference(claimed, executed);

            ASSERT_TRUE(found.has_value());
            EXPECT_EQ(found->round, 4 + at);
            EXPECT_EQ(found->field, field);
            EXPECT_NE(found->claimed, found->executed);
        }
    }
}

TEST(FirstDifference, NamesAMissingRound) {
    const std::vector rounds{round_numbered(0), round_numbered(1)};

    EXPECT_EQ(first_difference(std::span(rounds).first(1), rounds), (Difference{1, "missing", "missing", "present"}));
    EXPECT_EQ(first_difference(rounds, std::span(rounds).first(1)), (Difference{1, "missing", "present", "missing"}));
}

}  // namespace
}  // namespace cone::trace
