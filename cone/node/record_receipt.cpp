// The receipt: votes and commitments as they went to the chain.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cone/node/record.hpp"
#include "cone/node/vote_flow.hpp"

namespace cone::node {
namespace {

report::ReceiptVote vote_of(std::uint32_t position, const MemberView& member) {
    return {.position = position,
            .executor = member.address,
            .digest = member.reveal->digest,
            .witness = member.reveal->witness,
            .salt = member.reveal->salt,
            .signature = member.reveal->signature};
}

report::ReceiptAttempt attempt_of(const Attempt& attempt) {
    report::ReceiptAttempt view;
    view.number = attempt.number;
    view.commitments_root = attempt.root;
    for (std::uint32_t position = 0; position < attempt.members.size(); ++position) {
        const auto& member = attempt.members[position];
        view.members.push_back(member.address);
        view.commitments.push_back(member.commitment);
        if (member.direct) {
            view.direct.resize(attempt.members.size());
            view.direct[position] = *member.direct;
        }
        if (member.reveal) {
            view.votes.push_back(vote_of(position, member));
        }
    }
    return view;
}

report::ReceiptSegment segment_of(const SegmentRun& run) {
    report::ReceiptSegment view;
    view.index = run.index;
    view.previous_digest = run.previous_digest;
    view.digest = *run.verdict;
    view.challenges = run.challenges;
    for (const auto& attempt : run.attempts) {
        view.attempts.push_back(attempt_of(attempt));
    }
    if (const auto* reveal = opened_reveal(run, *run.verdict)) {
        view.opening = reveal->opening;
        view.trace = reveal->trace;
    }
    return view;
}

}  // namespace

report::Receipt make_receipt(const CoordinatorState& state, const RunFacts& facts) {
    const auto& terms = state.terms;
    report::Receipt receipt{.job = terms.job,
                            .chain_id = facts.chain_id,
                            .job_board = facts.job_board,
                            .domain_separator = terms.domain_separator,
                            .job_seed = terms.job_seed,
                            .spec_hash = terms.spec_hash,
                            .job_hash = terms.job_hash,
                            .spec = job::canonical_bytes(facts.spec),
                            .sellers = {},
                            .pool = {},
                            .segments = {}};
    for (const auto& seller : terms.sellers) {
        receipt.sellers.push_back({seller.address, seller.shard_root});
    }
    for (const auto& member : terms.pool) {
        receipt.pool.push_back({member.address, member.units});
    }
    for (const auto& run : state.segments) {
        if (run.verdict) {
            receipt.segments.push_back(segment_of(run));
        }
    }
    return receipt;
}

}  // namespace cone::node
