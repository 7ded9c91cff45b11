// Who is accused of a false witness by one's own execution, when, and what keeps the digest closed until then.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/witness_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cone/base/errors.hpp"
#include "tests/node/wrong_verdict.hpp"

namespace cone::node {
namespace {

using namespace cone::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Address member(std::uint8_t number) {
    Address address;
    address.bytes[19] = number;
    return address;
}

/// A job of two segments that we executed, whose board and votes a test sets.
class Witnesses : public testing::Test {
protected:
    Witnesses() {
        Hash32 previous = letter_hash('J');
        for (std::uint32_t g = 0; g < 2; ++g) {
            executed.push_back({.job_hash = letter_hash('J'),
                                .segment = SegmentIndex(g),
                                .previous_digest = previous,
                                .state_root = letter_hash('a'),
                                .osmd_root = letter_hash('o'),
                                .metric_bp = 9500,
                                .accesses_root = letter_hash('c'),
                                .trace_root = letter_hash(static_cast<char>('t' + g))});
            previous = hash::segment_digest(executed.back());
            records.push_back(accepted_record(previous, executed.back().previous_digest));
        }
    }

    [[nodiscard]] CastVote vote(std::uint8_t who, std::uint32_t attempt, bool honest, std::uint32_t segment = 0) const {
        const auto& opening = executed[segment];
        const Hash32 seed = hash::segment_seed(letter_hash('s'), opening.previous_digest);
        const Hash32 worked = hash::witness(hash::attempt_seed(seed, AttemptIndex(attempt)), opening.trace_root);
        return {AttemptIndex(attempt),
                {0, member(who), hash::segment_digest(opening), honest ? worked : letter_hash('!'), {}, Bytes(64, who)}};
    }
    [[nodiscard]] WitnessWatch watch(bool may_act = true) { return {JobId(7), letter_hash('s'), ports(), may_act}; }
    static void run(WitnessWatch& watch, const std::vector<hash::DigestOpening>& executed) {
        for (int i = 0; i < 10; ++i) {
            (void)watch.step(executed);
        }
    }
    void make_final(std::size_t count) {
        for (std::size_t g = 0; g < count; ++g) {
            records[g].is_final = true;
        }
    }
    [[nodiscard]] std::vector<std::uint8_t> accused() const {
        std::vector<std::uint8_t> list;
        for (const auto& proof : proofs) {
            list.push_back(proof.vote.executor.bytes[19]);
        }
        return list;
    }

    std::vector<hash::DigestOpening> executed;
    std::vector<VerdictRecord> records;
    std::vector<VerdictRecord> records_of_second;  ///< empty: the same
    std::map<std::uint32_t, std::vector<CastVote>> votes;
    std::vector<ProveFalseWitness> proofs;
    std::vector<std::string> log;
    std::vector<std::string> said;
    std::string refusal;
    std::string trouble;
    std::string endpoint_trouble;
    std::size_t asked_for_votes = 0;

private:
    WitnessPorts ports() {
        return {.look_twice =
                    [this](SegmentIndex segment) {
                        const auto& second = records_of_second.empty() ? records : records_of_second;
                        std::array<EndpointReport, 2> seen{endpoint_report("http://a", records.at(segment.value)),
                                                           endpoint_report("http://b", second.at(segment.value))};
                        seen[1].failure = endpoint_trouble;
                        return seen;
                    },
                .votes =
                    [this](SegmentIndex segment, const Hash32&) {
                        ++asked_for_votes;
                        if (!trouble.empty()) {
                            throw RpcError(trouble);
                        }
                        return votes[segment.value];
                    },
                .prove =
                    [this](const ProveFalseWitness& proof) {
                        if (!refusal.empty()) {
                            throw ChainError(refusal);
                        }
                        proofs.push_back(proof);
                        return std::string("0x01");
                    },
                .record = [this](const auto& line) { log.push_back(line); },
                .say = [this](const auto& line) { said.push_back(line); },
                .unix_time = [] { return 1ULL; }};
    }
};

TEST_F(Witnesses, OfWhoWorkedAreLeftAlone) {
    make_final(2);
    votes[0] = {vote(1, 0, true), vote(2, 0, true), vote(3, 1, true), vote(4, 65537, true)};
    votes[1] = {vote(1, 0, true, 1)};
    auto watched = watch();
    run(watched, executed);

    EXPECT_THAT(proofs, IsEmpty());
    EXPECT_THAT(log, IsEmpty());
    EXPECT_TRUE(watched.done(2));
}

/// Two of the three in a later attempt collude: what the majority shows is no measure.
TEST_F(Witnesses, OfARingAreProvenAndTheHonestMemberBesideItIsNot) {
    make_final(2);
    votes[0] = {vote(1, 0, true), vote(2, 1, false), vote(3, 1, true), vote(4, 1, false)};
    votes[1] = {vote(2, 1, false, 1)};
    auto watched = watch();
    run(watched, executed);

    EXPECT_THAT(accused(), ElementsAre(2, 4, 2));
    EXPECT_EQ(proofs[0].segment, SegmentIndex(0));
    EXPECT_EQ(proofs[0].attempt, AttemptIndex(1));
    EXPECT_EQ(proofs[0].opening, executed[0]);
    EXPECT_EQ(proofs[0].vote, votes[0][1].vote);
    EXPECT_EQ(proofs[2].opening, executed[1]);
    EXPECT_EQ(watched.found(), 3U);
    const auto line = nlohmann::json::parse(log.at(0));
    EXPECT_EQ(line["kind"], "false-witness");
    EXPECT_EQ(line["attempt"], 1);
    EXPECT_EQ(line["executor"], to_hex(member(2)));
    EXPECT_EQ(line["transaction"], "0x01");
}

TEST_F(Witnesses, AreNotProvenBeforeTheSegmentIsFinal) {
    votes[0] = {vote(2, 1, false)};
    auto watched = watch();
    run(watched, executed);

    EXPECT_THAT(proofs, IsEmpty());
    EXPECT_EQ(asked_for_votes, 0U);
    EXPECT_FALSE(watched.done(2));
    make_final(1);
    run(watched, executed);
    EXPECT_THAT(accused(), ElementsAre(2));
}

/// A node that calls a segment Final too early would be shown the opening by the proof.
TEST_F(Witnesses, AreNotProvenOnOneEndpointsWord) {
    records_of_second = records;
    make_final(1);
    votes[0] = {vote(2, 1, false)};
    auto watched = watch();
    run(watched, executed);
    EXPECT_THAT(proofs, IsEmpty());

    records_of_second.clear();
    endpoint_trouble = "away";
    run(watched, executed);
    EXPECT_THAT(proofs, IsEmpty());
}

TEST_F(Witnesses, OfAnotherDigestThanOursAreNotProven) {
    make_final(1);
    records[0].accepted = letter_hash('x');
    votes[0] = {vote(2, 1, false)};
    auto watched = watch();
    run(watched, executed);

    EXPECT_THAT(proofs, IsEmpty());
    EXPECT_EQ(asked_for_votes, 0U);
}

/// A lying node invents votes: one for another digest is not judged by our opening.
TEST_F(Witnesses, OfVotesForAnotherDigestAreNotJudged) {
    make_final(1);
    votes[0] = {vote(2, 1, false)};
    votes[0][0].vote.digest = letter_hash('x');
    auto watched = watch();
    run(watched, executed);
    EXPECT_THAT(proofs, IsEmpty());
}

TEST_F(Witnesses, AreSaidAndNotProvenWhenToldToWatch) {
    make_final(1);
    votes[0] = {vote(2, 1, false)};
    auto watched = watch(false);
    run(watched, executed);

    EXPECT_THAT(proofs, IsEmpty());
    EXPECT_EQ(watched.found(), 1U);
    ASSERT_THAT(said, SizeIs(1));
    EXPECT_THAT(said[0], HasSubstr("told to watch"));
    EXPECT_EQ(nlohmann::json::parse(log.at(0))["transaction"], "");
}

/// The bridge or another watcher was first.
TEST_F(Witnesses, ProvenBySomebodyElseAreDoneWith) {
    make_final(2);
    votes[0] = {vote(2, 1, false), vote(3, 1, false)};
    refusal = "JobBoard: AlreadyProven()";
    auto watched = watch();
    run(watched, executed);

    EXPECT_TRUE(watched.done(2));
    EXPECT_THAT(log, SizeIs(2));
    EXPECT_EQ(nlohmann::json::parse(log[0])["refusal"], refusal);
}

TEST_F(Witnesses, WaitForANodeThatCannotTellTheVotes) {
    make_final(1);
    votes[0] = {vote(2, 1, false)};
    trouble = "away";
    auto watched = watch();
    run(watched, executed);
    EXPECT_THAT(said, SizeIs(1)) << "told once";
    EXPECT_FALSE(watched.done(1));

    trouble.clear();
    run(watched, executed);
    EXPECT_THAT(accused(), ElementsAre(2));
}

TEST_F(Witnesses, OfASegmentWeDidNotExecuteAreNotLookedAt) {
    make_final(2);
    votes[1] = {vote(2, 1, false, 1)};
    auto watched = watch();
    run(watched, {executed[0]});

    EXPECT_THAT(proofs, IsEmpty());
    EXPECT_TRUE(watched.done(1));
    EXPECT_FALSE(watched.done(2));
}

/// A job that ends Void leaves segments that never become Final.
TEST_F(Witnesses, AreNotWaitedForWhenTheJobIsOver) {
    make_final(1);
    auto watched = watch();
    run(watched, executed);
    EXPECT_FALSE(watched.done(2));
    records[1].job_over = true;
    run(watched, executed);
    EXPECT_TRUE(watched.done(2));
}

}  // namespace
}  // namespace cone::node
