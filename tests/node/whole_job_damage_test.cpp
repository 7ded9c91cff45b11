// Whole jobs over a damaged store and with noise in the mail.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "cone/base/rng.hpp"
#include "tests/node/whole_job.hpp"

namespace cone::node {
namespace {

using Damage = std::function<void(training::TrainingState&)>;

/// What a store may hand out instead of the agreed state; every member that has to read it must refuse it.
const std::pair<const char*, Damage> kDamages[] = {
    {"weights", [](auto& state) { state.weights.push_back('!'); }},
    {"distribution", [](auto& state) { state.distribution.at(0) *= 2; }},
    {"not a number", [](auto& state) { state.distribution.at(0) = std::nan(""); }},
    {"accesses", [](auto& state) { ++state.accesses.at(1); }},
    {"rounds", [](auto& state) { ++state.rounds_done; }},
};

TEST(WholeJob, DamagedStoreCostsVotesNeverCorrectness) {
    for (const auto& [what, damage] : kDamages) {
        JobHarness job({});
        job.store().damage_reads(damage);
        const auto outcome = job.run();

        // Those who computed the segment before themselves need no store, and their votes are enough.
        EXPECT_EQ(outcome.state.status, RunStatus::Settled) << what;
        EXPECT_EQ(job.chain().verdict(SegmentIndex(2)), honest_verdict()) << what;
        EXPECT_TRUE(std::any_of(job.lines().begin(), job.lines().end(), [](const auto& line) {
            return line.find("is not what the digest says") != std::string::npos;
        })) << what;
    }
}

TEST(WholeJob, GarbageUnderAnAgreedDigestIsReplacedByTheFirstThatKnowsBetter) {
    JobHarness job({});
    job.store().put(honest_verdict(1), {Bytes{1}, {}, {}, 0});
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    EXPECT_TRUE(job.chain().slashed().empty());
}

TEST(WholeJob, RandomBytesInTheMailChangeNothing) {
    JobHarness job({});
    const Rng rng(std::uint64_t{5}, RngStream::Probe, 0);
    std::uint64_t draw = 0;
    const auto outcome = job.run([&](JobHarness& h) {
        Bytes noise(rng.below(draw++, 64));
        for (auto& byte : noise) {
            byte = static_cast<std::uint8_t>(rng.bits(draw++));
        }
        h.mailbox_of(draw % 6).send(kBridgeRank, noise);
    });

    expect_settled_right(job, outcome);
}

}  // namespace
}  // namespace cone::node
