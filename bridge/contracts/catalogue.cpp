// One pass over the registrations.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/catalogue.hpp"

#include <algorithm>
#include <map>

#include "bridge/contracts/records.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/log_range.hpp"

namespace cone::contracts {
ShardLists lists_under(const std::vector<Event>& registered, const std::vector<Hash32>& tags) {
    ShardLists lists;
    std::map<std::vector<Hash32>, std::size_t> place_of;
    for (const Event& event : registered) {
        if (event.contract != Contract::DataCatalog || event.name != "EntryRegistered") {
            continue;
        }
        const auto carried = read_hashes(eth::AbiValue(event.list("tags")));
        if (!std::includes(carried.begin(), carried.end(), tags.begin(), tags.end())) {
            continue;
        }
        const auto [place, added] = place_of.emplace(carried, lists.size());
        if (added) {
            lists.emplace_back();
        }
        lists[place->second].push_back(event.hash("shardRoot"));
    }
    return lists;
}

ShardLists read_lists(rpc::Client& client, const Deployment& deployment, const std::vector<Hash32>& tags) {
    const rpc::LogFilter filter{.addresses = {deployment.address(Contract::DataCatalog)}, .topics = {}};
    const std::uint64_t head = rpc::block_number(client);
    std::vector<Event> registered;
    for (const auto& log : rpc::read_logs(client, deployment.block, head, filter)) {
        if (auto event = decode_event(Contract::DataCatalog, log)) {
            registered.push_back(std::move(*event));
        }
    }
    return lists_under(registered, tags);
}

bool lists_are_old(std::string_view reason) {
    for (const std::string_view error : {"ListMismatch", "ListsMissing", "ListsLeftOver"}) {
        if (reason.find(error) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace cone::contracts
