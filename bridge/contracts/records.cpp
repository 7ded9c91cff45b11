// Structs to ABI tuples and back.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/records.hpp"

#include <algorithm>
#include <string>

#include "bridge/contracts/list_of.hpp"
#include "cone/base/errors.hpp"

namespace cone::contracts {
namespace {

using eth::AbiValue;
using eth::AbiValues;
using eth::U256;

template <class T>
const T& held(const AbiValue& value) {
    const T* inner = std::get_if<T>(&value);
    CONE_ASSERT(inner != nullptr, "a value of a contract is of another kind");
    return *inner;
}

template <class Item, class Read>
std::vector<Item> read_list(const AbiValue& value, Read read) {
    std::vector<Item> out;
    for (const AbiValue& element : held<AbiValues>(value)) {
        out.push_back(read(element));
    }
    return out;
}

/// Reads the members of a tuple one after the other; the ABI decoder has already checked each against its width.
class Members {
public:
    explicit Members(const AbiValue& tuple) : values_(held<AbiValues>(tuple)) {}

    template <class Int>
    Int number() {
        return narrow<Int>(read_u64(next()));
    }
    template <class Enum>
    Enum enumerator(Enum last) {
        const auto value = number<std::uint8_t>();
        if (value > static_cast<std::uint8_t>(last)) {
            throw RpcError("a contract answered with " + std::to_string(value) + " where an enum ends at " +
                           std::to_string(static_cast<int>(last)));
        }
        return static_cast<Enum>(value);
    }
    Wei wei() { return read_wei(next()); }
    Hash32 hash() { return read_hash(next()); }
    Address address() { return read_address(next()); }
    const AbiValue& next() {
        CONE_ASSERT(at_ < values_.size(), "a tuple with fewer members");
        return values_[at_++];
    }

private:
    const AbiValues& values_;
    std::size_t at_ = 0;
};

}  // namespace

const char* to_string(JobState state) {
    constexpr std::array kNames{"None", "Open", "Running", "Settling", "Settled", "Unmet", "Void"};
    return kNames.at(static_cast<std::size_t>(state));
}

const char* to_string(SegmentState state) {
    constexpr std::array kNames{"Pending", "Committed", "Undecided", "Accepted", "Challenged", "Final"};
    return kNames.at(static_cast<std::size_t>(state));
}

const char* to_string(VoidReason reason) {
    constexpr std::array kNames{"PoolExhausted", "Stalled", "WrongDraw"};
    return kNames.at(static_cast<std::size_t>(reason));
}

const char* to_string(Role role) {
    constexpr std::array kNames{"bidder", "buyer", "seller", "executor", "challenger", "checker"};
    return kNames.at(static_cast<std::size_t>(role));
}

AbiValue to_abi(const Request& r) {
    return AbiValues{r.spec_hash,    U256(r.tau_bp),   U256(r.min_sellers), U256(r.segments), U256(r.lead),
                     U256(r.policy), U256(r.min_size), U256(r.c_num),       U256(r.c_den),    U256(r.executor_share_bp),
                     r.bridge};
}

AbiValue to_abi(const VoteGroup& group) {
    AbiValues openings;
    for (const VoteOpening& opening : group.openings) {
        openings.emplace_back(AbiValues{U256(opening.position), opening.salt, opening.r, opening.vs});
    }
    return AbiValues{group.digest, group.witness, std::move(openings)};
}

AbiValue to_abi(const SignedVote& vote) {
    return AbiValues{vote.digest, vote.witness, vote.r, vote.vs};
}

AbiValue to_abi(const OpenedDigest& opened) {
    return AbiValues{opened.state_root, opened.osmd_root, U256(opened.metric_bp), list_of(opened.accesses), opened.trace_root};
}

AbiValue to_abi(const hash::DigestOpening& o) {
    return AbiValues{o.job_hash,  U256(o.segment.value), o.previous_digest, o.state_root,
                     o.osmd_root, U256(o.metric_bp),     o.accesses_root,   o.trace_root};
}

AbiValue to_abi(const Rules& r) {
    return AbiValues{U256(r.seed_lag_blocks),  U256(r.commit_blocks),       U256(r.reveal_blocks),
                     U256(r.challenge_blocks), U256(r.stall_blocks),        U256(r.hard_slash_bp),
                     U256(r.soft_slash_bp),    U256(r.challenge_reward_bp), eth::to_u256(r.challenge_bond)};
}

AbiValue to_abi(const Timing& t) {
    return AbiValues{U256(t.auction_blocks), U256(t.extension_blocks), U256(t.hard_end_blocks), U256(t.min_increment_bp)};
}

std::uint64_t read_u64(const AbiValue& value) {
    const auto number = eth::to_u64(held<U256>(value));
    if (!number) {
        throw RpcError("a contract answered with " + held<U256>(value).str() + " where 64 bits were expected");
    }
    return *number;
}

Wei read_wei(const AbiValue& value) {
    const auto amount = eth::to_wei(held<U256>(value));
    if (!amount) {
        throw RpcError("a contract answered with more ether than there is");
    }
    return *amount;
}

Hash32 read_hash(const AbiValue& value) {
    const Bytes& bytes = held<Bytes>(value);
    CONE_ASSERT(bytes.size() == Hash32::kSize, "a hash has 32 bytes");
    Hash32 hash;
    std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
    return hash;
}

Address read_address(const AbiValue& value) {
    return held<Address>(value);
}

std::vector<std::uint32_t> read_u32s(const AbiValue& value) {
    return read_list<std::uint32_t>(value, [](const AbiValue& v) { return narrow<std::uint32_t>(read_u64(v)); });
}

std::vector<Hash32> read_hashes(const AbiValue& value) {
    return read_list<Hash32>(value, read_hash);
}

std::vector<Address> read_addresses(const AbiValue& value) {
    return read_list<Address>(value, read_address);
}

// Braced initialisers evaluate from left to right: the members are read in the order of the struct.
Request read_request(const AbiValue& value) {
    Members m(value);
    return {m.hash(),
            m.number<std::uint32_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint8_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.address()};
}

Job read_job(const AbiValue& value) {
    Members m(value);
    return {m.enumerator(JobState::Void),
            m.address(),
            m.address(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint64_t>(),
            m.number<std::uint64_t>(),
            m.number<std::uint64_t>(),
            m.number<std::uint64_t>(),
            m.hash(),
            m.hash(),
            m.number<std::uint16_t>()};
}

Segment read_segment(const AbiValue& value) {
    Members m(value);
    return {m.enumerator(SegmentState::Final),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.number<std::uint16_t>(),
            m.hash(),
            m.hash(),
            m.hash(),
            m.number<std::uint64_t>()};
}

Attempt read_attempt(const AbiValue& value) {
    Members m(value);
    return {
        m.hash(),   m.number<std::uint64_t>(), m.number<std::uint64_t>(), m.number<std::uint16_t>(), m.number<std::uint16_t>(),
        m.address()};
}

NextAttempt read_next_attempt(const AbiValue& value) {
    Members m(value);
    return {AttemptIndex(m.number<std::uint32_t>()), m.number<std::uint16_t>(), m.hash(), m.hash(), m.hash(), m.hash()};
}

ExecutorEntry read_executor(const AbiValue& value) {
    Members m(value);
    return {m.enumerator(ExecutorEntry::Status::Leaving), m.number<std::uint32_t>(), m.number<std::uint64_t>(), m.wei()};
}

VoteGroup read_vote_group(const AbiValue& value) {
    const auto& fields = std::get<AbiValues>(value);
    VoteGroup group{read_hash(fields.at(0)), read_hash(fields.at(1)), {}};
    for (const auto& entry : std::get<AbiValues>(fields.at(2))) {
        const auto& opening = std::get<AbiValues>(entry);
        group.openings.push_back({narrow<std::uint16_t>(read_u64(opening.at(0))), read_hash(opening.at(1)),
                                  read_hash(opening.at(2)), read_hash(opening.at(3))});
    }
    return group;
}

Rules read_rules(const AbiValue& value) {
    Members m(value);
    return {m.number<std::uint32_t>(), m.number<std::uint32_t>(), m.number<std::uint32_t>(),
            m.number<std::uint32_t>(), m.number<std::uint32_t>(), m.number<std::uint16_t>(),
            m.number<std::uint16_t>(), m.number<std::uint16_t>(), m.wei()};
}

}  // namespace cone::contracts
