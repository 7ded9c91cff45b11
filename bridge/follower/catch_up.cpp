// Logs first, then the headers of the blocks that have some.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/catch_up.hpp"

#include <algorithm>
#include <utility>

#include "bridge/rpc/decode.hpp"
#include "bridge/rpc/header.hpp"

namespace cone::follower {
namespace {

/// Cuts the span behind its block number `count` that has logs.
void shorten(rpc::LogSpan& span, std::size_t count) {
    std::size_t blocks = 0;
    for (std::size_t i = 0; i < span.logs.size(); ++i) {
        const bool begins = i == 0 || span.logs[i].block.number != span.logs[i - 1].block.number;
        if (begins && ++blocks > count) {
            span.last = span.logs[i - 1].block.number;
            span.logs.resize(i);
            return;
        }
    }
}

std::vector<std::uint64_t> numbers_of(const rpc::LogSpan& span) {
    std::vector<std::uint64_t> numbers;
    for (const rpc::Log& log : span.logs) {
        numbers.push_back(log.block.number);
    }
    numbers.push_back(span.last);
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

std::vector<BlockApplied> join(const std::vector<rpc::BlockHeader>& headers, std::vector<rpc::Log> logs) {
    std::vector<BlockApplied> out;
    std::size_t next = 0;
    for (const rpc::BlockHeader& header : headers) {
        rpc::require_own_hash(header);
        BlockApplied block{header.ref(), header.timestamp, {}};
        for (; next < logs.size() && logs[next].block.number == header.number; ++next) {
            if (logs[next].block.hash != header.hash) {
                rpc::bad_result("a log of block " + std::to_string(header.number) + " names another hash than its header");
            }
            block.logs.push_back(std::move(logs[next]));
        }
        out.push_back(std::move(block));
    }
    return out;
}

}  // namespace

std::vector<BlockApplied> read_final_blocks(rpc::Client& client, std::uint64_t first, std::uint64_t bound,
                                            const rpc::LogFilter& filter, std::size_t count, rpc::RangeWidth& width,
                                            SecondEndpoint* second) {
    rpc::LogSpan span = rpc::read_log_span(client, first, bound, filter, width);
    shorten(span, count);
    const auto headers = rpc::block_headers(client, numbers_of(span));
    if (second != nullptr && !second->confirms(first, span.last, span.logs, filter)) {
        return {};
    }
    return join(headers, std::move(span.logs));
}

}  // namespace cone::follower
