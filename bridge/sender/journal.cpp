// The journal in memory: for tests, and for runs that start anew after a crash.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/journal.hpp"

#include <algorithm>
#include <iterator>

namespace cone::sender {

void MemoryJournal::append(const JournalEntry& entry) {
    entries_.push_back(entry);
}

void MemoryJournal::abandon(std::uint64_t nonce) {
    std::erase_if(entries_, [nonce](const JournalEntry& entry) { return entry.nonce == nonce; });
}

std::vector<JournalEntry> MemoryJournal::since(std::uint64_t nonce) const {
    std::vector<JournalEntry> out;
    std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(out),
                 [nonce](const JournalEntry& entry) { return entry.nonce >= nonce; });
    std::stable_sort(out.begin(), out.end(), [](const JournalEntry& a, const JournalEntry& b) { return a.nonce < b.nonce; });
    return out;
}

}  // namespace cone::sender
