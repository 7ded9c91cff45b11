// A program that has read a key leaves no core file. Each case is a process of its own: a limit cannot be taken back.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/core_dumps.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

namespace cone::cli {
namespace {

int status_of(const std::function<void()>& act) {
    const pid_t child = ::fork();
    if (child == 0) {
        act();
        ::_exit(99);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

rlimit core_limit() {
    rlimit limit{};
    EXPECT_EQ(::getrlimit(RLIMIT_CORE, &limit), 0);
    return limit;
}

/// As many core files as one may leave.
void allow_all() {
    rlimit limit = core_limit();
    limit.rlim_cur = limit.rlim_max;
    EXPECT_EQ(::setrlimit(RLIMIT_CORE, &limit), 0);
}

TEST(CoreDumps, AreForbiddenForGood) {
    const int status = status_of([] {
        allow_all();
        forbid_core_dumps();
        const rlimit limit = core_limit();
        ::_exit(limit.rlim_cur <= 1 && limit.rlim_max <= 1 ? 0 : 1);
    });
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(CoreDumps, OfAnAbortIsNone) {
    const int status = status_of([] {
        allow_all();
        forbid_core_dumps();
        std::abort();
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
    EXPECT_FALSE(WCOREDUMP(status));
}

TEST(CoreDumps, MayBeForbiddenTwice) {
    const int status = status_of([] {
        forbid_core_dumps();
        forbid_core_dumps();
        ::_exit(core_limit().rlim_cur <= 1 ? 0 : 1);
    });
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

/// What CONE_CORE_DUMPS=value leaves of the limit: 0 all of it, 1 less, 2 there was none to begin with.
int left_with(const char* value) {
    return status_of([value] {
        allow_all();
        const rlim_t before = core_limit().rlim_cur;
        ::setenv("CONE_CORE_DUMPS", value, 1);
        forbid_core_dumps();
        ::_exit(before <= 1 ? 2 : core_limit().rlim_cur == before ? 0 : 1);
    });
}

TEST(CoreDumps, AreLeftToWhoAsksForThem) {
    const int asked = left_with("1");
    if (WEXITSTATUS(asked) == 2) {
        GTEST_SKIP() << "this machine allows no core files";
    }
    EXPECT_EQ(WEXITSTATUS(asked), 0);
    EXPECT_EQ(WEXITSTATUS(left_with("0")), 1) << "only 1 is a yes";
    EXPECT_EQ(WEXITSTATUS(left_with("")), 1);
}

}  // namespace
}  // namespace cone::cli
