// A second node that is asked about the same chain: what only one of two says is not believed, and while they differ nothing is sent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bridge/rpc/calls.hpp"
#include "cone/base/clock.hpp"

namespace cone::follower {

/// Called when the endpoints begin to differ, with what about, when that changes, and with nothing when they agree again.
using AccordReport = std::function<void(const std::optional<std::string>& why_not)>;

struct SecondSettings {
    std::uint64_t final_depth = 64;  ///< blocks, where a node has no tag `finalized`
    std::uint64_t lag_blocks = 32;   ///< the first endpoint this far behind the second one is stale
    Millis compare_every{12'000};    ///< looks at the final block
    Millis patience{30'000};         ///< the second one silent for so long: go on reading without it
    AccordReport report{};
};

/// One thread, the follower's. `client` and `clock` outlive it.
class SecondEndpoint {
public:
    SecondEndpoint(rpc::Client& client, const Clock& clock, SecondSettings settings = {});

    /// How many of these blocks, from the first on, may be applied: those whose logs this endpoint tells in the same words. It waits for
    /// a block that this endpoint does not know yet, and no longer than `patience`; then all may, and nothing is sent until they were
    /// compared after all.
    [[nodiscard]] std::size_t confirmed(std::span<const Hash32> blocks, const std::vector<std::vector<rpc::Log>>& logs,
                                        const rpc::LogFilter& filter);
    /// This block left the chain: its logs need not be compared any more.
    void forget(const Hash32& block);
    /// Does it tell the same logs of all blocks from `first` to `last`?
    [[nodiscard]] bool confirms(std::uint64_t first, std::uint64_t last, const std::vector<rpc::Log>& logs,
                                const rpc::LogFilter& filter);

    /// Compares the final block with `other` and its newest block, `head`, when `compare_every` is over. Throws what `other` throws.
    void compare(rpc::Client& other, std::uint64_t head);

    /// Both said the same of the final block, not too long ago, and of all logs since.
    [[nodiscard]] bool may_act() const { return !why_not_.has_value(); }
    /// Why nothing may be sent.
    [[nodiscard]] const std::optional<std::string>& why_not() const { return why_not_; }

private:
    template <class Call>
    auto ask(Call call);
    [[nodiscard]] bool over(const std::optional<Millis>& since) const;
    [[nodiscard]] std::optional<bool> same_logs(const Hash32& block, const std::vector<rpc::Log>& logs,
                                                const rpc::LogFilter& filter);
    void compare_owed();
    void compare_final(rpc::Client& other);
    void compare_heads(std::uint64_t head);
    void conclude();

    rpc::Client& client_;
    const Clock& clock_;
    SecondSettings settings_;
    struct Owed {
        Hash32 block;
        std::vector<rpc::Log> logs;
        rpc::LogFilter filter;
    };
    std::vector<Owed> owed_;  ///< applied without it
    std::optional<Millis> silent_since_;
    std::optional<Millis> unconfirmed_since_;  ///< logs that it does not tell, though it may answer
    std::string silence_;
    std::optional<std::string> logs_differ_;
    std::optional<std::string> final_differs_;
    std::optional<std::string> stale_;
    bool compared_ = false;  ///< the final block, at least once
    std::optional<std::string> why_not_{"the final block was not compared yet"};
    Millis next_question_{};  ///< not before, while it is silent
    Millis next_comparison_{};
};

}  // namespace cone::follower
