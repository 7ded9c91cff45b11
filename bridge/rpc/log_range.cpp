// Halve on refusal, double on success: a binary search that goes on for as long as there are blocks to read.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/log_range.hpp"

#include <algorithm>
#include <iterator>

namespace cone::rpc {
namespace {

bool asks_for_less(const NodeError& error) {
    return meaning_of(error.object) == Refusal::RangeTooLarge;
}

}  // namespace

bool RangeWidth::refused() {
    if (blocks_ == 1) {
        return false;
    }
    blocks_ /= 2;
    return true;
}

LogSpan read_log_span(Client& client, std::uint64_t first, std::uint64_t bound, const LogFilter& filter, RangeWidth& width) {
    CONE_ASSERT(first <= bound, "a range of blocks runs upwards");
    for (;;) {
        const std::uint64_t last = bound - first < width.blocks() ? bound : first + width.blocks() - 1;
        try {
            LogSpan span{last, logs_in_range(client, first, last, filter)};
            width.answered();
            return span;
        } catch (const NodeError& error) {
            if (!asks_for_less(error) || !width.refused()) {
                throw;
            }
        } catch (const CallFailed& failure) {
            const bool less_may_do = failure.fault == Fault::TooLarge || failure.fault == Fault::TimedOut;
            if (!less_may_do || !width.refused() || failure.fault == Fault::TimedOut) {
                throw;
            }
        }
    }
}

std::vector<Log> read_logs(Client& client, std::uint64_t first, std::uint64_t last, const LogFilter& filter) {
    std::vector<Log> out;
    RangeWidth width;
    while (first <= last) {
        LogSpan span = read_log_span(client, first, last, filter, width);
        std::move(span.logs.begin(), span.logs.end(), std::back_inserter(out));
        first = span.last + 1;
    }
    return out;
}

}  // namespace cone::rpc
