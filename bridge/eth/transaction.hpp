// Fee-market transactions (EIP-1559, type 2): the only kind that the bridge sends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bridge/eth/key.hpp"
#include "bridge/eth/u256.hpp"
#include "cone/base/bytes.hpp"

namespace cone::eth {

/// Storage that the transaction announces to touch (EIP-2930).
struct AccessListEntry {
    Address address;
    std::vector<Hash32> slots;
    bool operator==(const AccessListEntry&) const = default;
};

struct Transaction {
    std::uint64_t chain_id = 0;
    std::uint64_t nonce = 0;
    U256 max_priority_fee;  ///< wei a gas unit, for the block's maker
    U256 max_fee;           ///< wei a gas unit, base fee included
    std::uint64_t gas_limit = 0;
    std::optional<Address> to;  ///< nothing: creates a contract
    U256 value;                 ///< wei
    Bytes data;
    std::vector<AccessListEntry> access_list;
    bool operator==(const Transaction&) const = default;
};

/// What goes over the wire, and the hash by which it is known.
struct SignedTransaction {
    Bytes raw;
    Hash32 hash;
    bool operator==(const SignedTransaction&) const = default;
};

[[nodiscard]] SignedTransaction sign(const Transaction& transaction, const SecretKey& key);
/// The bytes under a signature that is there already.
[[nodiscard]] SignedTransaction assemble(const Transaction& transaction, const Signature& signature);

struct DecodedTransaction {
    Transaction transaction;
    Signature signature;
    Address sender;
    Hash32 hash;
};

/// Reads a signed type-2 transaction. Nothing on another type, RLP that is not canonical, wrong field widths or a bad
/// signature.
[[nodiscard]] std::optional<DecodedTransaction> decode_transaction(ByteSpan raw);

}  // namespace cone::eth
