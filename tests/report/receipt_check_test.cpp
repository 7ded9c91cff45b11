// A right receipt passes every check; each thing that can be changed in it makes the check fail that is there for it.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/receipt_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <set>

#include "cone/agreement/commitments.hpp"
#include "cone/hash/records.hpp"
#include "tests/report/sample_receipt.hpp"
#include "tests/report/sample_result.hpp"

namespace cone::report {
namespace {

using ::testing::HasSubstr;

std::vector<Finding> check(const Receipt& receipt) {
    return check_receipt(receipt, sample::recover_signer());
}

/// Names of the checks that fail, each once.
std::set<std::string> failures(const Receipt& receipt) {
    std::set<std::string> names;
    for (const Finding& finding : check(receipt)) {
        if (!finding.ok) {
            names.insert(finding.check);
        }
    }
    return names;
}

std::string first_failure(const Receipt& receipt, const std::string& name) {
    for (const Finding& finding : check(receipt)) {
        if (!finding.ok && finding.check == name) {
            return finding.detail;
        }
    }
    return {};
}

Receipt changed(const std::function<void(Receipt&)>& change) {
    Receipt receipt = sample::demo_receipt();
    change(receipt);
    return receipt;
}

/// Signs a changed vote and commits to it, as a member would that votes differently.
void cast_again(Receipt& receipt, std::size_t segment, std::size_t attempt, std::size_t position) {
    ReceiptAttempt& at = receipt.segments[segment].attempts[attempt];
    ReceiptVote& vote = at.votes[position];
    const SegmentIndex index = receipt.segments[segment].index;
    vote.signature = sample::sign(receipt, index, at.number, vote);
    at.commitments[position] = hash::commitment(
        {receipt.domain_separator, receipt.job, index, at.number, vote.executor, vote.digest, vote.witness, vote.salt});
    std::vector<agreement::MemberCommitment> list;
    for (std::size_t i = 0; i < at.members.size(); ++i) {
        list.push_back({at.members[i], at.commitments[i]});
    }
    at.commitments_root = agreement::commitments_root(list);
}

void flip(Hash32& hash) {
    hash.bytes[7] ^= 1;
}
void flip(Address& address) {
    address.bytes[7] ^= 1;
}

TEST(ReceiptCheck, PassesARightReceipt) {
    const auto findings = check(sample::demo_receipt());

    EXPECT_TRUE(all_ok(findings));
    std::set<std::string> names;
    for (const Finding& finding : findings) {
        EXPECT_TRUE(finding.ok) << finding.check << ": " << finding.detail;
        names.insert(finding.check);
    }
    const std::set<std::string> documented{"spec",     "spec-hash",        "job-hash", "domain",     "pool",
                                           "segments", "previous-digest",  "opening",  "digest",     "number",
                                           "members",  "commitments-root", "votes",    "signatures", "lead",
                                           "trace"};
    EXPECT_EQ(names, documented);
}

TEST(ReceiptCheck, PassesAJobThatNobodyCouldAgreeOn) {
    EXPECT_EQ(failures(sample::void_receipt()), std::set<std::string>{});
}

struct Corruption {
    const char* what;
    std::function<void(Receipt&)> change;
    const char* fails;
};

const Corruption kCorruptions[] = {
    {"job id", [](Receipt& r) { r.job = JobId(2); }, "members"},
    {"chain id", [](Receipt& r) { r.chain_id = 1; }, "domain"},
    {"job board", [](Receipt& r) { flip(r.job_board); }, "domain"},
    {"domain separator", [](Receipt& r) { flip(r.domain_separator); }, "domain"},
    {"domain separator, signatures", [](Receipt& r) { flip(r.domain_separator); }, "signatures"},
    {"job seed", [](Receipt& r) { flip(r.job_seed); }, "members"},
    {"spec hash", [](Receipt& r) { flip(r.spec_hash); }, "spec-hash"},
    {"job hash", [](Receipt& r) { flip(r.job_hash); }, "job-hash"},
    {"spec bytes", [](Receipt& r) { r.spec[20] ^= 1; }, "spec-hash"},
    {"spec cut", [](Receipt& r) { r.spec.resize(30); }, "spec"},
    {"spec empty", [](Receipt& r) { r.spec.clear(); }, "spec"},
    {"shard root", [](Receipt& r) { flip(r.sellers[3].shard_root); }, "job-hash"},
    {"sellers in another order", [](Receipt& r) { std::swap(r.sellers[0], r.sellers[1]); }, "job-hash"},
    {"no sellers", [](Receipt& r) { r.sellers.clear(); }, "job-hash"},
    {"pool member missing", [](Receipt& r) { r.pool.pop_back(); }, "members"},
    {"pool member twice", [](Receipt& r) { r.pool[1] = r.pool[0]; }, "pool"},
    {"pool empty", [](Receipt& r) { r.pool.clear(); }, "pool"},
    {"pool of one stranger",
     [](Receipt& r) {
         r.pool = {{sample::address_of(70, 0), 1}};
     },
     "members"},
    {"stake that would take days to hash", [](Receipt& r) { r.pool[0].units = 4'000'000'000U; }, "pool"},
    {"no segments", [](Receipt& r) { r.segments.clear(); }, "segments"},
    {"last segment missing", [](Receipt& r) { r.segments.pop_back(); }, "segments"},
    {"segment twice", [](Receipt& r) { r.segments.push_back(r.segments[2]); }, "segments"},
    {"segments in another order", [](Receipt& r) { std::swap(r.segments[0], r.segments[1]); }, "segments"},
    {"segment index", [](Receipt& r) { r.segments[1].index = SegmentIndex(7); }, "segments"},
    {"previous digest", [](Receipt& r) { flip(r.segments[1].previous_digest); }, "previous-digest"},
    {"first previous digest", [](Receipt& r) { flip(r.segments[0].previous_digest); }, "previous-digest"},
    {"digest", [](Receipt& r) { flip(r.segments[2].digest); }, "digest"},
    {"digest, votes", [](Receipt& r) { flip(r.segments[2].digest); }, "lead"},
    {"digest taken away", [](Receipt& r) { r.segments[2].digest = {}; }, "lead"},
    {"opening: job", [](Receipt& r) { flip(r.segments[0].opening.job_hash); }, "opening"},
    {"opening: segment", [](Receipt& r) { r.segments[0].opening.segment = SegmentIndex(1); }, "opening"},
    {"opening: previous digest", [](Receipt& r) { flip(r.segments[0].opening.previous_digest); }, "opening"},
    {"opening: state", [](Receipt& r) { flip(r.segments[0].opening.state_root); }, "digest"},
    {"opening: weights of sellers", [](Receipt& r) { flip(r.segments[0].opening.osmd_root); }, "digest"},
    {"opening: metric", [](Receipt& r) { r.segments[2].opening.metric_bp += 1; }, "digest"},
    {"opening: accesses", [](Receipt& r) { flip(r.segments[0].opening.accesses_root); }, "digest"},
    {"opening: trace root", [](Receipt& r) { flip(r.segments[0].opening.trace_root); }, "digest"},
    {"opening: trace root, trace", [](Receipt& r) { flip(r.segments[0].opening.trace_root); }, "trace"},
    {"attempt number", [](Receipt& r) { r.segments[1].attempts[1].number = AttemptIndex(2); }, "number"},
    {"attempt of another epoch", [](Receipt& r) { r.segments[1].attempts[1].number = AttemptIndex(65537); }, "number"},
    {"member changed", [](Receipt& r) { flip(r.segments[0].attempts[0].members[2]); }, "members"},
    {"members in another order",
     [](Receipt& r) { std::swap(r.segments[0].attempts[0].members[0], r.segments[0].attempts[0].members[1]); }, "members"},
    {"member left out", [](Receipt& r) { r.segments[0].attempts[0].members.pop_back(); }, "members"},
    {"no members", [](Receipt& r) { r.segments[0].attempts[0].members.clear(); }, "members"},
    {"commitment left out", [](Receipt& r) { r.segments[0].attempts[0].commitments.pop_back(); }, "members"},
    {"commitment", [](Receipt& r) { flip(r.segments[0].attempts[0].commitments[1]); }, "commitments-root"},
    {"commitment, vote", [](Receipt& r) { flip(r.segments[0].attempts[0].commitments[1]); }, "votes"},
    {"commitment zero", [](Receipt& r) { r.segments[0].attempts[0].commitments[1] = {}; }, "votes"},
    {"commitments root", [](Receipt& r) { flip(r.segments[0].attempts[0].commitments_root); }, "commitments-root"},
    {"vote: position", [](Receipt& r) { r.segments[0].attempts[0].votes[0].position = 1; }, "votes"},
    {"vote: position outside", [](Receipt& r) { r.segments[0].attempts[0].votes[0].position = 9; }, "votes"},
    {"vote: executor", [](Receipt& r) { flip(r.segments[0].attempts[0].votes[0].executor); }, "votes"},
    {"vote: digest", [](Receipt& r) { flip(r.segments[0].attempts[0].votes[0].digest); }, "signatures"},
    {"vote: zero digest", [](Receipt& r) { r.segments[0].attempts[0].votes[0].digest = {}; }, "votes"},
    {"vote: witness", [](Receipt& r) { flip(r.segments[0].attempts[0].votes[0].witness); }, "votes"},
    {"vote: salt", [](Receipt& r) { flip(r.segments[0].attempts[0].votes[0].salt); }, "votes"},
    {"vote: signature", [](Receipt& r) { r.segments[0].attempts[0].votes[0].signature[5] ^= 1; }, "signatures"},
    {"vote: signature empty", [](Receipt& r) { r.segments[0].attempts[0].votes[0].signature.clear(); }, "signatures"},
    {"vote: signature of another",
     [](Receipt& r) { r.segments[0].attempts[0].votes[0].signature = r.segments[0].attempts[0].votes[1].signature; },
     "signatures"},
    {"vote: of another segment",
     [](Receipt& r) { r.segments[0].attempts[0].votes[0].signature = r.segments[1].attempts[0].votes[0].signature; },
     "signatures"},
    {"vote twice",
     [](Receipt& r) {
         auto& v = r.segments[1].attempts[1].votes;
         v.push_back(v[0]);
     },
     "votes"},
    {"vote left out", [](Receipt& r) { r.segments[0].attempts[0].votes.pop_back(); }, "lead"},
    {"attempt left out", [](Receipt& r) { r.segments[1].attempts.pop_back(); }, "lead"},
    {"no attempts", [](Receipt& r) { r.segments[2].attempts.clear(); }, "lead"},
    {"challenge made up", [](Receipt& r) { r.segments[1].challenges = 1; }, "lead"},
    {"liar made honest",
     [](Receipt& r) {
         auto& s = r.segments[1];
         s.attempts[0].votes[1].digest = s.digest;
         s.attempts[0].votes[1].witness = s.attempts[0].votes[0].witness;
         cast_again(r, 1, 0, 1);
     },
     "lead"},
    {"trace: round left out", [](Receipt& r) { r.segments[0].trace.pop_back(); }, "trace"},
    {"trace: weights of more sellers", [](Receipt& r) { r.segments[0].trace[0].distribution.push_back(0); }, "trace"},
    {"trace: round number", [](Receipt& r) { r.segments[1].trace[0].round = 0; }, "trace"},
    {"trace: distribution",
     [](Receipt& r) { r.segments[0].trace[0].distribution[0] = std::nextafter(r.segments[0].trace[0].distribution[0], 1.0); },
     "trace"},
    {"trace: distribution not a number", [](Receipt& r) { r.segments[0].trace[0].distribution[0] = std::nan(""); }, "trace"},
    {"trace: root of the distribution", [](Receipt& r) { flip(r.segments[0].trace[0].osmd_root); }, "trace"},
    {"trace: last state", [](Receipt& r) { flip(r.segments[0].trace[1].state_root); }, "trace"},
    {"trace: state in the middle", [](Receipt& r) { flip(r.segments[0].trace[0].state_root); }, "trace"},
    {"trace: metric in the middle", [](Receipt& r) { r.segments[0].trace[0].metric_bp += 1; }, "trace"},
    {"trace: utility", [](Receipt& r) { r.segments[0].trace[1].utility = std::nextafter(r.segments[0].trace[1].utility, 1.0); },
     "trace"},
    {"trace: utility not a number", [](Receipt& r) { r.segments[0].trace[1].utility = std::nan(""); }, "trace"},
    {"trace: what an update was worth",
     [](Receipt& r) { r.segments[0].trace[0].gains[0] = std::nextafter(r.segments[0].trace[0].gains[0], 1.0); }, "trace"},
    {"trace: worth not a number", [](Receipt& r) { r.segments[0].trace[0].gains[0] = std::nan(""); }, "trace"},
    {"trace: a gain left out", [](Receipt& r) { r.segments[0].trace[0].gains.pop_back(); }, "trace"},
    {"trace: a gain too many", [](Receipt& r) { r.segments[0].trace[1].gains.push_back(0); }, "trace"},
    {"trace: draws", [](Receipt& r) { std::reverse(r.segments[0].trace[0].draws.begin(), r.segments[0].trace[0].draws.end()); },
     "trace"},
    {"trace: who passed", [](Receipt& r) { r.segments[0].trace[0].passed.clear(); }, "trace"},
    {"trace: last metric", [](Receipt& r) { r.segments[0].trace[1].metric_bp += 1; }, "trace"},
    {"trace: last accesses", [](Receipt& r) { r.segments[0].trace[1].accesses[2] += 1; }, "trace"},
    {"trace: accesses cut", [](Receipt& r) { r.segments[0].trace[1].accesses.pop_back(); }, "trace"},
};

void PrintTo(const Corruption& corruption, std::ostream* out) {
    *out << corruption.what;
}

class Corrupted : public ::testing::TestWithParam<Corruption> {};

TEST_P(Corrupted, FailsTheCheckThatIsThereForIt) {
    const Receipt receipt = changed(GetParam().change);

    EXPECT_THAT(failures(receipt), ::testing::Contains(GetParam().fails)) << GetParam().what;
    EXPECT_FALSE(all_ok(check(receipt)));
}

INSTANTIATE_TEST_SUITE_P(ReceiptCheck, Corrupted, ::testing::ValuesIn(kCorruptions), [](const auto& corruption) {
    std::string name = corruption.param.what;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
});

TEST(ReceiptCheck, SaysWhereAndShowsBothValues) {
    const Receipt receipt = changed([](Receipt& r) { flip(r.segments[1].attempts[1].commitments_root); });

    const std::string detail = first_failure(receipt, "commitments-root");

    EXPECT_THAT(detail, HasSubstr("segment 1, attempt 1"));
    EXPECT_THAT(detail, HasSubstr(to_hex(receipt.segments[1].attempts[1].commitments_root)));
    EXPECT_THAT(detail, HasSubstr("computed 0x"));
}

/// The liar of segment 1 turned honest, so that the first three already agree: the second attempt needs a reason.
TEST(ReceiptCheck, AcceptsALongerSetOnlyAfterAChallenge) {
    Receipt receipt = sample::demo_receipt();
    ReceiptSegment& segment = receipt.segments[1];
    segment.attempts[0].votes[1].digest = segment.digest;
    segment.attempts[0].votes[1].witness = segment.attempts[0].votes[0].witness;
    cast_again(receipt, 1, 0, 1);
    EXPECT_THAT(first_failure(receipt, "lead"), HasSubstr("reached before the end 1 times, 0 challenges"));

    segment.challenges = 1;

    EXPECT_EQ(failures(receipt), std::set<std::string>{});
}

/// A vote counts for its digest whatever its witness, which is its member's affair alone.
TEST(ReceiptCheck, CountsEveryWitness) {
    Receipt receipt = sample::demo_receipt();
    flip(receipt.segments[0].attempts[0].votes[2].witness);
    cast_again(receipt, 0, 0, 2);

    EXPECT_EQ(failures(receipt), std::set<std::string>{});
}

TEST(ReceiptCheck, RefusesWhenNoSignatureCanBeRecovered) {
    const auto nobody = [](const Hash32&, JobId, SegmentIndex, AttemptIndex, const Hash32&, const Hash32&,
                           ByteSpan) -> std::optional<Address> { return std::nullopt; };

    EXPECT_FALSE(all_ok(check_receipt(sample::demo_receipt(), nobody)));
}

TEST(ReceiptCheck, RefusesAnEmptyReceipt) {
    EXPECT_FALSE(all_ok(check(Receipt{})));
}

}  // namespace
}  // namespace cone::report
