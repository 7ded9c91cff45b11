// The lifeguard: a frozen process is killed by its guard, a late one leaves with its code, and no guard outlives its ward.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/lifeguard.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace cone::node {
namespace {

/// Runs `body` in a child process; its wait status. The write end of `held` lives as long as the child and its guard.
int status_of(const std::function<void()>& body, int* held_read = nullptr) {
    int held[2];
    EXPECT_EQ(pipe(held), 0);
    const pid_t child = fork();
    if (child == 0) {
        close(held[0]);
        body();
        _exit(0);
    }
    close(held[1]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    if (held_read != nullptr) {
        *held_read = held[0];
    } else {
        close(held[0]);
    }
    return status;
}

TEST(Lifeguard, KillsAFrozenProcess) {
    const int status = status_of([] {
        const Lifeguard lifeguard(Millis{1000});
        (void)std::raise(SIGSTOP);
    });

    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST(Lifeguard, EndsAProcessThatIsTooLateWithItsCode) {
    const int status = status_of([] {
        Lifeguard lifeguard(Millis{0});
        lifeguard.leave_within(Millis{1}, 75);
        pause();
    });

    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 75);
}

TEST(Lifeguard, LeavesAProcessAloneThatEndsInTime) {
    const int status = status_of([] {
        Lifeguard lifeguard(Millis{5000});
        lifeguard.leave_within(Millis{60000}, 75);
    });

    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

/// End of file on a pipe that the guard inherited: it is gone. The test's own timeout bounds the wait.
TEST(Lifeguard, GuardEndsWithAWardThatWasKilled) {
    int held = -1;
    const int status = status_of(
        [] {
            const Lifeguard lifeguard(Millis{60000});
            (void)std::raise(SIGKILL);
        },
        &held);

    EXPECT_TRUE(WIFSIGNALED(status));
    char byte = 0;
    EXPECT_EQ(read(held, &byte, 1), 0);
    close(held);
}

}  // namespace
}  // namespace cone::node
