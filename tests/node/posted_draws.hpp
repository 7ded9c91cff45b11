// A pool of seven, the draw of a segment, and a board on which a bridge posted what a test says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cone/node/omission.hpp"
#include "cone/node/rules.hpp"
#include "tests/node/wrong_verdict.hpp"

namespace cone::test {

using Lists = std::vector<std::vector<Address>>;

[[nodiscard]] inline Address numbered(std::uint8_t number) {
    Address address;
    address.bytes[0] = 0xee;
    address.bytes[19] = number;
    return address;
}

[[nodiscard]] inline node::JobTerms terms_of_seven() {
    node::JobTerms terms;
    terms.job = JobId(7);
    terms.job_seed = letter_hash('s');
    for (std::uint8_t i = 1; i <= 7; ++i) {
        terms.pool.push_back({numbered(i), i % 3U + 1U});
    }
    return terms;
}

/// Segment `segment`, built on the digest 'p', with these lists as its attempts.
[[nodiscard]] inline node::PostedSegment posted(const Lists& lists, std::uint32_t segment = 0, std::uint16_t epoch = 0) {
    node::PostedSegment made{.segment = SegmentIndex(segment),
                             .previous = letter_hash('p'),
                             .epoch = epoch,
                             .attempts = static_cast<std::uint16_t>(lists.size()),
                             .final_from_block = 0,
                             .lists = {}};
    for (std::uint32_t i = 0; i < lists.size(); ++i) {
        made.lists.push_back({AttemptIndex((std::uint32_t{epoch} << 16) | i), lists[i]});
    }
    return made;
}

/// Those at `places` of the ticket order of `segment`.
[[nodiscard]] inline std::vector<Address> drawn(const node::JobTerms& terms, const std::vector<std::size_t>& places,
                                                std::uint32_t segment = 0) {
    const auto order = node::ticket_order(terms, SegmentIndex(segment), letter_hash('p'));
    std::vector<Address> members;
    for (const auto place : places) {
        members.push_back(order.at(place));
    }
    return members;
}

}  // namespace cone::test
