// Builds the sample receipts with the same records, draws and growth as a run.
// SPDX-License-Identifier: Apache-2.0
#include "tests/report/sample_receipt.hpp"

#include <algorithm>
#include <functional>

#include "cone/agreement/commitments.hpp"
#include "cone/hash/keccak.hpp"
#include "cone/hash/records.hpp"
#include "cone/sortition/draw.hpp"
#include "cone/trace/documents.hpp"
#include "tests/report/sample_result.hpp"

namespace cone::report::sample {
namespace {

constexpr std::uint32_t kSaltKind = 40;
constexpr std::uint32_t kWrongKind = 42;

using Lies = std::function<bool(std::uint32_t segment, std::uint32_t position)>;

Bytes signed_bytes(const Hash32& domain, JobId job, SegmentIndex segment, AttemptIndex attempt, const Hash32& digest,
                   const Hash32& witness, const Address& signer) {
    Bytes bytes;
    append(bytes, domain);
    append_big_endian(bytes, job.value);
    append_big_endian(bytes, segment.value);
    append_big_endian(bytes, attempt.value);
    append(bytes, digest);
    append(bytes, witness);
    append(bytes, signer);
    return bytes;
}

Receipt job_of(const RunResult& result) {
    Receipt receipt;
    receipt.job = result.job;
    receipt.chain_id = 31337;
    receipt.job_board = *fixed_from_hex<Address>("0x5fbdb2315678afecb367f032d93f642f64180aa3");
    // From `cast keccak` of the domain as `cast abi-encode` packs it.
    receipt.domain_separator = *fixed_from_hex<Hash32>("0x6b5fed2cab619b7d6277bf2a20ef4a7331f99cbc030cbf062cb4eb62a2696034");
    receipt.job_seed = hash_of(9, 9);
    receipt.spec = job::canonical_bytes(result.spec);
    receipt.spec_hash = job::spec_hash(result.spec);
    std::vector<Hash32> roots;
    for (const SellerView& seller : result.sellers) {
        receipt.sellers.push_back({seller.address, seller.shard_root});
        roots.push_back(seller.shard_root);
    }
    receipt.job_hash = hash::job_hash(receipt.spec_hash, hash::data_hash(roots));
    for (std::uint32_t i = 0; i < result.executor_addresses.size(); ++i) {
        receipt.pool.push_back({result.executor_addresses[i], 1 + i % 2});
    }
    return receipt;
}

ReceiptSegment opened_segment(const Receipt& receipt, const RunResult& result, std::uint32_t index, const Hash32& previous) {
    ReceiptSegment segment;
    segment.index = SegmentIndex(index);
    segment.previous_digest = previous;
    const std::uint32_t rounds = result.spec.schedule.rounds_per_segment;
    for (std::uint32_t round = index * rounds; round < (index + 1) * rounds; ++round) {
        segment.trace.push_back(result.rounds[round]);
        segment.trace.back().osmd_root = hash::osmd_root(trace::canonical_distribution(segment.trace.back().distribution));
    }
    const training::RoundTrace& last = segment.trace.back();
    segment.opening = {receipt.job_hash,
                       segment.index,
                       previous,
                       last.state_root,
                       last.osmd_root,
                       last.metric_bp,
                       hash::accesses_root(last.accesses),
                       trace::trace_root(segment.trace)};
    segment.digest = hash::segment_digest(segment.opening);
    return segment;
}

ReceiptVote vote_of(const Receipt& receipt, const ReceiptSegment& segment, const ReceiptAttempt& attempt,
                    std::uint32_t position, bool lies) {
    ReceiptVote vote;
    vote.position = position;
    vote.executor = attempt.members[position];
    vote.digest = lies ? hash_of(kWrongKind, segment.index.value) : segment.digest;
    const Hash32 seed = hash::attempt_seed(hash::segment_seed(receipt.job_seed, segment.previous_digest), attempt.number);
    vote.witness = hash::witness(seed, lies ? hash_of(kWrongKind, 0) : segment.opening.trace_root);
    vote.salt = hash_of(kSaltKind, 100 * segment.index.value + position);
    vote.signature = sign(receipt, segment.index, attempt.number, vote);
    return vote;
}

void add_attempt(const Receipt& receipt, ReceiptSegment& segment, const std::vector<Address>& order, std::uint32_t first,
                 std::uint32_t end, const Lies& lies) {
    ReceiptAttempt attempt;
    attempt.number = AttemptIndex(static_cast<std::uint32_t>(segment.attempts.size()));
    attempt.members.assign(order.begin() + first, order.begin() + end);
    std::vector<agreement::MemberCommitment> list;
    for (std::uint32_t i = 0; i < attempt.members.size(); ++i) {
        const ReceiptVote vote = vote_of(receipt, segment, attempt, i, lies(segment.index.value, first + i));
        attempt.votes.push_back(vote);
        attempt.commitments.push_back(hash::commitment({receipt.domain_separator, receipt.job, segment.index, attempt.number,
                                                        vote.executor, vote.digest, vote.witness, vote.salt}));
        list.push_back({vote.executor, attempt.commitments.back()});
    }
    attempt.commitments_root = agreement::commitments_root(list);
    segment.attempts.push_back(std::move(attempt));
}

std::vector<Address> order_of(const Receipt& receipt, SegmentIndex segment, const Hash32& previous) {
    std::vector<sortition::Stake> stakes;
    for (const ReceiptExecutor& executor : receipt.pool) {
        stakes.push_back({executor.address, executor.units});
    }
    const auto pool = *sortition::StakeTable::from(std::move(stakes));
    return sortition::draw({hash::segment_seed(receipt.job_seed, previous), receipt.job, segment}, pool, pool.size());
}

}  // namespace

Bytes sign(const Receipt& receipt, SegmentIndex segment, AttemptIndex attempt, const ReceiptVote& vote) {
    Bytes signature;
    append(signature, hash::keccak256(signed_bytes(receipt.domain_separator, receipt.job, segment, attempt, vote.digest,
                                                   vote.witness, vote.executor)));
    append(signature, vote.executor);
    return signature;
}

RecoverSigner recover_signer() {
    return [](const Hash32& domain, JobId job, SegmentIndex segment, AttemptIndex attempt, const Hash32& digest,
              const Hash32& witness, ByteSpan signature) -> std::optional<Address> {
        Address signer;
        if (signature.size() != 32 + signer.bytes.size()) {
            return std::nullopt;
        }
        std::copy(signature.begin() + 32, signature.end(), signer.bytes.begin());
        const Hash32 expected = hash::keccak256(signed_bytes(domain, job, segment, attempt, digest, witness, signer));
        return std::equal(expected.bytes.begin(), expected.bytes.end(), signature.begin()) ? std::optional(signer)
                                                                                           : std::nullopt;
    };
}

Receipt demo_receipt() {
    const RunResult result = demo_result();
    Receipt receipt = job_of(result);
    Hash32 previous = receipt.job_hash;
    const Lies lies = [](std::uint32_t segment, std::uint32_t position) { return segment == 1 && position == 1; };
    for (std::uint32_t index = 0; index < result.spec.schedule.segments(); ++index) {
        ReceiptSegment segment = opened_segment(receipt, result, index, previous);
        const auto order = order_of(receipt, segment.index, previous);
        add_attempt(receipt, segment, order, 0, 3, lies);
        if (index == 1) {
            add_attempt(receipt, segment, order, 3, 6, lies);
        }
        previous = segment.digest;
        receipt.segments.push_back(std::move(segment));
    }
    return receipt;
}

Receipt void_receipt() {
    const RunResult result = demo_result();
    Receipt receipt = job_of(result);
    receipt.pool.resize(3);
    ReceiptSegment segment = opened_segment(receipt, result, 0, receipt.job_hash);
    add_attempt(receipt, segment, order_of(receipt, segment.index, receipt.job_hash), 0, 3,
                [](std::uint32_t, std::uint32_t position) { return position < 2; });
    segment.opening = {};
    segment.digest = {};
    segment.trace.clear();
    receipt.segments.push_back(std::move(segment));
    return receipt;
}

}  // namespace cone::report::sample
