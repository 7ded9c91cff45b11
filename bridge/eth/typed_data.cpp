// EIP-712 for one domain and one type.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/typed_data.hpp"

#include "bridge/eth/abi.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::eth {
namespace {

constexpr std::string_view kDomainType = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

Hash32 hash_text(std::string_view text) {
    return hash::keccak256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Hash32 hash_words(std::string_view types, const AbiValues& values) {
    const auto tuple = parse_abi_type(types);
    return hash::keccak256(abi_encode(*tuple, values));
}

}  // namespace

Hash32 domain_separator(std::uint64_t chain_id, const Address& job_board) {
    return hash_words("(bytes32,bytes32,bytes32,uint256,address)",
                      {hash_text(kDomainType), hash_text(kDomainName), hash_text(kDomainVersion), U256(chain_id), job_board});
}

Hash32 struct_hash(const Vote& vote) {
    return hash_words("(bytes32,uint64,uint32,uint32,bytes32,bytes32)",
                      {hash_text(kVoteType), U256(vote.job.value), U256(vote.segment.value), U256(vote.attempt.value),
                       vote.digest, vote.witness});
}

Hash32 signing_hash(const Hash32& domain_separator, const Vote& vote) {
    Bytes preimage{0x19, 0x01};
    append(preimage, domain_separator);
    append(preimage, struct_hash(vote));
    return hash::keccak256(preimage);
}

Bytes sign_vote(const Hash32& domain_separator, const Vote& vote, const SecretKey& key) {
    return to_compact(key.sign(signing_hash(domain_separator, vote)));
}

std::optional<Address> recover_voter(const Hash32& domain_separator, const Vote& vote, ByteSpan signature) {
    const auto parsed = signature_from_compact(signature);
    return parsed ? recover(signing_hash(domain_separator, vote), *parsed) : std::nullopt;
}

}  // namespace cone::eth
