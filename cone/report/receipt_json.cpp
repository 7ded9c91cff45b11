// The fields of receipt.json, each described once for writing and reading.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/receipt_json.hpp"

#include "cone/report/json_io.hpp"
#include "cone/report/trace_json.hpp"

namespace cone::report {

template <class Io>
void fields(Io& io, typename Io::template Ref<hash::DigestOpening> opening) {
    io("job_hash", opening.job_hash);
    io("segment", opening.segment);
    io("previous_digest", opening.previous_digest);
    io("state_root", opening.state_root);
    io("osmd_root", opening.osmd_root);
    io("metric_bp", opening.metric_bp);
    io("accesses_root", opening.accesses_root);
    io("trace_root", opening.trace_root);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<ReceiptSeller> seller) {
    io("address", seller.address);
    io("shard_root", seller.shard_root);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<ReceiptExecutor> executor) {
    io("address", executor.address);
    io("units", executor.units);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<ReceiptVote> vote) {
    io("position", vote.position);
    io("executor", vote.executor);
    io("digest", vote.digest);
    io("witness", vote.witness);
    io("salt", vote.salt);
    io("signature", vote.signature);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<ReceiptAttempt> attempt) {
    io("number", attempt.number);
    io("members", attempt.members);
    io("commitments", attempt.commitments);
    io("commitments_root", attempt.commitments_root);
    io("direct_commitments", attempt.direct);
    io("votes", attempt.votes);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<ReceiptSegment> segment) {
    io("index", segment.index);
    io("previous_digest", segment.previous_digest);
    io("opening", segment.opening);
    io("digest", segment.digest);
    io("challenges", segment.challenges);
    io("attempts", segment.attempts);
    io("trace", segment.trace);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<Receipt> receipt) {
    io.derived("schema_version", std::uint32_t{kReceiptSchemaVersion});
    io("job_id", receipt.job);
    io("chain_id", receipt.chain_id);
    io("job_board", receipt.job_board);
    io("domain_separator", receipt.domain_separator);
    io("job_seed", receipt.job_seed);
    io("spec_hash", receipt.spec_hash);
    io("job_hash", receipt.job_hash);
    io("spec", receipt.spec);
    io("sellers", receipt.sellers);
    io("pool", receipt.pool);
    io("segments", receipt.segments);
}

std::string to_json(const Receipt& receipt) {
    return write_document(receipt);
}

Receipt receipt_from_json(std::string_view text) {
    return read_document<Receipt>(text, kReceiptSchemaVersion);
}

}  // namespace cone::report
