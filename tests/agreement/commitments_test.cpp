// Reveals that open and reveals that do not; roots and proofs of an attempt's commitments.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/commitments.hpp"

#include <functional>

#include "letters.hpp"

namespace cone::agreement {
namespace {

hash::CommitmentOpening opening() {
    return {letter('d'), JobId(1), SegmentIndex(2), AttemptIndex(3), executor(4), letter('R'), letter('w'), letter('s')};
}

TEST(Reveal, OpensItsCommitment) {
    EXPECT_EQ(check_reveal(hash::commitment(opening()), opening()), Reveal::Opens);
}

TEST(Reveal, DoesNotOpenWithAnyFieldChanged) {
    using Change = std::function<void(hash::CommitmentOpening&)>;
    const Hash32 commitment = hash::commitment(opening());
    const std::vector<Change> changes{
        [](auto& o) { o.domain_separator = letter('e'); }, [](auto& o) { o.job = JobId(2); },
        [](auto& o) { o.segment = SegmentIndex(3); },      [](auto& o) { o.attempt = AttemptIndex(2); },
        [](auto& o) { o.executor = executor(5); },         [](auto& o) { o.digest = letter('A'); },
        [](auto& o) { o.witness = letter('x'); },          [](auto& o) { o.salt = letter('t'); }};
    for (std::size_t i = 0; i < changes.size(); ++i) {
        auto changed = opening();
        changes[i](changed);
        EXPECT_EQ(check_reveal(commitment, changed), Reveal::DoesNotOpen) << "change " << i;
    }
}

/// A copycat posts its neighbour's commitment as its own; the executor inside it gives it away.
TEST(Reveal, OfACopiedCommitmentDoesNotOpen) {
    auto copied = opening();
    copied.executor = executor(9);
    EXPECT_EQ(check_reveal(hash::commitment(opening()), copied), Reveal::DoesNotOpen);
}

TEST(Reveal, NeedsACommitmentAndADigest) {
    EXPECT_EQ(check_reveal(Hash32{}, opening()), Reveal::NothingCommitted);
    auto empty = opening();
    empty.digest = Hash32{};
    EXPECT_EQ(check_reveal(hash::commitment(empty), empty), Reveal::ZeroDigest);
}

std::vector<MemberCommitment> members(std::uint32_t count) {
    std::vector<MemberCommitment> result;
    for (std::uint32_t i = 0; i < count; ++i) {
        result.push_back({executor(i), i == 1 ? Hash32{} : letter(static_cast<char>('a' + i))});
    }
    return result;
}

TEST(CommitmentsRoot, ProvesEveryMemberAtItsPlaceAndNoOther) {
    for (std::uint32_t count = 1; count <= 13; ++count) {
        const auto list = members(count);
        const Hash32 root = commitments_root(list);
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto proof = prove_commitment(list, i);
            for (std::uint32_t j = 0; j < count; ++j) {
                ASSERT_EQ(verify_commitment(root, list[j], proof), i == j) << count << ": " << j << " with proof of " << i;
            }
        }
    }
}

TEST(CommitmentsRoot, ChangesWithEveryMemberAndTheOrder) {
    const auto list = members(5);
    for (std::size_t i = 0; i < 5; ++i) {
        auto changed = list;
        changed[i].commitment = letter('z');
        EXPECT_NE(commitments_root(changed), commitments_root(list));
        changed = list;
        changed[i].executor = executor(77);
        EXPECT_NE(commitments_root(changed), commitments_root(list));
    }
    auto swapped = list;
    std::swap(swapped[0], swapped[4]);
    EXPECT_NE(commitments_root(swapped), commitments_root(list));
}

TEST(CommitmentsRootDeathTest, StopsOnNobodyAndOnAPlaceBeyondTheEnd) {
    EXPECT_DEATH((void)commitments_root({}), "has members");
    EXPECT_DEATH((void)prove_commitment(members(3), 3), "no member");
}

}  // namespace
}  // namespace cone::agreement
