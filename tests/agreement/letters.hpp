// The alphabet job: what a segment produces is a letter. Executors, digests and witnesses by number and letter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "cone/agreement/tally.hpp"

namespace cone::agreement {

inline Hash32 letter(char c) {
    Hash32 hash;
    hash.bytes.fill(static_cast<std::uint8_t>(c));
    return hash;
}

inline Address executor(std::uint32_t number) {
    Address address;
    address.bytes[0] = 0xee;
    address.bytes[19] = static_cast<std::uint8_t>(number);
    return address;
}

/// `count` executors from `first` on.
inline std::vector<Address> executors(std::uint32_t first, std::uint32_t count) {
    std::vector<Address> result;
    for (std::uint32_t i = 0; i < count; ++i) {
        result.push_back(executor(first + i));
    }
    return result;
}

/// Executor `number` says `digest`; the witness of attempt 0 is 'w' unless told otherwise.
inline Vote vote(std::uint32_t number, char digest, char witness = 'w', std::uint32_t attempt = 0) {
    return {AttemptIndex(attempt), executor(number), letter(digest), letter(witness)};
}

/// A tally whose attempt 0 asks executors 0 to size - 1.
inline Tally tally_of(std::uint32_t size) {
    Tally tally;
    EXPECT_TRUE(tally.open(AttemptIndex(0), executors(0, size)));
    return tally;
}

/// What a member of an exhaustive test does.
enum class Act { Right, WrongA, WrongB, Silent, WrongWitness };
inline constexpr std::uint32_t kActs = 5;

/// The `size` acts that `code` stands for, in base 5.
inline std::vector<Act> acts_of(std::uint32_t code, std::uint32_t size) {
    std::vector<Act> acts;
    for (std::uint32_t i = 0; i < size; ++i, code /= kActs) {
        acts.push_back(static_cast<Act>(code % kActs));
    }
    return acts;
}

inline std::uint32_t assignments(std::uint32_t size) {
    return size == 0 ? 1 : kActs * assignments(size - 1);
}

/// Lets executor `number` do `act` in `attempt`.
inline void play(Tally& tally, std::uint32_t number, Act act, std::uint32_t attempt = 0) {
    switch (act) {
        case Act::Right:
            EXPECT_EQ(tally.count(vote(number, 'R', 'w', attempt)), Counted::Yes);
            return;
        case Act::WrongA:
            EXPECT_EQ(tally.count(vote(number, 'A', 'w', attempt)), Counted::Yes);
            return;
        case Act::WrongB:
            EXPECT_EQ(tally.count(vote(number, 'B', 'w', attempt)), Counted::Yes);
            return;
        case Act::WrongWitness:
            EXPECT_EQ(tally.count(vote(number, 'R', 'x', attempt)), Counted::Yes);
            return;
        case Act::Silent:
            return;
    }
}

}  // namespace cone::agreement
