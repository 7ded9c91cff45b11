// One name, three endings.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/key_places.hpp"

#include "bridge/rpc/calls.hpp"
#include "cone/base/errors.hpp"

namespace cone::adapter {

KeyPlaces places_of_key(const std::filesystem::path& folder, rpc::Client& client, std::uint64_t chain_id,
                        const Address& account) {
    const auto genesis = rpc::block_header(client, std::uint64_t{0});
    if (!genesis) {
        throw RpcError("the node does not know its chain's first block");
    }
    const sender::JournalOwner owner{chain_id, genesis->hash, account};
    const auto journal = sender::journal_path(folder, owner);
    const auto beside = [&](const char* ending) { return std::filesystem::path(journal).replace_extension(ending); };
    return {owner, journal, beside(".lease"), beside(".fees")};
}

}  // namespace cone::adapter
