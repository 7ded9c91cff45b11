// Takes a flight up again from what the journal kept.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/flight.hpp"

#include "cone/base/errors.hpp"

namespace cone::sender {

Flight resume(std::span<const JournalEntry> versions, Millis now) {
    CONE_ASSERT(!versions.empty(), "a flight has at least one version");
    Flight flight;
    flight.started = flight.newest_at = flight.looked_below_at = now;
    for (const JournalEntry& entry : versions) {
        const auto decoded = eth::decode_transaction(entry.signed_bytes.raw);
        if (!decoded || decoded->hash != entry.signed_bytes.hash || decoded->transaction.nonce != entry.nonce) {
            throw DataError("the journal's entry " + to_hex(entry.signed_bytes.hash) + " with nonce " +
                            std::to_string(entry.nonce) + " is damaged");
        }
        flight.label = entry.label;
        flight.intent = entry.intent;
        flight.stage = entry.stage;
        flight.transaction = decoded->transaction;
        flight.versions.push_back(entry.signed_bytes);
    }
    return flight;
}

}  // namespace cone::sender
