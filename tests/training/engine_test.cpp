// A segment is a function of job, task and state: not of ranks, threads, or what ran before.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/engine.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <limits>
#include <set>
#include <stdexcept>

#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "cone/market/round.hpp"
#include "cone/model/weights.hpp"
#include "cone/trace/documents.hpp"
#include "cone/training/custodial.hpp"
#include "tests/training/small_job.hpp"

namespace cone::training {
namespace {

using testing::HasSubstr;

std::vector<Hash32> digests(const std::vector<SegmentResult>& results) {
    std::vector<Hash32> out;
    for (const auto& result : results) {
        out.push_back(result.digest);
    }
    return out;
}

TEST(Engine, AnyTeamSizeGivesOneDigest) {
    for (const auto kind : {job::Aggregation::COsmd, job::Aggregation::OsmdDm, job::Aggregation::FedAvg}) {
        const auto job = tests::make_small_job([&](job::JobSpec& spec) { spec.osmd.aggregation = kind; });
        const auto solo = tests::run_segments(*job, 1, 2);

        for (const int ranks : {2, 3}) {
            const auto team = tests::run_segments(*job, ranks, 2);
            EXPECT_EQ(digests(team), digests(solo)) << ranks;
            EXPECT_EQ(team[1].witness, solo[1].witness) << ranks;
            EXPECT_EQ(team[1].state, solo[1].state) << ranks;
            EXPECT_EQ(team[1].trace, solo[1].trace) << ranks;
        }
    }
}

TEST(Engine, ASegmentDependsOnItsStateOnly) {
    const auto job = tests::make_small_job();
    const auto chain = tests::run_segments(*job, 1, 2);
    TrainingEngine fresh(job->context, job->data);
    comm::SoloCommunicator solo;

    const auto again = fresh.run({.segment = SegmentIndex(1),
                                  .attempt = AttemptIndex(0),
                                  .previous_digest = chain[0].digest,
                                  .attempt_seed = tests::seed_numbered(7)},
                                 chain[0].state, solo, {});

    EXPECT_EQ(again.digest, chain[1].digest);
    EXPECT_EQ(again.witness, chain[1].witness);
}

TEST(Engine, TheDigestBindsWhatTheSegmentLeft) {
    const auto job = tests::make_small_job();
    const auto results = tests::run_segments(*job, 1, 2);
    const auto& last = results[1];

    EXPECT_EQ(last.digest, hash::segment_digest(last.opening));
    EXPECT_EQ(last.opening.previous_digest, results[0].digest);
    EXPECT_EQ(last.opening.job_hash, job->context.job_hash);
    EXPECT_EQ(last.opening.segment, SegmentIndex(1));
    EXPECT_EQ(last.opening.state_root, hash::bytes_root(last.state.weights));
    EXPECT_EQ(last.opening.osmd_root, hash::osmd_root(trace::canonical_distribution(last.state.distribution)));
    EXPECT_EQ(last.opening.accesses_root, hash::accesses_root(last.state.accesses));
    EXPECT_EQ(last.opening.metric_bp, last.trace.back().metric_bp);
    EXPECT_EQ(last.state.rounds_done, 4u);
    EXPECT_EQ(last.trace.front().round, 2u);
    EXPECT_NE(results[0].digest, last.digest);
}

TEST(Engine, TheWitnessFollowsTheAttemptAndTheDigestDoesNot) {
    const auto job = tests::make_small_job();
    const auto first = tests::run_segments(*job, 1, 1, 7);
    const auto second = tests::run_segments(*job, 2, 1, 8);

    EXPECT_EQ(first[0].digest, second[0].digest);
    EXPECT_NE(first[0].witness, second[0].witness);
}

TEST(Engine, TheWitnessIsMadeOfTheTraceThatTheDigestBinds) {
    const auto job = tests::make_small_job();
    const auto result = tests::run_segments(*job, 1, 1)[0];

    EXPECT_EQ(result.opening.trace_root, trace::trace_root(result.trace));
    EXPECT_EQ(result.witness, hash::witness(tests::seed_numbered(7), result.opening.trace_root));
    auto other = result.opening;
    other.trace_root.bytes[0] ^= 1;
    EXPECT_NE(hash::segment_digest(other), result.digest);
}

/// What the next segment's members hold does not say what the updates before were worth.
TEST(Engine, ATraceTellsWhatEachPickedSellersUpdateWasWorth) {
    const auto job = tests::make_small_job();
    const auto trace = tests::run_segments(*job, 2, 1)[0].trace;
    for (const auto& round : trace) {
        const std::set<std::uint32_t> picked(round.draws.begin(), round.draws.end());
        ASSERT_EQ(round.gains.size(), picked.size());
        std::vector<std::uint32_t> worth;
        std::size_t position = 0;
        for (const auto seller : picked) {
            if (round.gains[position++] > 0) {
                worth.push_back(seller);
            }
        }
        EXPECT_EQ(round.passed, worth);
    }
}

// What issue "one digest on any machine" asks of a team: sellers or virtual shards over the ranks, any number of threads.
TEST(Engine, HowWorkIsSharedOutChangesNoBit) {
    for (const std::uint32_t shards : {1u, 2u, 4u}) {
        const auto job = tests::make_small_job([&](job::JobSpec& spec) { spec.local.virtual_shards = shards; });
        const auto alone = tests::run_segments(*job, 1, 1)[0];
        for (const int ranks : {1, 2, 3}) {
            for (const auto split : {Split::Sellers, Split::Shards}) {
                const auto shared = tests::run_segments(*job, ranks, 1, 7, {.threads = 2, .split = split})[0];
                EXPECT_EQ(shared.digest, alone.digest) << shards << " shards, " << ranks << " ranks";
                EXPECT_EQ(shared.witness, alone.witness);
            }
        }
    }
}

TEST(Engine, TheDigestOfTheSmallJobIsAConstant) {
    EXPECT_EQ(to_hex(tests::run_segments(*tests::make_small_job(), 1, 2)[1].digest),
              "0xc8de30fec8585d7aa51d92344c35d0a4c8f0b58f637120d7f14ac377bece3c97");
}

TEST(Engine, OneLabelMoreOrLessChangesTheDigest) {
    const auto job = tests::make_small_job();
    auto changed = std::make_shared<JobData>(*job->data);
    for (auto& shard : changed->sellers) {
        shard.labels[5] = static_cast<std::uint8_t>((shard.labels[5] + 1) % 4);
    }
    TrainingEngine engine(job->context, changed);
    comm::SoloCommunicator solo;

    const auto other = engine.run({.segment = SegmentIndex(0),
                                   .attempt = AttemptIndex(0),
                                   .previous_digest = job->context.job_hash,
                                   .attempt_seed = tests::seed_numbered(7)},
                                  engine.initial_state(), solo, {});

    EXPECT_NE(other.digest, tests::run_segments(*job, 1, 1)[0].digest);
}

TEST(Engine, ReportsEachRoundAndWhereTheTimeWent) {
    const auto job = tests::make_small_job();
    TrainingEngine engine(job->context, job->data);
    comm::SoloCommunicator solo;
    std::vector<std::uint32_t> rounds;

    const auto result =
        engine.run({.segment = SegmentIndex(0),
                    .attempt = AttemptIndex(0),
                    .previous_digest = job->context.job_hash,
                    .attempt_seed = tests::seed_numbered(7)},
                   engine.initial_state(), solo, [&](const RoundTrace& round) { rounds.push_back(round.round); });

    EXPECT_THAT(rounds, testing::ElementsAre(0, 1));
    EXPECT_GT(result.training_seconds, 0);
    EXPECT_GT(result.digest_seconds, 0);
}

TEST(Engine, Learns) {
    const auto job = tests::make_small_job([](job::JobSpec& spec) { spec.local.epochs = 6; });
    const auto results = tests::run_segments(*job, 2, 2);

    EXPECT_GT(results[1].trace.back().metric_bp, 9000u);
    EXPECT_GT(results[1].trace.back().utility, results[0].trace.front().utility);
}

/// One bit of one weight differs at rank 1: what a flipped bit in memory would do.
TEST(Engine, ATeamWhoseRanksHoldDifferentStatesStopsAndNamesTheRank) {
    const auto job = tests::make_small_job();
    std::vector<std::string> said(2);
    comm::spawn(2, [&](comm::ThreadRank& rank) {
        const auto at = static_cast<std::size_t>(rank.comm.rank());
        TrainingEngine engine(job->context, job->data);
        auto from = engine.initial_state();
        if (at == 1) {
            from.weights.back() ^= 1;
        }
        try {
            (void)engine.run({.segment = SegmentIndex(0),
                              .attempt = AttemptIndex(0),
                              .previous_digest = job->context.job_hash,
                              .attempt_seed = tests::seed_numbered(3)},
                             from, rank.comm, {});
        } catch (const CommError& error) {
            said[at] = error.what();
        }
    });
    EXPECT_THAT(said, testing::Each(HasSubstr("different states: 1 differ from 0")));
}

TEST(Engine, ADeadRankBreaksTheTeamInsteadOfHangingIt) {
    const auto job = tests::make_small_job();
    const auto run = [&] {
        comm::spawn(
            2,
            [&](comm::ThreadRank& rank) {
                TrainingEngine engine(job->context, job->data);
                if (rank.comm.rank() == 1) {
                    throw std::runtime_error("killed");
                }
                (void)engine.run({.segment = SegmentIndex(0),
                                  .attempt = AttemptIndex(0),
                                  .previous_digest = job->context.job_hash,
                                  .attempt_seed = tests::seed_numbered(7)},
                                 engine.initial_state(), rank.comm, {});
            },
            Millis{5000});
    };

    EXPECT_THROW(run(), CommError);
}

class StateRefusal : public testing::Test {
protected:
    std::string refusal(std::uint32_t segment, const TrainingState& state) {
        comm::SoloCommunicator solo;
        try {
            (void)engine_.run({.segment = SegmentIndex(segment),
                               .attempt = AttemptIndex(0),
                               .previous_digest = job_->context.job_hash,
                               .attempt_seed = tests::seed_numbered(7)},
                              state, solo, {});
        } catch (const DataError& error) {
            return error.what();
        }
        return "not refused";
    }

    std::unique_ptr<tests::SmallJob> job_ = tests::make_small_job();
    TrainingEngine engine_{job_->context, job_->data};
    TrainingState state_ = engine_.initial_state();
};

TEST_F(StateRefusal, NamesTheSegmentThatIsNotThere) {
    EXPECT_THAT(refusal(2, state_), HasSubstr("the job has 2 segments"));
}

TEST_F(StateRefusal, AStateOfAnotherSegment) {
    EXPECT_THAT(refusal(1, state_), HasSubstr("0 rounds are done, 2 come before it"));
    state_.rounds_done = 2;
    EXPECT_THAT(refusal(0, state_), HasSubstr("2 rounds are done"));
}

TEST_F(StateRefusal, AnotherNumberOfSellers) {
    state_.accesses.pop_back();
    EXPECT_THAT(refusal(0, state_), HasSubstr("5 access counts for 6 sellers"));
}

TEST_F(StateRefusal, AProbabilityThatIsNone) {
    for (const double bad : {-0.5, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
        state_.distribution[2] = bad;
        EXPECT_THAT(refusal(0, state_), HasSubstr("not in [0, 1]"));
    }
}

TEST_F(StateRefusal, WeightsThatAreNotFinite) {
    const float bad = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(state_.weights.data() + state_.weights.size() - sizeof(bad), &bad, sizeof(bad));

    EXPECT_THAT(refusal(0, state_), HasSubstr("\"fc3.weight\" holds a value that is not finite"));
}

TEST_F(StateRefusal, WeightsThatAreNoDocument) {
    state_.weights.resize(100);
    EXPECT_NE(refusal(0, state_), "not refused");
}

TEST(MakeEngine, RefusesAProfileItCannotHonour) {
    const auto job = tests::make_small_job();
    auto context = job->context;
    context.spec.profile.probe.bytes[0] ^= 1;

    try {
        (void)make_engine(context, job->store);
        ADD_FAILURE() << "another probe was accepted";
    } catch (const EnvironmentError& error) {
        EXPECT_THAT(error.what(), HasSubstr("this machine computes other bits"));
    }
    EXPECT_NE(make_engine(job->context, job->store), nullptr);
}

}  // namespace
}  // namespace cone::training
