// Revert data to names: ours, Solidity's, and what is neither.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/errors.hpp"

#include <gtest/gtest.h>

#include "bridge/eth/abi.hpp"

namespace cone::contracts {
namespace {

using eth::AbiValues;
using eth::U256;

TEST(Errors, AreNamedWithTheirArguments) {
    EXPECT_EQ(describe_revert(Contract::JobBoard, eth::encode_call("WrongAttempt(uint32,uint32)", {U256(1), U256(2)})),
              "JobBoard: WrongAttempt(given=1, expected=2)");
    EXPECT_EQ(describe_revert(Contract::AuctionHouse, eth::encode_call("ZeroBid()", {})), "AuctionHouse: ZeroBid()");
    Address caller;
    caller.bytes[19] = 1;
    EXPECT_EQ(describe_revert(Contract::JobBoard, eth::encode_call("OnlyBridge(uint64,address)", {U256(7), caller})),
              "JobBoard: OnlyBridge(jobId=7, caller=0x0000000000000000000000000000000000000001)");
}

TEST(Errors, NameTheValuesOfEnums) {
    EXPECT_EQ(describe_revert(Contract::AuctionHouse, eth::encode_call("InvalidRequest(uint8)", {U256(4)})),
              "AuctionHouse: InvalidRequest(field=Lead)");
    EXPECT_EQ(describe_revert(Contract::JobBoard, eth::encode_call("JobRefuses(uint8,uint8)", {U256(2), U256(99)})),
              "JobBoard: JobRefuses(state=Running, what=99)");
}

TEST(Errors, OfSolidityItselfAreNamedToo) {
    EXPECT_EQ(describe_revert(Contract::JobBoard, eth::encode_call("Error(string)", {std::string("no")})),
              "JobBoard: Error(message=\"no\")");
    EXPECT_EQ(describe_revert(Contract::JobBoard, eth::encode_call("Panic(uint256)", {U256(0x11)})),
              "JobBoard: Panic(code=17), arithmetic overflow");
}

TEST(Errors, BringNoControlCharactersToATerminal) {
    EXPECT_EQ(describe_revert(Contract::JobBoard, eth::encode_call("Error(string)", {std::string("\x1b[2J\n\"ä")})),
              "JobBoard: Error(message=\"\\x1b[2J\\x0a\\x22ä\")");
}

TEST(Errors, ThatAreUnknownOrBrokenAreShownAsTheyAre) {
    EXPECT_EQ(describe_revert(Contract::JobBoard, {}), "JobBoard: reverted without a reason");
    EXPECT_EQ(describe_revert(Contract::JobBoard, Bytes{1, 2, 3}), "JobBoard: reverted with 0x010203");
    EXPECT_EQ(describe_revert(Contract::JobBoard, Bytes{0xde, 0xad, 0xbe, 0xef}), "JobBoard: reverted with 0xdeadbeef");
    Bytes cut = eth::encode_call("WrongAttempt(uint32,uint32)", {U256(1), U256(2)});
    cut.pop_back();
    EXPECT_FALSE(decode_error(cut));
    Bytes dirty = eth::encode_call("WrongAttempt(uint32,uint32)", {U256(1), U256(2)});
    dirty[4] = 1;
    EXPECT_FALSE(decode_error(dirty));
}

TEST(Errors, AllDecodeFromTheirOwnSelectors) {
    for (const std::string_view declaration : all_errors()) {
        const Spec spec = parse_spec(declaration);
        const eth::Selector head = eth::selector(spec.signature());
        Bytes data(head.begin(), head.end());
        data.resize(4 + 32 * spec.parameters.size());
        const auto error = decode_error(data);
        ASSERT_TRUE(error) << declaration;
        EXPECT_EQ(error->name, spec.name);
        EXPECT_EQ(error->arguments.size(), spec.parameters.size());
    }
}

}  // namespace
}  // namespace cone::contracts
