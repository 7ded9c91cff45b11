// Where a key that sends keeps what must outlive the process: its journal, its lease and what it spent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "bridge/rpc/client.hpp"
#include "bridge/sender/sqlite_journal.hpp"
#include "cone/base/bytes.hpp"

namespace cone::adapter {

struct KeyPlaces {
    sender::JournalOwner owner;
    std::filesystem::path journal;
    std::filesystem::path lease;
    std::filesystem::path fees;
};
/// Asks the node for its first block: a chain is that and its id. Throws RpcError when it does not know it.
[[nodiscard]] KeyPlaces places_of_key(const std::filesystem::path& folder, rpc::Client& client, std::uint64_t chain_id,
                                      const Address& account);

}  // namespace cone::adapter
