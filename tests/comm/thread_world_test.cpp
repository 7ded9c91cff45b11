// Ranks as threads: exact collectives, ordered mail, and what a dead or late rank does to the others.
// SPDX-License-Identifier: Apache-2.0
#include "cone/comm/thread_world.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "cone/base/errors.hpp"
#include "cone/comm/backoff.hpp"
#include "tests/comm/collective_checks.hpp"

namespace cone::comm {
namespace {

class ThreadRanks : public testing::TestWithParam<int> {};

TEST_P(ThreadRanks, CollectivesAreExact) {
    spawn(GetParam(), [](ThreadRank& self) { check_all(self.comm); });
}

TEST_P(ThreadRanks, RunsManyCollectivesInARow) {
    spawn(GetParam(), [](ThreadRank& self) {
        for (int turn = 0; turn < 200; ++turn) {
            std::vector<std::int64_t> value{turn};
            self.comm.all_reduce_sum(value);
            ASSERT_EQ(value.front(), turn * self.comm.size());
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Sizes, ThreadRanks, testing::Values(1, 2, 3, 4, 7));

TEST(ThreadRanks, SumWrapsLikeMpi) {
    spawn(2, [](ThreadRank& self) {
        std::vector<std::int64_t> value{std::numeric_limits<std::int64_t>::max()};
        self.comm.all_reduce_sum(value);
        EXPECT_EQ(value.front(), -2);
    });
}

TEST(ThreadRanks, RefusesSizesThatDiffer) {
    std::atomic<int> refused = 0;
    spawn(3, [&](ThreadRank& self) {
        std::vector<std::int64_t> values(self.comm.rank() == 1 ? 1023 : 1024);
        try {
            self.comm.all_reduce_sum(values);
        } catch (const CommError& error) {
            EXPECT_NE(std::string(error.what()).find("size differs"), std::string::npos) << error.what();
            ++refused;
        }
    });
    EXPECT_EQ(refused, 3);
}

TEST(ThreadRanks, DeadRankBreaksTheCollectiveOfItsGroupOnly) {
    const auto world = ThreadWorld::create(3, Millis{5000});
    auto pair = world->make_group({0, 1});
    auto other = world->make_group({2});

    world->kill(1);

    std::vector<std::int64_t> value{5};
    EXPECT_THROW(pair[0]->all_reduce_sum(value), CommError);
    EXPECT_NO_THROW(other[0]->all_reduce_sum(value));
    EXPECT_EQ(value.front(), 5);
}

TEST(ThreadRanks, AbsentRankCostsTheDeadline) {
    const auto world = ThreadWorld::create(2, Millis{5});
    auto group = world->make_group({0, 1});
    EXPECT_THROW((void)group[0]->all_gather({}), CommError);
}

TEST(ThreadRanks, RethrowsWhatARankThrew) {
    EXPECT_THROW(spawn(2,
                       [](ThreadRank& self) {
                           if (self.comm.rank() == 1) {
                               throw DataError("rank 1 gives up");
                           }
                       }),
                 DataError);
}

Mail wait_for_mail(Mailbox& mailbox) {
    Backoff backoff;
    for (;;) {
        if (auto mail = mailbox.try_receive()) {
            return *mail;
        }
        backoff.wait();
    }
}

TEST(ThreadMail, KeepsTheOrderOfEachSender) {
    spawn(3, [](ThreadRank& self) {
        if (self.mailbox.rank() != 0) {
            for (std::uint8_t i = 0; i < 50; ++i) {
                self.mailbox.send(0, Bytes{i});
            }
            return;
        }
        std::map<int, std::uint8_t> next;
        for (int i = 0; i < 100; ++i) {
            const Mail mail = wait_for_mail(self.mailbox);
            EXPECT_EQ(mail.bytes.at(0), next[mail.from]++);
        }
    });
}

TEST(ThreadMail, RefusesForeignRanks) {
    const auto world = ThreadWorld::create(2, Millis{5});
    const auto mailbox = world->mailbox(0);
    EXPECT_THROW(mailbox->send(2, {}), CommError);
    EXPECT_THROW(mailbox->send(-1, {}), CommError);
    EXPECT_FALSE(mailbox->try_receive().has_value());
}

TEST(ThreadMail, DeadRanksAreSeenAndSwallowMail) {
    const auto world = ThreadWorld::create(2, Millis{5});
    const auto mailbox = world->mailbox(0);
    world->kill(1);

    mailbox->send(1, Bytes{1});

    EXPECT_EQ(mailbox->failed_peers(), std::set<int>{1});
    EXPECT_FALSE(world->mailbox(1)->try_receive().has_value());
}

}  // namespace
}  // namespace cone::comm
