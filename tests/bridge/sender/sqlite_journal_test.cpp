// The file of the journal: kept over restarts, refused when damaged, and nothing is sent when it cannot be written.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/sqlite_journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/bridge/sender/faulty_disk.hpp"
#include "tests/bridge/sender/sender_bench.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::test {
namespace {

using sender::JournalEntry;
using sender::JournalOwner;
using sender::SqliteJournal;
using sender::Stage;
using testing::HasSubstr;

JournalOwner owner(std::uint8_t chain = 1) {
    return {chain, Hash32{{0xab, 0xcd, 0xef, 0x01}}, Address{{7}}};
}

JournalEntry entry(std::uint64_t nonce, std::uint8_t version) {
    JournalEntry made{nonce, "call " + std::to_string(nonce), {Bytes(300, version), {}}, "job 1/" + std::to_string(nonce)};
    made.signed_bytes.hash.bytes = {static_cast<std::uint8_t>(nonce), version, 9};
    return made;
}

class SqliteFile : public testing::Test {
protected:
    [[nodiscard]] SqliteJournal open() const { return {file, owner()}; }
    /// What a run leaves: three transactions, one with two versions, at different stages.
    std::vector<JournalEntry> fill() const {
        SqliteJournal journal = open();
        journal.intend("job 1/0", "call 0");
        for (const auto& [nonce, version] :
             std::vector<std::pair<std::uint64_t, std::uint8_t>>{{0, 1}, {1, 1}, {1, 2}, {2, 1}}) {
            journal.append(entry(nonce, version));
        }
        journal.advance(entry(0, 1).signed_bytes.hash, Stage::Final, {3, Hash32{{3}}});
        journal.advance(entry(1, 2).signed_bytes.hash, Stage::Mined, {4, Hash32{{4}}});
        return journal.since(0);
    }
    [[nodiscard]] Bytes contents(const std::filesystem::path& of) const {
        std::ifstream in(of, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static void write(const std::filesystem::path& to, const Bytes& bytes) {
        std::ofstream(to, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    template <class Act>
    static std::string hint_of(Act act) {
        try {
            act();
        } catch (const Error& error) {
            return std::string(error.what()) + " | " + error.hint();
        }
        return "no error";
    }

    tests::TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "keys" / "bridge.journal";
};

TEST_F(SqliteFile, KeepsAllOverARestart) {
    const auto before = fill();

    const SqliteJournal journal = open();

    EXPECT_EQ(journal.since(0), before);
    EXPECT_EQ(before.size(), 4U);
    EXPECT_EQ(journal.of("job 1/1").size(), 2U);
    EXPECT_EQ(journal.of("job 1/1")[0].stage, Stage::Replaced);
}

TEST_F(SqliteFile, LeavesNothingBehindThatASecondFileIsNeededFor) {
    (void)fill();
    EXPECT_FALSE(std::filesystem::exists(file.string() + "-wal")) << "closing folds the log into the file";
}

TEST_F(SqliteFile, IsRefusedByAnotherOwner) {
    (void)fill();
    EXPECT_THAT(hint_of([&] { SqliteJournal(file, owner(2)); }), HasSubstr("on chain 1"));
    JournalOwner other = owner();
    other.genesis.bytes[31] = 1;
    EXPECT_THROW(SqliteJournal(file, other), DataError);
    other = owner();
    other.account.bytes[19] = 1;
    EXPECT_THROW(SqliteJournal(file, other), DataError);
    EXPECT_NO_THROW((void)open());
}

TEST_F(SqliteFile, HasANameForEachOwner) {
    const auto path = sender::journal_path("runs", owner());
    EXPECT_EQ(path, "runs/0x0700000000000000000000000000000000000000-1-abcdef01.journal");
    EXPECT_NE(path, sender::journal_path("runs", owner(2)));
}

TEST_F(SqliteFile, OfAnotherVersionIsRefused) {
    (void)fill();
    {
        sender::Database raw(file);
        raw.run("PRAGMA user_version = 2");
    }
    EXPECT_THAT(hint_of([&] { (void)open(); }), HasSubstr("has version 2; this program writes version 1"));
}

TEST_F(SqliteFile, ThatIsNoDatabaseIsRefused) {
    std::filesystem::create_directories(file.parent_path());
    write(file, Bytes(5000, 'x'));
    EXPECT_THROW((void)open(), DataError);
    EXPECT_EQ(contents(file), Bytes(5000, 'x')) << "and left as it is";
}

TEST_F(SqliteFile, OfAnotherProgramIsRefused) {
    std::filesystem::create_directories(file.parent_path());
    {
        sender::Database raw(file);
        raw.run("CREATE TABLE recipes(name TEXT)");
    }
    EXPECT_THROW((void)open(), DataError);
}

TEST_F(SqliteFile, IsRefusedWithAFlippedBitOrReadAsItWas) {
    FaultyDisk disk;
    disk.careless = true;
    const auto before = fill();
    const Bytes whole = contents(file);
    std::size_t refused = 0;
    std::size_t flips = 0;
    for (std::size_t at = 0; at < whole.size(); at += 149, ++flips) {
        Bytes damaged = whole;
        damaged[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        write(file, damaged);
        try {
            EXPECT_EQ(open().since(0), before) << "byte " << at;
        } catch (const Error&) {
            ++refused;
        }
        std::filesystem::remove(file.string() + "-wal");
        std::filesystem::remove(file.string() + "-shm");
    }
    EXPECT_GT(flips, 150U);
    EXPECT_GT(refused, flips / 40) << "most of a page is free space";
}

TEST_F(SqliteFile, EveryFlippedByteOfARawTransactionIsSeen) {
    FaultyDisk disk;
    disk.careless = true;
    (void)fill();
    const Bytes whole = contents(file);
    const Bytes raw(300, 1);
    const auto start = std::search(whole.begin(), whole.end(), raw.begin(), raw.end()) - whole.begin();
    ASSERT_LT(start, static_cast<std::ptrdiff_t>(whole.size()));
    for (std::ptrdiff_t at = start; at < start + 300; at += 7) {
        Bytes damaged = whole;
        damaged[static_cast<std::size_t>(at)] ^= 0x10;
        write(file, damaged);
        EXPECT_THAT(hint_of([&] { (void)open(); }), HasSubstr("is not what its seal says")) << at;
    }
}

TEST_F(SqliteFile, CutShortIsRefused) {
    FaultyDisk disk;
    disk.careless = true;
    (void)fill();
    const Bytes whole = contents(file);
    for (std::size_t size = 1; size < whole.size(); size += 997) {
        write(file, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
        EXPECT_THROW((void)open(), DataError) << size;
    }
}

/// A process that died leaves the log; its last write may be torn anywhere.
TEST_F(SqliteFile, WithATornLogHasEverythingUpToTheLastWholeCall) {
    FaultyDisk disk;
    disk.careless = true;
    tests::TemporaryFolder copies;
    Bytes log;
    Bytes main;
    {
        SqliteJournal journal = open();
        for (std::uint64_t nonce = 0; nonce < 6; ++nonce) {
            journal.append(entry(nonce, 1));
        }
        log = contents(file.string() + "-wal");
        main = contents(file);
    }
    ASSERT_GT(log.size(), 20'000U);
    std::size_t most = 0;
    for (std::size_t size = 0; size <= log.size(); size += 311) {
        const auto at = copies.path() / (std::to_string(size) + ".journal");
        write(at, main);
        write(at.string() + "-wal", Bytes(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(size)));
        std::vector<JournalEntry> kept;
        try {
            kept = SqliteJournal(at, owner()).since(0);
        } catch (const Error& error) {
            ADD_FAILURE() << "cut at " << size << ": " << error.what();
        }
        ASSERT_GE(kept.size(), most) << "a longer log never holds less; cut at " << size;
        most = kept.size();
        for (std::size_t i = 0; i < kept.size(); ++i) {
            EXPECT_EQ(kept[i], entry(i, 1));
        }
    }
    EXPECT_GE(most, 5U);
}

TEST_F(SqliteFile, TakenOverByASecondLetsTheFirstKeepNothing) {
    SqliteJournal first = open();
    first.append(entry(0, 1));
    SqliteJournal second = open();

    EXPECT_THAT(hint_of([&] { first.append(entry(1, 1)); }), HasSubstr("another process took over"));
    EXPECT_THROW(first.advance(entry(0, 1).signed_bytes.hash, Stage::Sent), EnvironmentError);
    EXPECT_THROW(first.abandon(0), EnvironmentError);
    EXPECT_THROW(first.intend("x", "x"), EnvironmentError);
    EXPECT_NO_THROW(second.append(entry(1, 1)));
    EXPECT_EQ(second.since(0).size(), 2U);
}

TEST_F(SqliteFile, WaitsForTheDiskWhereSomethingMayNeverBeForgotten) {
    FaultyDisk disk;
    SqliteJournal journal = open();
    journal.append(entry(0, 1));
    const auto syncs_of = [&](const auto& act) {
        const int before = disk.syncs;
        act();
        return disk.syncs - before;
    };

    EXPECT_EQ(syncs_of([&] { journal.append(entry(1, 1)); }), 1);
    EXPECT_EQ(syncs_of([&] { journal.abandon(1); }), 1);
    EXPECT_EQ(syncs_of([&] { journal.advance(entry(0, 1).signed_bytes.hash, Stage::Sent); }), 0);
    EXPECT_EQ(syncs_of([&] { journal.intend("job 1/0", "x"); }), 0);
}

TEST_F(SqliteFile, OnAFullDiskSaysSoAndKeepsWhatItHad) {
    FaultyDisk disk;
    SqliteJournal journal = open();
    journal.append(entry(0, 1));
    disk.full = true;

    const std::string told = hint_of([&] { journal.append(entry(1, 1)); });

    EXPECT_THAT(told, HasSubstr("full"));
    EXPECT_THAT(told, HasSubstr(file.string()));
    EXPECT_THAT(told, HasSubstr("free space"));
    disk.full = false;
    EXPECT_EQ(journal.since(0).size(), 1U);
    EXPECT_NO_THROW(journal.append(entry(1, 1))) << "and goes on when there is space again";
}

TEST_F(SqliteFile, InAReadOnlyFolderSaysSo) {
    (void)fill();
    FaultyDisk disk;
    disk.read_only = true;
    EXPECT_THAT(hint_of([&] { (void)open(); }), HasSubstr("writable for this user"));
}

TEST_F(SqliteFile, WhoseFolderIsAFileSaysSo) {
    write(folder.path() / "keys", {1});
    EXPECT_THAT(hint_of([&] { (void)open(); }), HasSubstr((folder.path() / "keys").string()));
}

TEST_F(SqliteFile, OfADirectoryIsRefused) {
    std::filesystem::create_directories(file);
    EXPECT_THROW((void)open(), EnvironmentError);
}

TEST_F(SqliteFile, ASenderOnAFullDiskSendsNothing) {
    FaultyDisk disk;
    SqliteJournal journal = open();
    SenderBench bench;
    sender::Sender sender(bench.client, bench.key, journal, bench.clock, bench.pause, bench.settings);
    ASSERT_TRUE(succeeded(sender.send(outgoing(1))));
    disk.full = true;

    EXPECT_THROW((void)sender.send(outgoing(2)), EnvironmentError);
    EXPECT_EQ(bench.chain.received.size(), 1U);
}

TEST_F(SqliteFile, ASenderThatWasTakenOverSendsNothing) {
    SqliteJournal first = open();
    SenderBench bench;
    sender::Sender sender(bench.client, bench.key, first, bench.clock, bench.pause, bench.settings);
    ASSERT_TRUE(succeeded(sender.send(outgoing(1))));
    const SqliteJournal second = open();

    EXPECT_THROW((void)sender.send(outgoing(2)), EnvironmentError);
    EXPECT_EQ(bench.chain.received.size(), 1U);
}

TEST_F(SqliteFile, GoesOnInAnotherProcess) {
    SenderBench bench;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (acted && method == "eth_sendRawTransaction") {
            throw std::runtime_error("dies");
        }
    };
    const auto start = [&](const auto& act) {
        SqliteJournal journal = open();
        sender::Sender sender(bench.client, bench.key, journal, bench.clock, bench.pause, bench.settings);
        act(sender);
    };
    EXPECT_THROW(start([&](auto& sender) { (void)sender.send(outgoing(1)); }), std::runtime_error);
    bench.chain.watch = {};

    start([&](auto& sender) {
        sender.recover();
        EXPECT_EQ(sender.take_recovered().size(), 1U);
    });

    EXPECT_EQ(bench.done(), Bytes{1});
    EXPECT_EQ(bench.different_bytes().size(), 1U);
}

}  // namespace
}  // namespace cone::test
