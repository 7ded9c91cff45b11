// Logs to events, and logs that are none.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/events.hpp"

#include <gtest/gtest.h>

#include "bridge/eth/abi.hpp"
#include "cone/base/errors.hpp"

namespace cone::contracts {
namespace {

using eth::AbiValues;
using eth::U256;

Hash32 word(std::uint64_t value) {
    Hash32 out;
    out.bytes = eth::to_word(U256(value));
    return out;
}

rpc::Log committed() {
    Address member;
    member.bytes[0] = 9;
    rpc::Log log;
    log.topics = {eth::event_topic("CommitmentsPosted(uint64,uint32,uint32,bytes32,address[],uint64,uint64)"), word(3),
                  word(1)};
    log.data = eth::abi_encode(*eth::parse_abi_type("(uint32,bytes32,address[],uint64,uint64)"),
                               {U256(65536), word(77), AbiValues{member, member}, U256(10), U256(12)});
    log.block = {42, word(1000)};
    log.transaction = word(5);
    log.index = 6;
    return log;
}

TEST(Events, CarryTheirArgumentsByName) {
    const auto event = decode_event(Contract::JobBoard, committed());

    ASSERT_TRUE(event);
    EXPECT_EQ(event->name, "CommitmentsPosted");
    EXPECT_EQ(event->number("jobId"), 3u);
    EXPECT_EQ(event->number("segment"), 1u);
    EXPECT_EQ(event->number("attempt"), 65536u);
    EXPECT_EQ(event->hash("root"), word(77));
    EXPECT_EQ(event->list("members").size(), 2u);
    EXPECT_EQ(event->number("revealUntilBlock"), 12u);
    EXPECT_EQ(event->block.number, 42u);
    EXPECT_EQ(event->transaction, word(5));
    EXPECT_EQ(event->index, 6u);
}

TEST(Events, OfAnotherContractOrUnknownAreNone) {
    EXPECT_FALSE(decode_event(Contract::Settlement, committed()));
    rpc::Log log = committed();
    log.topics[0] = word(1);
    EXPECT_FALSE(decode_event(Contract::JobBoard, log));
    log.topics.clear();
    EXPECT_FALSE(decode_event(Contract::JobBoard, log));
}

TEST(Events, WithWrongTopicsOrDataAreAnError) {
    rpc::Log fewer = committed();
    fewer.topics.pop_back();
    rpc::Log more = committed();
    more.topics.push_back(word(1));
    rpc::Log wide = committed();
    wide.topics[2] = word(std::uint64_t{1} << 32);
    rpc::Log cut = committed();
    cut.data.pop_back();
    rpc::Log dirty = committed();
    dirty.data[0] = 1;
    for (const rpc::Log& log : {fewer, more, wide, cut, dirty}) {
        EXPECT_THROW((void)decode_event(Contract::JobBoard, log), RpcError);
    }
}

TEST(Events, RefuseMoneyThatCannotBe) {
    rpc::Log log;
    log.topics = {eth::event_topic("Burned(uint64,uint256)"), word(1)};
    log.data = Bytes(32, 0xff);
    const auto event = decode_event(Contract::Settlement, log);
    ASSERT_TRUE(event);
    EXPECT_THROW((void)event->wei("amountWei"), RpcError);
    EXPECT_THROW((void)event->number("amountWei"), RpcError);
}

TEST(EventsDeathTest, StopOnAskingForWhatIsNotThere) {
    const auto event = decode_event(Contract::JobBoard, committed());
    EXPECT_DEATH((void)event->number("jobID"), "no such argument");
    EXPECT_DEATH((void)event->number("root"), "another kind");
}

}  // namespace
}  // namespace cone::contracts
