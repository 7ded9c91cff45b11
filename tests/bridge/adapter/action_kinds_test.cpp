// Every call has its row; watching sends nothing, defending begins nothing.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/action_kinds.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <string>

#include "bridge/contracts/interface.hpp"

namespace cone::adapter {
namespace {

/// Those that change the chain: the table of functions has no mark for them, but views always return something.
std::set<std::string_view> calls_that_change_the_chain() {
    std::set<std::string_view> names{"withdraw", "open", "order", "close"};
    for (const auto& function : contracts::fn::kAll) {
        if (function.returns == "()") {
            names.insert(function.signature.substr(0, function.signature.find('(')));
        }
    }
    return names;
}

TEST(ActionKinds, HaveARowForEveryCallAndNoOther) {
    std::set<std::string_view> rows;
    for (const auto& kind : action_kinds()) {
        EXPECT_TRUE(rows.insert(kind.call).second) << kind.call << " twice";
    }
    EXPECT_EQ(rows, calls_that_change_the_chain());
}

TEST(ActionKinds, WatchingSendsNothing) {
    for (const auto& kind : action_kinds()) {
        EXPECT_FALSE(allows(Mode::Watch, kind.call)) << kind.call;
    }
}

TEST(ActionKinds, ActingSendsEverything) {
    for (const auto& kind : action_kinds()) {
        EXPECT_TRUE(allows(Mode::Act, kind.call)) << kind.call;
    }
}

TEST(ActionKinds, DefendingAnswersAndBeginsNothing) {
    std::set<std::string_view> sent;
    for (const auto& kind : action_kinds()) {
        if (allows(Mode::Defend, kind.call)) {
            sent.insert(kind.call);
        }
    }
    EXPECT_EQ(sent,
              (std::set<std::string_view>{"castVotes", "closeAttempt", "finalize", "proveEquivocation", "proveFalseWitness",
                                          "proveOmission", "commitDirect", "challenge", "reclaimBond"}));
}

TEST(ActionKinds, OfDefendingAreThoseThatTheOperatorReads) {
    std::ifstream document(CONE_SOURCE_DIR "/docs/operations.md");
    std::string line;
    while (std::getline(document, line) && !line.starts_with("| `defend` |")) {
    }
    const std::regex word("`([A-Za-z]+)`");
    std::set<std::string> told;
    for (std::sregex_iterator at(line.begin(), line.end(), word); at != std::sregex_iterator(); ++at) {
        told.insert((*at)[1]);
    }
    told.erase("defend");
    std::set<std::string> sent;
    for (const auto& kind : action_kinds()) {
        if (kind.least == Mode::Defend) {
            sent.insert(std::string(kind.call));
        }
    }
    EXPECT_EQ(told, sent);
}

TEST(ActionKinds, WhatHasADeadlinePaysAsADispute) {
    for (const std::string_view call :
         {"castVotes", "proveEquivocation", "proveFalseWitness", "proveOmission", "commitDirect", "challenge", "fixSeed"}) {
        EXPECT_EQ(kind_of(call).fee_class, sender::FeeClass::Dispute) << call;
    }
    EXPECT_EQ(kind_of("settle").fee_class, sender::FeeClass::Payout);
    EXPECT_EQ(kind_of("postCommitments").fee_class, sender::FeeClass::Commit);
}

TEST(Modes, HaveNamesBothWays) {
    for (const Mode mode : {Mode::Watch, Mode::Defend, Mode::Act}) {
        EXPECT_EQ(mode_from_name(to_string(mode)), mode);
    }
    for (const std::string_view wrong : {"", "Act", "acts", "watch "}) {
        EXPECT_FALSE(mode_from_name(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace cone::adapter
