// Logs of long histories: as many blocks a question as the node answers, found out by asking.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "bridge/rpc/calls.hpp"

namespace cone::rpc {

/// How many blocks the next question spans. Halves when the node finds that too much, doubles when it answers.
class RangeWidth {
public:
    static constexpr std::uint64_t kWidest = 1 << 16;

    explicit RangeWidth(std::uint64_t blocks = 2048) : blocks_(blocks) {}

    [[nodiscard]] std::uint64_t blocks() const { return blocks_; }
    void answered() { blocks_ = blocks_ < kWidest ? 2 * blocks_ : kWidest; }
    /// False: it was one block already, and there is nothing less to ask for.
    [[nodiscard]] bool refused();

private:
    std::uint64_t blocks_;
};

/// Logs of `first` to `last`, both included.
struct LogSpan {
    std::uint64_t last = 0;
    std::vector<Log> logs;
};

/// The logs from `first` on, as far as one answer reaches and at most to `bound`. Asks again for half as much when the node refuses
/// the range or its answer is above our limit; throws what it said when one block is too much. An answer that does not come in time
/// is thrown on, for the node may be away, but the next question is a smaller one.
[[nodiscard]] LogSpan read_log_span(Client& client, std::uint64_t first, std::uint64_t bound, const LogFilter& filter,
                                    RangeWidth& width);

/// All logs from `first` to `last`, in as many questions as it takes. Nothing when `last` is below `first`.
[[nodiscard]] std::vector<Log> read_logs(Client& client, std::uint64_t first, std::uint64_t last, const LogFilter& filter);

}  // namespace cone::rpc
