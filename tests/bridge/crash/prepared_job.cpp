// Three executors, two sellers, one segment with lead 2; one member signs two votes.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/crash/prepared_job.hpp"

#include <stdexcept>

#include "bridge/adapter/terms.hpp"
#include "bridge/adapter/translate.hpp"
#include "bridge/adapter/votes.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/header.hpp"
#include "cone/hash/records.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote.hpp"
#include "tests/bridge/adapter/values.hpp"

namespace cone::test {
namespace {

using adapter::hash_of;

constexpr std::uint32_t kExecutors = 3;
constexpr SegmentIndex kSegment{0};
constexpr AttemptIndex kAttempt{0};

eth::SecretKey key_of(const Address& executor) {
    for (std::uint32_t i = 0; i < kExecutors; ++i) {
        eth::SecretKey key = dev_account(kFirstExecutor + i);
        if (key.address() == executor) {
            return key;
        }
    }
    throw std::runtime_error("not an executor of this test");
}

}  // namespace

PreparedJob::PreparedJob() {
    open();
    vote();
    play();
    (void)net_.client().ask("evm_setAutomine", {false});
}

void PreparedJob::open() {
    job_ = net_.open_job(2, kExecutors, net_.request());
    const auto header = rpc::block_header(net_.client(), rpc::BlockId(net_.views().job(job_).seed_block));
    net_.send(kBridge, contracts::fix_seed(job_, rpc::header_rlp(*header)));
    terms_ = adapter::read_terms(net_.client(), net_.deployment(), job_);
}

void PreparedJob::vote() {
    const std::vector<std::uint32_t> accesses(terms_.sellers.size(), 3);
    const hash::DigestOpening opening{
        terms_.job_hash, kSegment, terms_.job_hash, hash_of(2), hash_of(3), 9500, hash::accesses_root(accesses), hash_of(4)};
    const Hash32 digest = hash::segment_digest(opening);
    const node::VoteDomain domain{terms_.domain_separator, job_};
    auto members = node::ticket_order(terms_, kSegment, terms_.job_hash);
    members.resize(2);
    cast_ = {job_, kSegment, kAttempt, members, {}, {}};
    const auto signed_vote = [&](std::uint32_t position, const Hash32& said, const Hash32& salt) {
        return node::SignedVote{position,
                                members[position],
                                said,
                                hash_of(5),
                                salt,
                                adapter::KeyVoteSigner(key_of(members[position]))
                                    .sign_vote(domain.separator, job_, kSegment, kAttempt, said, hash_of(5))};
    };
    for (std::uint32_t position = 0; position < members.size(); ++position) {
        const Hash32 salt = hash_of(static_cast<std::uint8_t>(40 + position));
        cast_.commitments.push_back(
            node::commitment_of(domain, {kSegment, kAttempt, members[position], digest, hash_of(5), salt}));
        cast_.votes.push_back(signed_vote(position, digest, salt));
    }
    post_ = {job_, kSegment, kAttempt, members, cast_.commitments, node::commitments_root(members, cast_.commitments)};
    proof_ = {job_, kSegment, kAttempt, cast_.votes[1], signed_vote(1, hash_of(9), hash_of(50))};
    settle_ = {job_, terms_.job_hash, hash_of(2), hash_of(3), 9500, accesses, hash_of(4), terms_.spec_hash, {}};
    for (const auto& seller : terms_.sellers) {
        settle_.shards.push_back(seller.shard_root);
    }
}

void PreparedJob::play() {
    const node::Finalize finalize{job_, kSegment, {cast_.members}};
    now_due("postCommitments", post_, "CommitmentsPosted");
    do_it(post_);
    net_.mine(1);
    now_due("castVotes", cast_, "VotesCast");
    now_due("proveEquivocation", proof_, "FaultFound");
    do_it(cast_);
    net_.mine(25);
    now_due("finalize", finalize, "SegmentFinal");
    do_it(finalize);
    now_due("settle", settle_, "JobSettled");
}

void PreparedJob::now_due(const std::string& name, node::ChainAction action, const std::string& event) {
    due_.push_back({name, std::move(action), event, net_.client().ask("evm_snapshot").get<std::string>()});
}

void PreparedJob::do_it(const node::ChainAction& action) {
    if (!net_.send(kBridge, adapter::translate(action).call).success) {
        throw std::runtime_error("the prepared job went wrong");
    }
}

void PreparedJob::go_back_to(DueAction& due) {
    if (!net_.client().ask("evm_revert", {due.snapshot}).get<bool>()) {
        throw std::runtime_error("anvil has forgotten the snapshot before " + due.name);
    }
    due.snapshot = net_.client().ask("evm_snapshot").get<std::string>();
}

}  // namespace cone::test
