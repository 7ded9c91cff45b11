// Final blocks by ranges: a history of a million blocks in a few hundred questions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "bridge/follower/second_endpoint.hpp"
#include "bridge/follower/step.hpp"
#include "bridge/rpc/log_range.hpp"

namespace cone::follower {

/// The blocks with logs of `filter` from `first` on, at most `count` of them and none above `bound`, which is final; last among them, with
/// or without logs, the one up to which all was read. Their headers' hashes are their own and their logs'. Throws CallFailed (BadResult)
/// where they are not. Unlike block by block, that no log was left out is only the node's word; `second` is asked for its own when
/// there is one: empty when it does not tell the same.
[[nodiscard]] std::vector<BlockApplied> read_final_blocks(rpc::Client& client, std::uint64_t first, std::uint64_t bound,
                                                          const rpc::LogFilter& filter, std::size_t count,
                                                          rpc::RangeWidth& width, SecondEndpoint* second);

}  // namespace cone::follower
