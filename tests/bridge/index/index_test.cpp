// The index as a value: every event counts, nothing else does, and what is taken back was never there.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "bridge/contracts/spec.hpp"
#include "bridge/index/history.hpp"
#include "cone/base/errors.hpp"

namespace cone::index {
namespace {

using contracts::Contract;
using contracts::Event;
using eth::AbiValue;
using eth::AbiValues;
using eth::U256;

/// A value of the type. All events speak of job, auction, segment and attempt 1; odd and even seeds differ in numbers, seeds a multiple
/// of three apart agree in hashes and accounts.
AbiValue value_of(const eth::AbiType& type, const std::string& name, std::uint64_t seed) {
    switch (type.kind) {
        case eth::AbiType::Kind::Address:
            return Address{{static_cast<std::uint8_t>(1 + seed % 3)}};
        case eth::AbiType::Kind::FixedBytes:
            return Bytes(32, static_cast<std::uint8_t>(1 + seed % 3));
        case eth::AbiType::Kind::Array:
            return AbiValues{value_of(type.parts.front(), name, seed), value_of(type.parts.front(), name, seed + 1)};
        case eth::AbiType::Kind::Tuple: {
            AbiValues parts;
            for (const eth::AbiType& part : type.parts) {
                parts.push_back(value_of(part, name, seed));
            }
            return AbiValue(parts);
        }
        default:
            return name.ends_with("Id") || name == "segment" || name == "attempt" ? U256(1) : U256(1 + seed % 2);
    }
}

Event event_of(Contract contract, std::string_view declaration, std::uint64_t seed) {
    const contracts::Spec spec = contracts::parse_spec(declaration);
    Event event{contract, spec.name, {}, {100 + seed, {}}, {}, seed};
    for (const contracts::Parameter& parameter : spec.parameters) {
        event.arguments.push_back({parameter.name, value_of(parameter.type, parameter.name, seed), parameter.enumeration});
    }
    return event;
}

Event named(Contract contract, std::string_view name, std::uint64_t seed = 1) {
    for (const std::string_view declaration : contracts::events_of(contract)) {
        if (declaration.substr(0, declaration.find('(')) == name) {
            return event_of(contract, declaration, seed);
        }
    }
    throw std::runtime_error("no such event");
}

/// A job with an attempt, stakes, shards and money, so that every event has something to change.
std::vector<Event> a_beginning() {
    std::vector<Event> events;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        events.push_back(named(Contract::DataCatalog, "EntryRegistered", seed));
        events.push_back(named(Contract::ExecutorRegistry, "ExecutorRegistered", seed));
        events.push_back(named(Contract::Settlement, "StakeSeized", seed));
    }
    events.push_back(named(Contract::JobBoard, "JobOpened"));
    events.push_back(named(Contract::JobBoard, "SeedFixed"));
    events.push_back(named(Contract::JobBoard, "CommitmentsPosted"));
    events.push_back(named(Contract::Settlement, "Credited"));
    return events;
}

TEST(MarketIndex, IsChangedByEveryEventThatSaysSomethingNew) {
    const MarketIndex before = apply_events({}, a_beginning());
    const Bytes bytes = canonical_bytes(before);
    for (const Contract contract : contracts::kContracts) {
        for (const std::string_view declaration : contracts::events_of(contract)) {
            const Event event = event_of(contract, declaration, 4);
            const bool nothing_new = event.name == "BuyerTold" || event.name == "EntryUnpaused";
            EXPECT_EQ(canonical_bytes(apply_events(before, std::span(&event, 1))) == bytes, nothing_new) << declaration;
        }
    }
}

TEST(MarketIndex, RefusesEventsWhoseBeginningWasNotRead) {
    const std::vector<std::pair<Contract, std::string>> orphans{
        {Contract::JobBoard, "SeedFixed"},          {Contract::JobBoard, "VotesCast"},
        {Contract::JobBoard, "SegmentFinal"},       {Contract::JobBoard, "JobVoided"},
        {Contract::JobBoard, "FaultFound"},         {Contract::Settlement, "Withdrawn"},
        {Contract::Settlement, "Burned"},           {Contract::DataCatalog, "EntryPaused"},
        {Contract::ExecutorRegistry, "UnitsAdded"}, {Contract::JobBoard, "VerdictFlipped"}};
    for (const auto& [contract, name] : orphans) {
        const Event event = named(contract, name);
        EXPECT_THROW((void)apply_events({}, std::span(&event, 1)), ChainError) << name;
    }
}

TEST(MarketIndex, RefusesMoreMoneyOutThanIn) {
    std::vector<Event> events{named(Contract::Settlement, "Credited"), named(Contract::Settlement, "Withdrawn")};
    EXPECT_TRUE(apply_events({}, events).credits.empty());
    events.push_back(events.back());
    EXPECT_THROW((void)apply_events({}, events), ChainError);
}

TEST(MarketIndex, DropsLaterSegmentsWhenAVerdictFlips) {
    auto events = a_beginning();
    const auto at = [](Event event, std::uint64_t segment) {
        for (auto& argument : event.arguments) {
            argument.value = argument.name == "segment" ? AbiValue(segment) : argument.value;
        }
        return event;
    };
    for (const std::uint64_t segment : {0U, 1U, 2U}) {
        events.push_back(at(named(Contract::JobBoard, "CommitmentsPosted"), segment));
        events.push_back(at(named(Contract::JobBoard, "SegmentAccepted"), segment));
    }
    ASSERT_EQ(apply_events({}, events).jobs.at(JobId(1)).accepted, 3U);
    events.push_back(at(named(Contract::JobBoard, "VerdictFlipped", 2), 0));

    const JobEntry job = apply_events({}, events).jobs.at(JobId(1));

    EXPECT_EQ(job.accepted, 1U);
    EXPECT_EQ(job.epoch, 1U);
    EXPECT_TRUE(job.segments.at(1).attempts.empty());
    EXPECT_EQ(job.segments.at(1).epoch, 1U);
    EXPECT_FALSE(job.segments.contains(2));
}

contracts::Deployment somewhere() {
    contracts::Deployment deployment;
    for (const Contract contract : contracts::kContracts) {
        deployment.at(contract).address.bytes[0] = static_cast<std::uint8_t>(1 + static_cast<int>(contract));
    }
    return deployment;
}

/// A log of the registry: somebody joined with `units`.
rpc::Log joined(std::uint8_t who, std::uint64_t units) {
    rpc::Log log;
    log.address = somewhere().address(Contract::ExecutorRegistry);
    Hash32 executor;
    executor.bytes[31] = who;
    log.topics = {eth::event_topic("ExecutorRegistered(address,uint32,uint256)"), executor};
    log.data = eth::abi_encode(*eth::parse_abi_type("(uint32,uint256)"), {U256(units), U256(5)});
    return log;
}

follower::BlockApplied block(std::uint64_t number, std::uint8_t branch, std::vector<rpc::Log> logs = {}) {
    Hash32 hash;
    hash.bytes[0] = branch;
    hash.bytes[1] = static_cast<std::uint8_t>(number);
    return {{number, hash}, number, std::move(logs)};
}

TEST(IndexHistory, TakesBackExactlyWhatABlockDid) {
    IndexHistory history(somewhere());
    history.take({block(1, 0, {joined(1, 7)}), block(2, 0)});
    const Bytes before = canonical_bytes(history.now());
    const auto third = block(3, 0, {joined(2, 8), joined(1, 9)});
    history.take({third});
    ASSERT_NE(canonical_bytes(history.now()), before);

    history.take({follower::BlockReverted{third.block}});

    EXPECT_EQ(canonical_bytes(history.now()), before);
}

TEST(IndexHistory, EqualsAFreshIndexAfterAnyDetour) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::mt19937 random(seed);
        IndexHistory history(somewhere(), 1000);
        std::vector<follower::Step> chain;
        for (std::uint8_t act = 0; act < 100; ++act) {
            for (std::size_t back = random() % 4; back > 0 && !chain.empty(); --back) {
                history.take({follower::BlockReverted{std::get<follower::BlockApplied>(chain.back()).block}});
                chain.pop_back();
            }
            for (std::size_t more = random() % 6; more > 0; --more) {
                std::vector<rpc::Log> logs(random() % 2, joined(static_cast<std::uint8_t>(random() % 5), random() % 100));
                chain.emplace_back(block(chain.size() + 1, act, logs));
                history.take({chain.back()});
            }
        }
        IndexHistory fresh(somewhere());
        fresh.take(chain);
        EXPECT_EQ(canonical_bytes(history.now()), canonical_bytes(fresh.now())) << seed;
    }
}

TEST(IndexHistory, DoesNotLookAtOtherContracts) {
    IndexHistory history(somewhere());
    rpc::Log foreign = joined(1, 1);
    foreign.address.bytes[0] = 99;
    rpc::Log unknown = joined(1, 1);
    unknown.topics[0].bytes[0] ^= 1;
    history.take({block(1, 0, {foreign, unknown})});
    EXPECT_EQ(canonical_bytes(history.now()), canonical_bytes({}));
}

TEST(IndexHistoryDeathTest, RevertsOnlyTheNewestBlock) {
    IndexHistory history(somewhere());
    history.take({block(1, 0), block(2, 0)});
    EXPECT_DEATH(history.take({follower::BlockReverted{block(1, 0).block}}), "only the newest block");
    EXPECT_DEATH(history.take({follower::BlockReverted{block(2, 1).block}}), "only the newest block");
}

}  // namespace
}  // namespace cone::index
