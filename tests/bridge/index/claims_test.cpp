// What an account may still get out: from events alone.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/index/claims.hpp"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "bridge/contracts/spec.hpp"
#include "cone/base/errors.hpp"

namespace cone::index {
namespace {

using contracts::Contract;
using contracts::Event;
using eth::AbiValue;
using eth::AbiValues;
using eth::U256;

constexpr Address kBuyer{{1}};
constexpr Address kChallenger{{2}};
constexpr Address kStranger{{3}};

AbiValue zero_of(const eth::AbiType& type) {
    switch (type.kind) {
        case eth::AbiType::Kind::Address:
            return Address{};
        case eth::AbiType::Kind::FixedBytes:
            return Bytes(32);
        case eth::AbiType::Kind::Array:
            return AbiValues{};
        case eth::AbiType::Kind::Tuple: {
            AbiValues parts;
            for (const auto& part : type.parts) {
                parts.push_back(zero_of(part));
            }
            return AbiValue(parts);
        }
        default:
            return U256(0);
    }
}

/// An event of this name whose other arguments are zero.
Event event(Contract contract, const std::string& name, const std::map<std::string, AbiValue>& values) {
    for (const std::string_view declaration : contracts::events_of(contract)) {
        const auto spec = contracts::parse_spec(declaration);
        if (spec.name != name) {
            continue;
        }
        Event made{contract, spec.name, {}, {100, {}}, {}, 0};
        for (const auto& parameter : spec.parameters) {
            const auto given = values.find(parameter.name);
            made.arguments.push_back(
                {parameter.name, given == values.end() ? zero_of(parameter.type) : given->second, parameter.enumeration});
        }
        return made;
    }
    throw std::runtime_error("no event " + name);
}

Event opened(std::uint64_t job) {
    return event(Contract::JobBoard, "JobOpened", {{"jobId", U256(job)}, {"buyer", kBuyer}});
}
Event posted(std::uint64_t segment, std::uint64_t attempt) {
    return event(Contract::JobBoard, "CommitmentsPosted",
                 {{"jobId", U256(1)}, {"segment", U256(segment)}, {"attempt", U256(attempt)}});
}
Event challenged(std::uint64_t segment, const Address& by) {
    return event(Contract::JobBoard, "SegmentChallenged",
                 {{"jobId", U256(1)}, {"segment", U256(segment)}, {"challenger", by}, {"bondWei", U256(7)}});
}
Event flipped(std::uint64_t segment, std::uint64_t epoch) {
    return event(Contract::JobBoard, "VerdictFlipped",
                 {{"jobId", U256(1)}, {"segment", U256(segment)}, {"epoch", U256(epoch)}});
}

ForcedAttempt forced(std::uint32_t segment, std::uint32_t attempt) {
    return {JobId(1), SegmentIndex(segment), AttemptIndex(attempt), Wei(7)};
}

TEST(Claims, OfNobodyAreNone) {
    EXPECT_EQ(claims_of({}, kBuyer), Claims{});
    const std::vector<Event> events{opened(1), posted(0, 0), challenged(0, kChallenger)};
    EXPECT_EQ(claims_of(events, kStranger), Claims{});
}

TEST(Claims, ABuyersJobIsUnfinishedUntilItEnds) {
    std::vector<Event> events{opened(1), opened(2)};
    EXPECT_EQ(claims_of(events, kBuyer).unfinished, (std::vector{JobId(1), JobId(2)}));
    events.push_back(event(Contract::JobBoard, "JobVoided", {{"jobId", U256(1)}}));
    EXPECT_EQ(claims_of(events, kBuyer).unfinished, std::vector{JobId(2)});
}

TEST(Claims, AChallengeForcesTheAttemptAfterTheLastOfItsSegment) {
    const std::vector<Event> events{opened(1),    posted(0, 0),
                                    posted(0, 1), posted(1, 0),
                                    posted(2, 0), challenged(1, kChallenger),
                                    posted(1, 1), challenged(0, kChallenger)};
    const auto claims = claims_of(events, kChallenger);
    EXPECT_EQ(claims.challenges, (std::vector{forced(1, 1), forced(0, 2)}));
    EXPECT_EQ(claims.unfinished, std::vector{JobId(1)}) << "void, it gives the bonds back";
}

/// The index forgets what a flip drops; the bond is held all the same.
TEST(Claims, AChallengeOutlivesTheFlipThatDropsItsSegment) {
    constexpr std::uint32_t kSecondEpoch = 1U << 16U;
    const std::vector<Event> events{opened(1),
                                    posted(0, 0),
                                    posted(1, 0),
                                    challenged(1, kChallenger),
                                    challenged(0, kStranger),
                                    posted(0, 1),
                                    flipped(0, 1),
                                    posted(1, kSecondEpoch),
                                    challenged(1, kChallenger)};
    EXPECT_EQ(claims_of(events, kChallenger).challenges, (std::vector{forced(1, 1), forced(1, kSecondEpoch + 1)}));
    EXPECT_EQ(claims_of(events, kStranger).challenges, std::vector{forced(0, 1)});
}

TEST(Claims, AnAuctionBelongsToTheHighestBidUntilItIsClosed) {
    const auto bid = [](std::uint64_t auction, const Address& bidder) {
        return event(Contract::AuctionHouse, "BidPlaced", {{"auctionId", U256(auction)}, {"bidder", bidder}});
    };
    std::vector<Event> events{bid(1, kBuyer), bid(2, kBuyer), bid(2, kStranger)};
    EXPECT_EQ(claims_of(events, kBuyer).open_auctions, std::vector{JobId(1)});
    EXPECT_EQ(claims_of(events, kStranger).open_auctions, std::vector{JobId(2)});
    events.push_back(event(Contract::AuctionHouse, "AuctionVoid", {{"auctionId", U256(1)}}));
    EXPECT_TRUE(claims_of(events, kBuyer).open_auctions.empty());
}

TEST(Claims, RefuseEventsWhoseBeginningWasNotRead) {
    const std::vector<Event> events{event(Contract::JobBoard, "JobVoided", {{"jobId", U256(1)}})};
    EXPECT_THROW((void)claims_of(events, kBuyer), ChainError);
}

}  // namespace
}  // namespace cone::index
