// One segment: who had to be asked, what they said, when that was enough, and what the state became.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/segment_check.hpp"

#include <algorithm>

#include "cone/agreement/commitments.hpp"
#include "cone/agreement/tally.hpp"
#include "cone/hash/records.hpp"
#include "cone/report/trace_check.hpp"
#include "cone/sortition/draw.hpp"
#include "cone/sortition/growth.hpp"

namespace cone::report {
namespace {

constexpr std::uint32_t kIndexBits = 16;  // an attempt's number: epoch above, index within the segment below

std::string name_of(const ReceiptSegment& segment) {
    return "segment " + std::to_string(segment.index.value);
}

class SegmentCheck {
public:
    SegmentCheck(const SegmentContext& context, const ReceiptSegment& segment, Findings& findings)
        : context_(context), segment_(segment), findings_(findings), place_(name_of(segment)) {}

    void run() {
        check_digest();
        check_attempts();
        check_trace();
    }

private:
    [[nodiscard]] bool accepted() const { return !segment_.digest.is_zero(); }

    void check_digest() {
        findings_.equal("previous-digest", place_ + ": previous digest", segment_.previous_digest, context_.previous_digest);
        if (!accepted()) {
            findings_.add("opening", segment_.opening == hash::DigestOpening{}, place_ + ": nothing accepted, nothing opened");
            return;
        }
        const hash::DigestOpening& opening = segment_.opening;
        const bool fits = opening.job_hash == context_.receipt.job_hash && opening.segment == segment_.index &&
                          opening.previous_digest == segment_.previous_digest;
        findings_.add("opening", fits,
                      place_ + ": the opening names " + (fits ? "this" : "another") + " job, segment or predecessor");
        findings_.equal("digest", place_ + ": digest", segment_.digest, hash::segment_digest(opening));
    }

    /// Plays the segment as the contract did: draw, count, decide, grow.
    void check_attempts() {
        const Hash32 seed = hash::segment_seed(context_.receipt.job_seed, segment_.previous_digest);
        const auto order = sortition::draw({seed, context_.receipt.job, segment_.index}, context_.pool, context_.pool.size());
        agreement::Tally tally;
        std::uint32_t early = 0;
        for (std::uint32_t i = 0; i < segment_.attempts.size(); ++i) {
            early += reached(tally) ? 1U : 0U;
            if (!check_attempt(order, i, tally)) {
                return;  // the next draw and the count rest on this one
            }
        }
        check_lead(tally, early);
    }

    [[nodiscard]] bool reached(const agreement::Tally& tally) const {
        return tally.standing().lead() >= context_.spec.agreement.lead;
    }

    bool check_attempt(const std::vector<Address>& order, std::uint32_t index, agreement::Tally& tally) {
        const ReceiptAttempt& attempt = segment_.attempts[index];
        const std::string place = place_ + ", attempt " + std::to_string(index);
        const bool counts = (attempt.number.value & 0xffffU) == index &&
                            attempt.number.value >> kIndexBits == segment_.attempts.front().number.value >> kIndexBits;
        findings_.add("number", counts, place + ": the contract's number is " + std::to_string(attempt.number.value));
        if (!check_members(
                order, attempt,
                {AttemptIndex(index), tally.members(), tally.standing().lead(), sortition::most_members(context_.pool.size())},
                place)) {
            return false;
        }
        check_commitments(attempt, place);
        return check_votes(attempt, place, tally);
    }

    bool check_members(const std::vector<Address>& order, const ReceiptAttempt& attempt, const sortition::GrowthInput& growth,
                       const std::string& place) {
        const std::uint32_t total = sortition::next_total(context_.spec.agreement, growth);
        const std::vector<Address> drawn(order.begin() + growth.total, order.begin() + std::max(total, growth.total));
        const bool ok = !drawn.empty() && attempt.members == drawn && attempt.commitments.size() == drawn.size();
        return findings_.add("members", ok,
                             place + ": " + std::to_string(attempt.members.size()) + " members with " +
                                 std::to_string(attempt.commitments.size()) + " commitments" +
                                 (ok ? ", as drawn" : "; the draw names " + std::to_string(drawn.size()) + ", or others"));
    }

    void check_commitments(const ReceiptAttempt& attempt, const std::string& place) {
        std::vector<agreement::MemberCommitment> list;
        for (std::size_t i = 0; i < attempt.members.size(); ++i) {
            list.push_back({attempt.members[i], attempt.commitments[i]});
        }
        findings_.equal("commitments-root", place + ": root of the commitments", attempt.commitments_root,
                        agreement::commitments_root(list));
    }

    bool check_votes(const ReceiptAttempt& attempt, const std::string& place, agreement::Tally& tally) {
        if (!tally.open(attempt.number, attempt.members)) {
            return findings_.add("votes", false, place + ": its number was used before");
        }
        std::string bad_vote;
        std::string bad_signature;
        for (const ReceiptVote& vote : attempt.votes) {
            const std::string who = place + ", position " + std::to_string(vote.position);
            const bool opens = vote.position < attempt.members.size() && attempt.members[vote.position] == vote.executor &&
                               opens_commitment(attempt, vote);
            if (!opens && bad_vote.empty()) {
                bad_vote = who + ": not the member, or does not open its commitment";
            }
            if (!is_signed(attempt, vote) && bad_signature.empty()) {
                bad_signature = who + ": not signed by " + to_hex(vote.executor);
            }
            if (tally.count({attempt.number, vote.executor, vote.digest, vote.witness}) != agreement::Counted::Yes &&
                bad_vote.empty()) {
                bad_vote = who + ": cannot be counted (a second vote, a zero digest, or no member)";
            }
        }
        const std::string votes = place + ": " + std::to_string(attempt.votes.size()) + " votes";
        findings_.add("votes", bad_vote.empty(), bad_vote.empty() ? votes + " open their commitments" : bad_vote);
        findings_.add("signatures", bad_signature.empty(),
                      bad_signature.empty() ? votes + " signed by their members" : bad_signature);
        return true;
    }

    [[nodiscard]] bool opens_commitment(const ReceiptAttempt& attempt, const ReceiptVote& vote) const {
        const hash::CommitmentOpening opening{context_.receipt.domain_separator,
                                              context_.receipt.job,
                                              segment_.index,
                                              attempt.number,
                                              vote.executor,
                                              vote.digest,
                                              vote.witness,
                                              vote.salt};
        const bool by_itself = vote.position < attempt.direct.size() && !attempt.direct[vote.position].is_zero();
        const Hash32& commitment = (by_itself ? attempt.direct : attempt.commitments)[vote.position];
        return agreement::check_reveal(commitment, opening) == agreement::Reveal::Opens;
    }

    [[nodiscard]] bool is_signed(const ReceiptAttempt& attempt, const ReceiptVote& vote) const {
        const auto signer = context_.recover(context_.receipt.domain_separator, context_.receipt.job, segment_.index,
                                             attempt.number, vote.digest, vote.witness, vote.signature);
        return signer == vote.executor;
    }

    void check_lead(const agreement::Tally& tally, std::uint32_t early) {
        const agreement::Standing& standing = tally.standing();
        const bool right_end = accepted() ? reached(tally) && standing.best == segment_.digest : !reached(tally);
        const bool right_time = early == segment_.challenges;
        findings_.add("lead", right_end && right_time && !segment_.attempts.empty(),
                      place_ + ": " + std::to_string(standing.best_votes) + " to " + std::to_string(standing.second_votes) +
                          " votes after " + std::to_string(segment_.attempts.size()) + " attempts, lead " +
                          std::to_string(context_.spec.agreement.lead) + " needed, reached before the end " +
                          std::to_string(early) + " times, " + std::to_string(segment_.challenges) + " challenges");
    }

    void check_trace() {
        if (!accepted()) {
            findings_.add("trace", segment_.trace.empty(), place_ + ": nothing accepted, no rounds");
            return;
        }
        const std::string problem =
            trace_problem(segment_, context_.spec.schedule.rounds_per_segment, context_.receipt.sellers.size());
        findings_.add("trace", problem.empty(),
                      place_ + ": " + (problem.empty() ? "the rounds are what the digest opens to" : problem));
    }

    const SegmentContext& context_;
    const ReceiptSegment& segment_;
    Findings& findings_;
    std::string place_;
};

}  // namespace

void check_segment(const SegmentContext& context, const ReceiptSegment& segment, Findings& findings) {
    SegmentCheck(context, segment, findings).run();
}

}  // namespace cone::report
