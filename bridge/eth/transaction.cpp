// 0x02 || rlp([chain_id, nonce, tip, cap, gas, to, value, data, access_list, y_parity, r, s])
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/transaction.hpp"

#include <algorithm>

#include "bridge/eth/rlp.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::eth {
namespace {

constexpr std::uint8_t kType = 0x02;

Bytes encode_access_list(const std::vector<AccessListEntry>& list) {
    std::vector<Bytes> entries;
    for (const AccessListEntry& entry : list) {
        std::vector<Bytes> slots;
        for (const Hash32& slot : entry.slots) {
            slots.push_back(rlp_bytes(slot.span()));
        }
        entries.push_back(rlp_list({rlp_bytes(entry.address.span()), rlp_list(slots)}));
    }
    return rlp_list(entries);
}

std::vector<Bytes> unsigned_fields(const Transaction& t) {
    return {rlp_uint(U256(t.chain_id)), rlp_uint(U256(t.nonce)),     rlp_uint(t.max_priority_fee),
            rlp_uint(t.max_fee),        rlp_uint(U256(t.gas_limit)), rlp_bytes(t.to ? t.to->span() : ByteSpan{}),
            rlp_uint(t.value),          rlp_bytes(t.data),           encode_access_list(t.access_list)};
}

Bytes envelope(const std::vector<Bytes>& fields) {
    Bytes out{kType};
    append(out, rlp_list(fields));
    return out;
}

/// Reads fields out of an RLP list; `ok` falls at the first that has another shape.
struct FieldReader {
    const std::vector<RlpItem>& items;
    bool ok = true;

    const Bytes& bytes(std::size_t i) {
        ok = ok && !items[i].is_list;
        return items[i].bytes;
    }
    U256 uint(std::size_t i, std::size_t max_bytes = 32) {
        const Bytes& digits = bytes(i);
        ok = ok && digits.size() <= max_bytes && (digits.empty() || digits[0] != 0);
        return ok ? u256_from_bytes(digits) : U256(0);
    }
    std::uint64_t u64(std::size_t i) { return static_cast<std::uint64_t>(uint(i, 8)); }
    template <class Fixed>
    Fixed fixed(std::size_t i) {
        const Bytes& value = bytes(i);
        Fixed out{};
        ok = ok && value.size() == Fixed::kSize;
        if (ok) {
            std::copy(value.begin(), value.end(), out.bytes.begin());
        }
        return out;
    }
};

bool read_access_list(const RlpItem& list, std::vector<AccessListEntry>& out) {
    bool ok = list.is_list;
    for (const RlpItem& item : list.items) {
        ok = ok && item.is_list && item.items.size() == 2 && item.items[1].is_list;
        if (!ok) {
            return false;
        }
        FieldReader head{item.items};
        AccessListEntry& entry = out.emplace_back();
        entry.address = head.fixed<Address>(0);
        FieldReader slots{item.items[1].items};
        for (std::size_t i = 0; i < slots.items.size(); ++i) {
            entry.slots.push_back(slots.fixed<Hash32>(i));
        }
        ok = head.ok && slots.ok;
    }
    return ok;
}

Transaction read_fields(FieldReader& fields) {
    Transaction t;
    t.chain_id = fields.u64(0);
    t.nonce = fields.u64(1);
    t.max_priority_fee = fields.uint(2);
    t.max_fee = fields.uint(3);
    t.gas_limit = fields.u64(4);
    if (!fields.bytes(5).empty()) {
        t.to = fields.fixed<Address>(5);
    }
    t.value = fields.uint(6);
    t.data = fields.bytes(7);
    fields.ok = fields.ok && read_access_list(fields.items[8], t.access_list);
    return t;
}

}  // namespace

SignedTransaction sign(const Transaction& transaction, const SecretKey& key) {
    return assemble(transaction, key.sign(hash::keccak256(envelope(unsigned_fields(transaction)))));
}

SignedTransaction assemble(const Transaction& transaction, const Signature& signature) {
    std::vector<Bytes> fields = unsigned_fields(transaction);
    fields.push_back(rlp_uint(U256(signature.y_odd ? 1 : 0)));
    fields.push_back(rlp_uint(u256_from_bytes(signature.r)));
    fields.push_back(rlp_uint(u256_from_bytes(signature.s)));
    SignedTransaction out{envelope(fields), {}};
    out.hash = hash::keccak256(out.raw);
    return out;
}

std::optional<DecodedTransaction> decode_transaction(ByteSpan raw) {
    if (raw.empty() || raw[0] != kType) {
        return std::nullopt;
    }
    const auto list = rlp_decode(raw.subspan(1));
    if (!list || !list->is_list || list->items.size() != 12) {
        return std::nullopt;
    }
    FieldReader fields{list->items};
    DecodedTransaction out{read_fields(fields), {}, {}, hash::keccak256(raw)};
    const U256 parity = fields.uint(9, 1);
    out.signature = {to_word(fields.uint(10)), to_word(fields.uint(11)), parity == 1};
    if (!fields.ok || parity > 1) {
        return std::nullopt;
    }
    const auto sender = recover(hash::keccak256(envelope(unsigned_fields(out.transaction))), out.signature);
    if (!sender) {
        return std::nullopt;
    }
    out.sender = *sender;
    return out;
}

}  // namespace cone::eth
