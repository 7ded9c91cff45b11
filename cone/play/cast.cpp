// Addresses by number, hashes by seed.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/cast.hpp"

#include <algorithm>
#include <string_view>

#include "cone/hash/keccak.hpp"
#include "cone/hash/records.hpp"
#include "cone/sortition/draw.hpp"

namespace cone::play {
namespace {

constexpr std::uint64_t kPoolBlock = 100;
constexpr std::uint64_t kStartBlock = 104;

Address numbered(std::uint8_t kind, std::uint32_t number) {
    Address address;
    address.bytes[0] = kind;
    for (std::size_t i = 0; i < 4; ++i) {
        address.bytes[19 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return address;
}

Hash32 seeded(std::uint64_t seed, std::string_view what) {
    Bytes preimage(what.begin(), what.end());
    append_big_endian(preimage, seed);
    return hash::keccak256(preimage);
}

/// How many of `own` are in the first set under this seed.
std::size_t own_in_first_set(const JobTerms& terms, const sortition::StakeTable& pool, const std::set<Address>& own) {
    const Hash32 seed = hash::segment_seed(terms.job_seed, terms.job_hash);
    const auto set =
        sortition::draw({seed, terms.id, SegmentIndex(0)}, pool, std::max(terms.agreement.lead, terms.agreement.min_size));
    return static_cast<std::size_t>(std::count_if(set.begin(), set.end(), [&](const Address& a) { return own.contains(a); }));
}

}  // namespace

sortition::StakeTable pool_of(const Cast& cast) {
    std::vector<sortition::Stake> stakes;
    for (const Address& executor : cast.executors) {
        stakes.push_back({executor, 1});
    }
    return *sortition::StakeTable::from(stakes);
}

JobTerms terms_of(const GameSetup& setup, const Strategy& strategy, const Cast& cast, const std::set<Address>& own) {
    JobTerms terms = setup.terms;
    terms.job_hash = cast.job_hash;
    terms.buyer = cast.buyer;
    if (terms.start_block == 0) {
        terms.pool_block = kPoolBlock;
        terms.start_block = kStartBlock;
    }
    terms.job_seed = cast.job_seeds.front();
    if (strategy.chooses_seed) {
        JobTerms other = terms;
        other.job_seed = cast.job_seeds.back();
        const auto pool = pool_of(cast);
        terms = own_in_first_set(other, pool, own) > own_in_first_set(terms, pool, own) ? other : terms;
    }
    return terms;
}

Cast cast_of(const GameSetup& setup, std::uint64_t seed) {
    Cast cast;
    for (std::uint32_t i = 0; i < setup.executors; ++i) {
        cast.executors.push_back(numbered(0xee, i + 1));
    }
    for (std::uint32_t i = 0; i < kSellers; ++i) {
        cast.sellers.push_back(numbered(0x5e, i + 1));
    }
    cast.buyer = numbered(0xb0, 1);
    cast.attacker = numbered(0xaa, 1);
    cast.watcher = numbered(0xcc, 1);
    cast.job_hash = seeded(0, "job");
    cast.job_seeds = {seeded(seed, "seed"), seeded(seed, "other seed")};
    return cast;
}

}  // namespace cone::play
