// The checks of the job as a whole; segment_check.cpp does the segments.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/receipt_check.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>

#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"
#include "cone/hash/records.hpp"
#include "cone/report/segment_check.hpp"

namespace cone::report {
namespace {

/// Tickets are hashed one a unit: a made-up stake must not keep the verifier busy for days.
constexpr std::uint64_t kMaxUnits = 1'000'000;

Hash32 hash_text(std::string_view text) {
    return hash::keccak256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void append_word(Bytes& out, ByteSpan value) {
    out.insert(out.end(), 32 - value.size(), 0);
    append(out, value);
}

/// Domain separator of EIP-712 for the votes (docs/protocol.md 2.4).
Hash32 vote_domain(std::uint64_t chain_id, const Address& job_board) {
    Bytes words;
    append(words, hash_text("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"));
    append(words, hash_text("CONE"));
    append(words, hash_text("1"));
    Bytes chain;
    append_big_endian(chain, chain_id);
    append_word(words, chain);
    append_word(words, job_board.span());
    return hash::keccak256(words);
}

std::optional<job::JobSpec> read_spec(const Receipt& receipt, Findings& findings) {
    try {
        job::JobSpec spec = job::spec_from_canonical(receipt.spec);
        const auto problem = job::validate(spec);
        if (findings.add("spec", !problem, problem ? problem->field + ": " + problem->reason : "canonical and valid")) {
            return spec;
        }
    } catch (const DataError& error) {
        findings.add("spec", false, error.what());
    }
    return std::nullopt;
}

void check_hashes(const Receipt& receipt, Findings& findings) {
    findings.equal("spec-hash", "hash of the spec", receipt.spec_hash, hash::spec_hash(receipt.spec));
    std::vector<Hash32> shards;
    std::transform(receipt.sellers.begin(), receipt.sellers.end(), std::back_inserter(shards),
                   [](const ReceiptSeller& seller) { return seller.shard_root; });
    findings.equal("job-hash", "hash of spec and shards", receipt.job_hash,
                   hash::job_hash(receipt.spec_hash, hash::data_hash(shards)));
    findings.equal("domain", "domain separator of the votes", receipt.domain_separator,
                   vote_domain(receipt.chain_id, receipt.job_board));
}

std::optional<sortition::StakeTable> read_pool(const Receipt& receipt, Findings& findings) {
    std::vector<sortition::Stake> stakes;
    std::uint64_t units = 0;
    for (const ReceiptExecutor& executor : receipt.pool) {
        stakes.push_back({executor.address, executor.units});
        units += executor.units;
    }
    if (units == 0 || units > kMaxUnits) {
        findings.add("pool", false, std::to_string(units) + " stake units, expected 1 to " + std::to_string(kMaxUnits));
        return std::nullopt;
    }
    auto pool = sortition::StakeTable::from(std::move(stakes));
    findings.add("pool", pool.has_value(),
                 pool ? std::to_string(pool->size()) + " executors" : "an address is zero or stands twice");
    return pool;
}

/// Segments count up from 0, nothing follows one without a digest, and a whole job has all of them.
void check_order(const Receipt& receipt, const job::JobSpec& spec, Findings& findings) {
    const auto& segments = receipt.segments;
    bool ordered = !segments.empty() && segments.size() <= spec.schedule.segments();
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const bool last = i + 1 == segments.size();
        ordered = ordered && segments[i].index.value == i && (last || !segments[i].digest.is_zero());
    }
    const bool whole = ordered && (segments.size() == spec.schedule.segments() || segments.back().digest.is_zero());
    findings.add("segments", whole,
                 std::to_string(segments.size()) + " of " + std::to_string(spec.schedule.segments()) + " segments" +
                     (whole ? "" : ", out of order, or the job stops after an accepted one"));
}

}  // namespace

std::vector<Finding> check_receipt(const Receipt& receipt, const RecoverSigner& recover) {
    Findings findings;
    check_hashes(receipt, findings);
    const auto spec = read_spec(receipt, findings);
    const auto pool = read_pool(receipt, findings);
    if (spec && pool) {
        check_order(receipt, *spec, findings);
        Hash32 previous = receipt.job_hash;
        for (const ReceiptSegment& segment : receipt.segments) {
            check_segment({receipt, *spec, *pool, recover, previous}, segment, findings);
            previous = segment.digest;
        }
    }
    return findings.take();
}

bool all_ok(const std::vector<Finding>& findings) {
    return std::all_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.ok; });
}

}  // namespace cone::report
