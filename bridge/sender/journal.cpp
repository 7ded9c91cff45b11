// The rule of the stages, and the journal in memory: for tests, and for one-shot senders that start anew after a crash.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/journal.hpp"

#include <algorithm>
#include <iterator>

#include "cone/base/errors.hpp"

namespace cone::sender {
namespace {

template <class Wanted>
std::vector<JournalEntry> select(const std::vector<JournalEntry>& entries, Wanted wanted) {
    std::vector<JournalEntry> out;
    std::copy_if(entries.begin(), entries.end(), std::back_inserter(out), wanted);
    return out;
}

}  // namespace

const char* to_string(Stage stage) {
    static constexpr const char* kNames[] = {"intent", "signed", "sent", "mined", "final", "replaced", "failed"};
    return kNames[static_cast<std::size_t>(stage)];
}

void advance(std::vector<JournalEntry>& versions, const Hash32& transaction, Stage stage, const rpc::BlockRef& block) {
    const auto at = std::find_if(versions.begin(), versions.end(),
                                 [&](const JournalEntry& entry) { return entry.signed_bytes.hash == transaction; });
    CONE_ASSERT(at != versions.end(), "only what is in the journal gets further");
    CONE_ASSERT(at->stage != Stage::Final || stage == Stage::Final, "what is final stays");
    const bool left_the_chain = stage == Stage::Sent && at->was_mined();
    at->stage = stage;
    at->block = block;
    for (JournalEntry& other : versions) {
        if (other.signed_bytes.hash == transaction) {
            continue;
        }
        if (at->was_mined()) {
            other.stage = Stage::Replaced;
            other.block = {};
        } else if (left_the_chain && other.stage == Stage::Replaced) {
            other.stage = Stage::Sent;
        }
    }
}

void MemoryJournal::intend(const std::string& intent, const std::string& label) {
    labels_.emplace(intent, label);
}

void MemoryJournal::append(const JournalEntry& entry) {
    const auto same = std::find_if(entries_.begin(), entries_.end(),
                                   [&](const JournalEntry& kept) { return kept.signed_bytes.hash == entry.signed_bytes.hash; });
    if (same == entries_.end()) {
        entries_.push_back(entry);
        return;
    }
    CONE_ASSERT(same->abandoned(), "what may still be mined is not signed again");
    *same = entry;
}

void MemoryJournal::advance(const Hash32& transaction, Stage stage, const rpc::BlockRef& block) {
    const auto at = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const JournalEntry& entry) { return entry.signed_bytes.hash == transaction; });
    CONE_ASSERT(at != entries_.end(), "only what is in the journal gets further");
    const std::uint64_t nonce = at->nonce;
    auto versions = select(entries_, [&](const JournalEntry& entry) { return entry.nonce == nonce && !entry.abandoned(); });
    sender::advance(versions, transaction, stage, block);
    auto next = versions.begin();
    for (JournalEntry& entry : entries_) {
        if (entry.nonce == nonce && !entry.abandoned()) {
            entry = *next++;
        }
    }
}

void MemoryJournal::abandon(std::uint64_t nonce) {
    for (JournalEntry& entry : entries_) {
        if (entry.nonce == nonce) {
            entry.stage = Stage::Failed;
            entry.block = {};
        }
    }
}

std::vector<JournalEntry> MemoryJournal::since(std::uint64_t nonce) const {
    auto out = select(entries_, [&](const JournalEntry& entry) { return entry.nonce >= nonce && !entry.abandoned(); });
    std::stable_sort(out.begin(), out.end(), [](const JournalEntry& a, const JournalEntry& b) { return a.nonce < b.nonce; });
    return out;
}

std::vector<JournalEntry> MemoryJournal::of(const std::string& intent) const {
    const auto known = labels_.find(intent);
    auto out = select(entries_, [&](const JournalEntry& entry) { return entry.intent == intent; });
    if (out.empty() && known != labels_.end()) {
        out.push_back({0, known->second, {}, intent, Stage::Intent, {}});
    }
    return out;
}

}  // namespace cone::sender
