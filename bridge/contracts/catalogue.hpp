// The catalogue's lists, as the events tell them: the contract keeps only their hashes and wants them back for a match.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "bridge/contracts/deployment.hpp"
#include "bridge/contracts/events.hpp"
#include "bridge/rpc/client.hpp"
#include "cone/base/bytes.hpp"

namespace cone::contracts {

using ShardLists = std::vector<std::vector<Hash32>>;

/// The shard roots under every tag set that carries all `tags` (ascending), in the order that `close` and `order` take: sets by
/// their first entries, entries by registration. `registered` are the events EntryRegistered from the first on; others are
/// skipped.
[[nodiscard]] ShardLists lists_under(const std::vector<Event>& registered, const std::vector<Hash32>& tags);

/// Same, with the events of the chain up to its newest block. A registration that comes later makes `close` fail with
/// ListMismatch: read again.
[[nodiscard]] ShardLists read_lists(rpc::Client& client, const Deployment& deployment, const std::vector<Hash32>& tags);

/// Whether `close` or `order` was refused because somebody registered a shard after the lists were read. `reason` as
/// describe_revert has it.
[[nodiscard]] bool lists_are_old(std::string_view reason);

}  // namespace cone::contracts
