// Tag first, depth where there is none.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/final_block.hpp"

#include "bridge/rpc/header.hpp"

namespace cone::follower {
namespace {

std::optional<rpc::BlockHeader> tagged_block(rpc::Client& client) {
    try {
        return rpc::block_header(client, rpc::BlockTag::Finalized);
    } catch (const rpc::NodeError& error) {
        if (!rpc::is_missing_tag(error.object)) {
            throw;
        }
        return std::nullopt;
    }
}

std::optional<rpc::BlockHeader> block_below(rpc::Client& client, std::uint64_t depth) {
    const std::uint64_t head = rpc::block_number(client);
    return head < depth ? std::nullopt : rpc::block_header(client, head - depth);
}

}  // namespace

std::optional<rpc::BlockHeader> final_block(rpc::Client& client, std::uint64_t depth) {
    auto found = tagged_block(client);
    if (!found || found->number == 0) {
        found = block_below(client, depth);
    }
    if (found) {
        rpc::require_own_hash(*found);
    }
    return found;
}

}  // namespace cone::follower
