// What every journal does, whatever it is kept in: one suite for the one in memory and the one in SQLite.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/journal.hpp"

#include <gtest/gtest.h>

#include "bridge/sender/sqlite_journal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::sender {
namespace {

struct InMemory {
    MemoryJournal journal;
};
struct InSqlite {
    tests::TemporaryFolder folder;
    SqliteJournal journal{folder.path() / "a" / "b.journal", {}};
};

JournalEntry entry(std::uint64_t nonce, std::uint8_t version, const std::string& intent = {}) {
    JournalEntry made;
    made.nonce = nonce;
    made.label = "call " + std::to_string(nonce);
    made.signed_bytes.raw = {static_cast<std::uint8_t>(nonce), version};
    made.signed_bytes.hash.bytes[0] = static_cast<std::uint8_t>(nonce);
    made.signed_bytes.hash.bytes[1] = version;
    made.intent = intent;
    return made;
}
Hash32 hash_of(std::uint64_t nonce, std::uint8_t version) {
    return entry(nonce, version).signed_bytes.hash;
}
rpc::BlockRef block(std::uint64_t number) {
    rpc::BlockRef made{number, {}};
    made.hash.bytes[31] = static_cast<std::uint8_t>(number);
    return made;
}

template <class Kept>
class AnyJournal : public testing::Test, public Kept {
protected:
    [[nodiscard]] std::vector<Stage> stages(std::uint64_t since = 0) const {
        std::vector<Stage> out;
        for (const JournalEntry& kept : this->journal.since(since)) {
            out.push_back(kept.stage);
        }
        return out;
    }
};
using Journals = testing::Types<InMemory, InSqlite>;
TYPED_TEST_SUITE(AnyJournal, Journals);

TYPED_TEST(AnyJournal, IsEmptyAtFirst) {
    EXPECT_TRUE(this->journal.since(0).empty());
    EXPECT_TRUE(this->journal.of("x").empty());
}

TYPED_TEST(AnyJournal, KeepsEveryFieldAsItWas) {
    auto kept = entry(3, 1, "job 1/castVotes");
    kept.label = std::string("a label with \0 and \"quotes\" and \xc3\xa9", 35);
    kept.signed_bytes.raw.assign(20'000, 0xa5);
    this->journal.append(kept);

    EXPECT_EQ(this->journal.since(0), std::vector{kept});
    EXPECT_EQ(this->journal.of("job 1/castVotes"), std::vector{kept});
}

TYPED_TEST(AnyJournal, OrdersByNonceThenByArrival) {
    for (const auto& [nonce, version] :
         std::vector<std::pair<std::uint64_t, std::uint8_t>>{{5, 1}, {4, 9}, {5, 0}, {4, 2}, {6, 1}}) {
        this->journal.append(entry(nonce, version));
    }

    EXPECT_EQ(this->journal.since(0), (std::vector{entry(4, 9), entry(4, 2), entry(5, 1), entry(5, 0), entry(6, 1)}));
    EXPECT_EQ(this->journal.since(5), (std::vector{entry(5, 1), entry(5, 0), entry(6, 1)}));
    EXPECT_TRUE(this->journal.since(7).empty());
}

TYPED_TEST(AnyJournal, AnIntentIsKnownBeforeAnythingIsSigned) {
    this->journal.intend("job 1/settle", "settle");
    this->journal.intend("job 1/settle", "said again");

    const auto known = this->journal.of("job 1/settle");

    ASSERT_EQ(known.size(), 1U);
    EXPECT_EQ(known[0].stage, Stage::Intent);
    EXPECT_EQ(known[0].label, "settle");
    EXPECT_TRUE(known[0].signed_bytes.raw.empty());
    EXPECT_TRUE(this->journal.since(0).empty()) << "nothing is signed";
}

TYPED_TEST(AnyJournal, AnIntentHasAllItsVersionsAlsoTheAbandoned) {
    this->journal.intend("a", "label");
    this->journal.append(entry(1, 1, "a"));
    this->journal.append(entry(2, 1, "b"));
    this->journal.abandon(1);
    this->journal.append(entry(3, 1, "a"));

    const auto versions = this->journal.of("a");

    ASSERT_EQ(versions.size(), 2U);
    EXPECT_TRUE(versions[0].abandoned());
    EXPECT_EQ(versions[1], entry(3, 1, "a"));
}

TYPED_TEST(AnyJournal, WhatIsAbandonedIsNotSentAgain) {
    this->journal.append(entry(1, 1));
    this->journal.append(entry(1, 2));
    this->journal.append(entry(2, 1));
    this->journal.abandon(1);
    this->journal.abandon(77);

    EXPECT_EQ(this->journal.since(0), std::vector{entry(2, 1)});
}

TYPED_TEST(AnyJournal, TheSameBytesMayComeAgainAfterTheyWereAbandoned) {
    this->journal.append(entry(1, 1, "a"));
    this->journal.abandon(1);
    this->journal.append(entry(1, 1, "b"));

    EXPECT_EQ(this->journal.since(0), std::vector{entry(1, 1, "b")});
    EXPECT_TRUE(this->journal.of("a").empty());
}

TYPED_TEST(AnyJournal, ANonceThatWasAbandonedIsUsedAgain) {
    this->journal.append(entry(1, 1));
    this->journal.abandon(1);
    this->journal.append(entry(1, 2));
    this->journal.advance(hash_of(1, 2), Stage::Mined, block(7));

    const auto kept = this->journal.since(0);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].signed_bytes.hash, hash_of(1, 2));
    EXPECT_EQ(kept[0].stage, Stage::Mined);
}

TYPED_TEST(AnyJournal, GoesFromSignedToFinal) {
    this->journal.append(entry(1, 1));
    EXPECT_EQ(this->stages(), std::vector{Stage::Signed});
    this->journal.advance(hash_of(1, 1), Stage::Sent);
    EXPECT_EQ(this->stages(), std::vector{Stage::Sent});
    this->journal.advance(hash_of(1, 1), Stage::Mined, block(7));
    EXPECT_EQ(this->stages(), std::vector{Stage::Mined});
    EXPECT_EQ(this->journal.since(0)[0].block, block(7));
    this->journal.advance(hash_of(1, 1), Stage::Final, block(7));
    EXPECT_EQ(this->stages(), std::vector{Stage::Final});
}

TYPED_TEST(AnyJournal, OneVersionMinedReplacesTheOthersOfItsNonceOnly) {
    this->journal.append(entry(1, 1));
    this->journal.append(entry(1, 2));
    this->journal.append(entry(1, 3));
    this->journal.append(entry(2, 1));
    this->journal.advance(hash_of(1, 2), Stage::Mined, block(7));

    EXPECT_EQ(this->stages(), (std::vector{Stage::Replaced, Stage::Mined, Stage::Replaced, Stage::Signed}));
}

TYPED_TEST(AnyJournal, AReorganisationMakesAllVersionsPossibleAgain) {
    this->journal.append(entry(1, 1));
    this->journal.append(entry(1, 2));
    this->journal.advance(hash_of(1, 1), Stage::Mined, block(7));
    this->journal.advance(hash_of(1, 1), Stage::Sent);

    EXPECT_EQ(this->stages(), (std::vector{Stage::Sent, Stage::Sent}));
    EXPECT_EQ(this->journal.since(0)[0].block, rpc::BlockRef{});

    this->journal.advance(hash_of(1, 2), Stage::Mined, block(8));
    EXPECT_EQ(this->stages(), (std::vector{Stage::Replaced, Stage::Mined}));
}

TYPED_TEST(AnyJournal, SendingANewVersionLeavesTheOlderWhereItIs) {
    this->journal.append(entry(1, 1));
    this->journal.append(entry(1, 2));
    this->journal.advance(hash_of(1, 2), Stage::Sent);

    EXPECT_EQ(this->stages(), (std::vector{Stage::Signed, Stage::Sent}));
}

TYPED_TEST(AnyJournal, ARevertIsFailedButOnTheChain) {
    this->journal.append(entry(1, 1));
    this->journal.advance(hash_of(1, 1), Stage::Failed, block(7));

    const auto kept = this->journal.since(0);
    ASSERT_EQ(kept.size(), 1U) << "a reorganisation may bring it back";
    EXPECT_FALSE(kept[0].abandoned());
    EXPECT_TRUE(kept[0].was_mined());
}

TYPED_TEST(AnyJournal, WhatIsFinalStays) {
    this->journal.append(entry(1, 1));
    this->journal.advance(hash_of(1, 1), Stage::Final, block(7));

    EXPECT_DEATH(this->journal.advance(hash_of(1, 1), Stage::Sent), "what is final stays");
}

TYPED_TEST(AnyJournal, OnlyWhatIsKeptAdvances) {
    EXPECT_DEATH(this->journal.advance(hash_of(1, 1), Stage::Sent), "only what is in the journal");
}

TYPED_TEST(AnyJournal, WhatMayStillBeMinedIsNotSignedAgain) {
    this->journal.append(entry(1, 1));
    EXPECT_DEATH(this->journal.append(entry(1, 1)), "not signed again");
}

TEST(Stage, HasANameForEach) {
    for (int stage = 0; stage <= static_cast<int>(Stage::Failed); ++stage) {
        EXPECT_STRNE(to_string(static_cast<Stage>(stage)), "");
    }
}

}  // namespace
}  // namespace cone::sender
