// One bridge a key: the second is told who has it, a dead one frees it, one that stands still is overtaken (R19).
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/lease.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "bridge/rpc/failure.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::sender {
namespace {

using testing::HasSubstr;

class KeyLease : public testing::Test {
protected:
    /// The other's clock moves with ours.
    class Waiting final : public rpc::Pause {
    public:
        explicit Waiting(ManualClock& clock) : clock_(clock) {}
        bool wait(Millis span) override {
            clock_.advance(span);
            if (meanwhile) {
                meanwhile();
            }
            return true;
        }
        std::function<void()> meanwhile;

    private:
        ManualClock& clock_;
    };

    std::string refusal(LeaseSettings settings = {}) {
        try {
            const Lease second(file, clock, pause, settings);
        } catch (const LeaseHeld& held) {
            return held.what();
        }
        return "got it";
    }

    tests::TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "keys" / "bridge.lease";
    ManualClock clock;
    Waiting pause{clock};
};

TEST_F(KeyLease, TellsTheSecondWhoHasIt) {
    const Lease first(file, clock, pause);

    const std::string told = refusal();

    EXPECT_THAT(told, HasSubstr("pid " + std::to_string(::getpid()) + " on "));
    EXPECT_THAT(told, HasSubstr(file.string()));
    EXPECT_EQ(clock.now(), Millis(0)) << "at once";
}

TEST_F(KeyLease, IsFreeWhenItsHolderIsGone) {
    { const Lease first(file, clock, pause); }
    EXPECT_EQ(refusal(), "got it");
}

TEST_F(KeyLease, IsFreeWhenItsHolderWasKilled) {
    std::array<int, 2> ready{};
    ASSERT_EQ(::pipe(ready.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const Lease held(file, clock, pause);
        (void)!::write(ready[1], "x", 1);
        ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    EXPECT_THAT(refusal(), HasSubstr("pid " + std::to_string(child)));

    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);

    EXPECT_EQ(refusal(), "got it");
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_F(KeyLease, IsGotByWaitingForItsHolderToEnd) {
    auto first = std::make_optional<Lease>(file, clock, pause);
    int waits = 0;
    pause.meanwhile = [&] {
        if (++waits == 3) {
            first.reset();
        }
    };

    EXPECT_EQ(refusal({.patience = Millis(10'000)}), "got it");
    EXPECT_EQ(waits, 3);
}

TEST_F(KeyLease, OfAHolderThatStandsStillIsTakenOverAndTheHolderLearnsIt) {
    Lease frozen(file, clock, pause);

    {
        const Lease second(file, clock, pause, {.patience = Millis(100'000)});
        EXPECT_GE(clock.now(), Millis(60'000));
        EXPECT_LE(clock.now(), Millis(62'000));
        EXPECT_THROW(frozen.beat(), EnvironmentError);
        EXPECT_THAT(refusal(), HasSubstr("another bridge"));
    }
    EXPECT_THROW(frozen.beat(), EnvironmentError) << "also when the second has ended";
}

TEST_F(KeyLease, OfALivingHolderIsNeverTakenOver) {
    Lease first(file, clock, pause);
    pause.meanwhile = [&] { first.beat(); };

    EXPECT_THAT(refusal({.patience = Millis(600'000)}), HasSubstr("another bridge"));
    EXPECT_GE(clock.now(), Millis(600'000));
    EXPECT_NO_THROW(first.beat());
}

TEST_F(KeyLease, BeatsNoMoreOftenThanNeeded) {
    Lease lease(file, clock, pause);
    const auto text = [&] {
        std::ifstream in(file);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const std::string before = text();
    lease.beat();
    EXPECT_EQ(text(), before);
    clock.advance(Millis(5'000));
    lease.beat();
    EXPECT_NE(text(), before);
}

TEST_F(KeyLease, WhoseFolderCannotBeMadeSaysSo) {
    std::ofstream(folder.path() / "keys") << "a file";
    EXPECT_THROW(Lease(file, clock, pause), EnvironmentError);
}

TEST_F(KeyLease, IsNotWaitedForWhenStopped) {
    const Lease first(file, clock, pause);
    rpc::StoppablePause stopped;
    stopped.stop();
    EXPECT_THROW(Lease(file, clock, stopped, {.patience = Millis(100'000)}), rpc::Stopped);
}

}  // namespace
}  // namespace cone::sender
