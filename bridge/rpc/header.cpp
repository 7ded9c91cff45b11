// Rebuilds a header's RLP and checks it against the block's hash.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/header.hpp"

#include "bridge/eth/rlp.hpp"
#include "bridge/rpc/decode.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::rpc {
namespace {

using eth::rlp_bytes;
using eth::rlp_uint;

std::vector<Bytes> frontier_fields(const BlockHeader& h) {
    return {rlp_bytes(h.parent.span()),
            rlp_bytes(h.ommers_hash.span()),
            rlp_bytes(h.beneficiary.span()),
            rlp_bytes(h.state_root.span()),
            rlp_bytes(h.transactions_root.span()),
            rlp_bytes(h.receipts_root.span()),
            rlp_bytes(h.logs_bloom.span()),
            rlp_uint(h.difficulty),
            rlp_uint(h.number),
            rlp_uint(h.gas_limit),
            rlp_uint(h.gas_used),
            rlp_uint(h.timestamp),
            rlp_bytes(h.extra_data),
            rlp_bytes(h.prev_randao.span()),
            rlp_bytes(h.nonce)};
}

void add_hash(std::vector<Bytes>& fields, const std::optional<Hash32>& hash) {
    if (hash) {
        fields.push_back(rlp_bytes(hash->span()));
    }
}

template <class Number>
void add_number(std::vector<Bytes>& fields, const std::optional<Number>& number) {
    if (number) {
        fields.push_back(rlp_uint(*number));
    }
}

Bytes encode(const BlockHeader& h) {
    std::vector<Bytes> fields = frontier_fields(h);
    add_number(fields, h.base_fee);
    add_hash(fields, h.withdrawals_root);
    add_number(fields, h.blob_gas_used);
    add_number(fields, h.excess_blob_gas);
    add_hash(fields, h.parent_beacon_root);
    add_hash(fields, h.requests_hash);
    return eth::rlp_list(fields);
}

}  // namespace

Hash32 header_hash(const BlockHeader& header) {
    return hash::keccak256(encode(header));
}

Bytes header_rlp(const BlockHeader& h) {
    Bytes rlp = encode(h);
    if (const Hash32 hash = hash::keccak256(rlp); hash != h.hash) {
        bad_result("block " + std::to_string(h.number) + " is said to be " + to_hex(h.hash) + " but its header hashes to " +
                   to_hex(hash) + ": wrong fields, or of a fork that is not known here");
    }
    return rlp;
}

void require_own_hash(const BlockHeader& header) {
    (void)header_rlp(header);
}

}  // namespace cone::rpc
