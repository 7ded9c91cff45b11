// The MPI communicator and mailbox under real mpirun, at 1, 2, 3 and 4 ranks.
// SPDX-License-Identifier: Apache-2.0
#include "cone/comm/mpi_world.hpp"

#include <gtest/gtest.h>

#include <map>

#include "cone/base/errors.hpp"
#include "cone/comm/backoff.hpp"
#include "cone/comm/cores.hpp"
#include "tests/comm/collective_checks.hpp"

namespace cone::comm {
namespace {

MpiWorld* world = nullptr;

std::optional<Mail> wait_for_mail(Mailbox& mailbox, Millis limit = Millis{20000}) {
    const SteadyClock clock;
    const Deadline deadline = Deadline::in(clock, limit);
    for (Backoff backoff; !deadline.passed(clock); backoff.wait()) {
        if (auto mail = mailbox.try_receive()) {
            return mail;
        }
    }
    return std::nullopt;
}

void flush(Mailbox& mailbox) {
    for (Backoff backoff; mailbox.pending_sends() > 0; backoff.wait()) {
    }
}

TEST(MpiTeam, CollectivesAreExact) {
    const auto team = world->split_team(0, Millis{20000});
    ASSERT_EQ(team->size(), world->size());
    EXPECT_EQ(team->cores_each(), usable_cores() / world->size()) << "one machine";
    check_all(*team);
}

TEST(MpiTeam, CollectivesAreExactInSmallPieces) {
    const auto team = world->split_team(0, Millis{20000}, 64);
    check_all(*team);
}

TEST(MpiTeam, TeamsDoNotMix) {
    const auto team = world->split_team(world->rank() % 2, Millis{20000});
    std::vector<std::int64_t> value{world->rank() % 2};

    team->all_reduce_sum(value);

    EXPECT_EQ(value.front(), (world->rank() % 2) * team->size());
}

TEST(MpiMail, EverybodyWritesToEverybodyInOrder) {
    const auto mailbox = world->open_mailbox();
    constexpr int kEach = 20;
    for (int to = 0; to < world->size(); ++to) {
        for (std::uint8_t i = 0; i < kEach; ++i) {
            mailbox->send(to, Bytes{static_cast<std::uint8_t>(world->rank()), i});
        }
    }
    std::map<int, std::uint8_t> next;
    for (int i = 0; i < kEach * world->size(); ++i) {
        const auto mail = wait_for_mail(*mailbox);
        ASSERT_TRUE(mail.has_value());
        EXPECT_EQ(mail->bytes, (Bytes{static_cast<std::uint8_t>(mail->from), next[mail->from]++}));
    }
    flush(*mailbox);
    EXPECT_TRUE(mailbox->failed_peers().empty());
}

TEST(MpiMail, CarriesLongMessages) {
    const auto mailbox = world->open_mailbox();
    const Bytes large(std::size_t{5} << 20, static_cast<std::uint8_t>(world->rank() + 1));
    mailbox->send((world->rank() + 1) % world->size(), large);

    const auto mail = wait_for_mail(*mailbox);

    ASSERT_TRUE(mail.has_value());
    EXPECT_EQ(mail->bytes, Bytes(large.size(), static_cast<std::uint8_t>(mail->from + 1)));
    flush(*mailbox);
}

TEST(MpiMail, RefusesForeignRanksAndTooMuch) {
    const auto mailbox = world->open_mailbox();
    EXPECT_THROW(mailbox->send(world->size(), {}), CommError);
    EXPECT_THROW(mailbox->send(-1, {}), CommError);
    EXPECT_THROW(mailbox->send(0, Bytes(kMaxMessageBytes + 1)), CommError);
}

// Rank 0 stays away until the others have given up; afterwards it joins, so that MPI can finalize.
TEST(MpiTeam, AbsentRankCostsTheDeadlineAndEndsTheTeam) {
    if (world->size() == 1) {
        GTEST_SKIP() << "a team of one has nobody to wait for";
    }
    const auto mailbox = world->open_mailbox();
    const auto team = world->split_team(0, Millis{world->rank() == 0 ? 20000 : 50});
    std::vector<std::int64_t> value{1};
    if (world->rank() == 0) {
        for (int i = 1; i < world->size(); ++i) {
            ASSERT_TRUE(wait_for_mail(*mailbox).has_value());
        }
        team->all_reduce_sum(value);
        EXPECT_EQ(value.front(), world->size());
        for (int to = 1; to < world->size(); ++to) {
            mailbox->send(to, Bytes{1});
        }
    } else {
        EXPECT_THROW(team->all_reduce_sum(value), CommError);
        EXPECT_EQ(value.front(), 1) << "memory of the caller was touched";
        EXPECT_THROW((void)team->broadcast({}, 0), CommError) << "a broken team goes on";
        mailbox->send(0, Bytes{1});
        ASSERT_TRUE(wait_for_mail(*mailbox).has_value());
    }
    flush(*mailbox);
}

}  // namespace
}  // namespace cone::comm

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    cone::comm::MpiWorld mpi(argc, argv);
    cone::comm::world = &mpi;
    if (mpi.rank() != 0) {
        delete testing::UnitTest::GetInstance()->listeners().Release(
            testing::UnitTest::GetInstance()->listeners().default_result_printer());
    }
    const int failed = RUN_ALL_TESTS();
    if (failed != 0) {
        std::fprintf(stderr, "rank %d: a check failed\n", mpi.rank());
    }
    return failed;
}
