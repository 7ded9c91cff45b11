// A round with sellers that misbehave: each is handled by a rule, the same on every team.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/round.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>

#include "cone/base/errors.hpp"
#include "cone/model/weights.hpp"
#include "cone/training/custodial.hpp"
#include "tests/training/small_job.hpp"

namespace cone::training {
namespace {

/// The real source, except for what `spoil` does to the updates.
class SpoiledSource final : public UpdateSource {
public:
    using Spoil = std::function<void(std::uint32_t seller, std::vector<float>& delta)>;
    SpoiledSource(const job::JobSpec& spec, const JobData& data, model::Trainer& trainer, Spoil spoil)
        : honest_(spec, data, trainer), spoil_(std::move(spoil)) {}
    Update update(const UpdateTask& task) override {
        auto update = honest_.update(task);
        spoil_(task.seller.value, update.delta);
        return update;
    }

private:
    CustodialUpdateSource honest_;
    Spoil spoil_;
};

struct Played {
    RoundTrace trace;
    LiveState before;
    LiveState after;
};

/// Round 0 from the initial state on a team of `ranks`.
Played play(const tests::SmallJob& job, int ranks, const SpoiledSource::Spoil& spoil) {
    Played played;
    comm::spawn(ranks, [&](comm::ThreadRank& rank) {
        const auto& spec = job.context.spec;
        const auto trainer_owner = make_trainer(spec.model, spec.profile);
        model::Trainer& trainer = *trainer_owner;
        SpoiledSource source(spec, *job.data, trainer, spoil);
        Timing timing;
        LiveState state{.weights = model::initial_weights(trainer.network(), 1),
                        .distribution = std::vector<double>(6, 1.0 / 6),
                        .accesses = std::vector<std::uint32_t>(6, 0),
                        .utility = -1.5};
        const auto before = state;
        auto trace = run_round({spec, *job.data, trainer, source, rank.comm, timing}, RoundIndex(0), state);
        if (rank.comm.rank() == ranks - 1) {
            played = {std::move(trace), before, std::move(state)};
        }
    });
    return played;
}

constexpr auto kHonest = [](std::uint32_t, std::vector<float>&) {};

/// A spec under which all six sellers are very likely picked, several of them twice.
std::unique_ptr<tests::SmallJob> job_with(job::Aggregation kind) {
    return tests::make_small_job([&](job::JobSpec& spec) {
        spec.osmd.aggregation = kind;
        spec.osmd.draws = 12;
        spec.local.epochs = 1;
    });
}

/// What the trace says that the update of a picked seller was worth.
double gain_of(const RoundTrace& trace, std::uint32_t seller) {
    const std::set<std::uint32_t> picked(trace.draws.begin(), trace.draws.end());
    return trace.gains.at(static_cast<std::size_t>(std::distance(picked.begin(), picked.find(seller))));
}

TEST(Round, AnUpdateCountsWhenItWasWorthSomething) {
    const auto job = job_with(job::Aggregation::COsmd);
    const auto trace = play(*job, 1, kHonest).trace;
    for (std::uint32_t seller = 0; seller < 6; ++seller) {
        const bool drawn = std::count(trace.draws.begin(), trace.draws.end(), seller) > 0;
        const bool passed = std::count(trace.passed.begin(), trace.passed.end(), seller) > 0;
        EXPECT_EQ(passed, drawn && gain_of(trace, seller) > 0) << seller;
    }
}

TEST(Round, FedAvgAsksWhatNoUpdateWasWorth) {
    const auto trace = play(*job_with(job::Aggregation::FedAvg), 2, kHonest).trace;

    EXPECT_EQ(trace.gains.size(), std::set<std::uint32_t>(trace.draws.begin(), trace.draws.end()).size());
    EXPECT_THAT(trace.gains, testing::Each(-std::numeric_limits<double>::infinity()));
}

TEST(Round, KeepsItsBooks) {
    const auto job = job_with(job::Aggregation::COsmd);
    const auto played = play(*job, 1, kHonest);

    EXPECT_EQ(played.trace.draws.size(), 12u);
    EXPECT_EQ(played.trace.round, 0u);
    for (std::uint32_t seller = 0; seller < 6; ++seller) {
        const auto drawn = std::count(played.trace.draws.begin(), played.trace.draws.end(), seller);
        const bool passed = std::count(played.trace.passed.begin(), played.trace.passed.end(), seller) > 0;
        EXPECT_EQ(played.trace.accesses[seller], passed ? drawn : 0) << seller;
    }
    EXPECT_NEAR(std::accumulate(played.trace.distribution.begin(), played.trace.distribution.end(), 0.0), 1, 1e-12);
    EXPECT_EQ(played.trace.utility, played.after.utility);
}

TEST(Round, AnUpdateThatIsNotFiniteIsLeftOutUnderEveryRule) {
    for (const auto kind : {job::Aggregation::COsmd, job::Aggregation::OsmdDm, job::Aggregation::FedAvg}) {
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            const auto job = job_with(kind);
            const auto spoil = [&](std::uint32_t seller, std::vector<float>& delta) {
                if (seller == 1) {
                    delta[17] = bad;
                }
            };
            const auto solo = play(*job, 1, spoil);

            EXPECT_EQ(solo.trace.accesses[1], 0u);
            EXPECT_EQ(gain_of(solo.trace, 1), -std::numeric_limits<double>::infinity());
            EXPECT_EQ(std::count(solo.trace.passed.begin(), solo.trace.passed.end(), 1u), 0);
            EXPECT_GT(std::count(solo.trace.draws.begin(), solo.trace.draws.end(), 1u), 0)
                << "the case needs seller 1 to be drawn";
            EXPECT_TRUE(
                std::all_of(solo.after.weights.begin(), solo.after.weights.end(), [](float w) { return std::isfinite(w); }));
            EXPECT_EQ(play(*job, 3, spoil).trace, solo.trace);
        }
    }
}

TEST(Round, WhenNobodyPassesTheModelStays) {
    const auto job = job_with(job::Aggregation::COsmd);
    const auto played = play(*job, 2, [](std::uint32_t, std::vector<float>& delta) {
        for (auto& value : delta) {
            value = std::numeric_limits<float>::quiet_NaN();
        }
    });

    EXPECT_EQ(played.after.weights, played.before.weights);
    EXPECT_THAT(played.trace.passed, testing::IsEmpty());
    EXPECT_THAT(played.trace.accesses, testing::Each(0u));
}

TEST(Round, OneSellerCannotOutweighTheOthersByScale) {
    const auto job = job_with(job::Aggregation::COsmd);
    const auto largest_move = [&](float factor) {
        const auto played = play(*job, 1, [&](std::uint32_t seller, std::vector<float>& delta) {
            for (auto& value : delta) {
                value *= seller == 0 ? factor : 1.0f;
            }
        });
        double squared = 0;
        for (std::size_t i = 0; i < played.after.weights.size(); ++i) {
            const double move = double{played.after.weights[i]} - played.before.weights[i];
            squared += move * move;
        }
        return std::sqrt(squared);
    };

    EXPECT_LE(largest_move(1e6f), 2 * largest_move(1.0f));
}

TEST(Round, FedAvgTakesEveryPickAndKeepsTheDistribution) {
    const auto job = job_with(job::Aggregation::FedAvg);
    const auto played = play(*job, 2, kHonest);

    EXPECT_EQ(std::accumulate(played.trace.accesses.begin(), played.trace.accesses.end(), 0u), 12u);
    EXPECT_EQ(played.trace.distribution, played.before.distribution);
}

TEST(Round, SellersWithWrongLabelsPassLessAndLoseWeight) {
    const auto job = tests::make_small_job([](job::JobSpec& spec) {
        spec.osmd.draws = 12;
        spec.local.epochs = 4;
    });
    auto results = tests::run_segments(*job, 1, 2);
    const auto& last = results.back().trace.back();

    EXPECT_LT(last.distribution[4] + last.distribution[5], 1.0 / 6);
    EXPECT_LT(last.accesses[4] + last.accesses[5], last.accesses[0] + last.accesses[1]);
}

TEST(Round, OverflowIsRefusedOnEveryRank) {
    const auto job = job_with(job::Aggregation::FedAvg);
    const auto spoil = [](std::uint32_t, std::vector<float>& delta) {
        std::fill(delta.begin(), delta.end(), std::numeric_limits<float>::max());
    };

    comm::spawn(2, [&](comm::ThreadRank& rank) {
        const auto& spec = job->context.spec;
        const auto trainer_owner = make_trainer(spec.model, spec.profile);
        model::Trainer& trainer = *trainer_owner;
        SpoiledSource source(spec, *job->data, trainer, spoil);
        Timing timing;
        LiveState state{.weights = std::vector<float>(trainer.network().values, std::numeric_limits<float>::max()),
                        .distribution = std::vector<double>(6, 1.0 / 6),
                        .accesses = std::vector<std::uint32_t>(6, 0)};
        const RoundTools tools{spec, *job->data, trainer, source, rank.comm, timing};
        EXPECT_THROW((void)run_round(tools, RoundIndex(3), state), DataError);
    });
}

TEST(LearningRate, DecaysByRepeatedMultiplication) {
    const job::LocalTraining local{.learning_rate = 0.1, .learning_rate_decay = 0.5};

    EXPECT_EQ(learning_rate_of(local, RoundIndex(0)), 0.1);
    EXPECT_EQ(learning_rate_of(local, RoundIndex(3)), 0.0125);
}

}  // namespace
}  // namespace cone::training
