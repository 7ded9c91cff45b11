// The 2048-bit filter in a header that says which addresses cannot have logged in a block (Yellow Paper 4.3.1, M3:2048).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridge/rpc/types.hpp"

namespace cone::follower {

/// False: certainly no log of `item` (an address or a topic). True: perhaps.
[[nodiscard]] bool may_contain(const rpc::Bloom& bloom, ByteSpan item);
/// As a node does when it builds a block.
void insert(rpc::Bloom& bloom, ByteSpan item);

}  // namespace cone::follower
