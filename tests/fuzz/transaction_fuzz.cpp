// Any bytes as a signed transaction: refused, or one whose signature is its sender's and whose hash is that of the bytes.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/key_source.hpp"
#include "bridge/eth/transaction.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

cone::eth::Transaction sample() {
    cone::eth::Transaction t;
    t.chain_id = cone::eth::kAnvilChainId;
    t.nonce = 5;
    t.max_priority_fee = 3;
    t.max_fee = 100;
    t.gas_limit = 21000;
    t.to = cone::Address{};
    t.value = 77;
    t.data = cone::Bytes(40, 1);
    t.access_list = {{cone::Address{}, {cone::Hash32{}}}};
    return t;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const cone::ByteSpan input(data, size);
    const auto decoded = cone::eth::decode_transaction(input);
    if (decoded) {
        CONE_ASSERT(decoded->hash == cone::hash::keccak256(input), "another transaction's hash");
        const auto key = cone::eth::dev_key(0, cone::eth::kAnvilChainId);
        const auto again = cone::eth::decode_transaction(cone::eth::sign(decoded->transaction, key).raw);
        CONE_ASSERT(again && again->transaction == decoded->transaction, "fields do not survive signing");
        CONE_ASSERT(again->sender == key.address(), "another sender");
    }
    return 0;
}

std::vector<cone::Bytes> cone::test::seeds() {
    const auto key = cone::eth::dev_key(1, cone::eth::kAnvilChainId);
    cone::eth::Transaction creation = sample();
    creation.to.reset();
    return {cone::eth::sign(sample(), key).raw, cone::eth::sign(creation, key).raw};
}
