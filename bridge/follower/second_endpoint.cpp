// Questions to the second node: a silence is no disagreement until patience ends, a different answer is one at once.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/second_endpoint.hpp"

#include <algorithm>
#include <utility>

#include "bridge/follower/final_block.hpp"
#include "bridge/rpc/header.hpp"
#include "bridge/rpc/log_range.hpp"

namespace cone::follower {
namespace {

constexpr Millis kQuestionPause{1'000};

/// The header of block `number`: `known` when it is that.
std::optional<rpc::BlockHeader> header_at(rpc::Client& client, const std::optional<rpc::BlockHeader>& known,
                                          std::uint64_t number) {
    if (known && known->number == number) {
        return known;
    }
    auto header = rpc::block_header(client, number);
    if (header) {
        rpc::require_own_hash(*header);
    }
    return header;
}

std::uint64_t number_of(const std::optional<rpc::BlockHeader>& header) {
    return header ? header->number : 0;
}

}  // namespace

SecondEndpoint::SecondEndpoint(rpc::Client& client, const Clock& clock, SecondSettings settings)
    : client_(client), clock_(clock), settings_(std::move(settings)) {}

/// Nothing when it has no usable answer: away, behind, or talking nonsense, which for us is all the same.
template <class Call>
auto SecondEndpoint::ask(Call call) {
    std::optional<decltype(call())> answer;
    if (silent_since_ && clock_.now() < next_question_) {
        return answer;
    }
    try {
        answer = call();
        silent_since_.reset();
    } catch (const RpcError& why) {
        silent_since_ = silent_since_.value_or(clock_.now());
        next_question_ = clock_.now() + kQuestionPause;
        silence_ = why.what();
    }
    return answer;
}

bool SecondEndpoint::over(const std::optional<Millis>& since) const {
    return since && clock_.now() - *since >= settings_.patience;
}

/// Nothing: it does not say.
std::optional<bool> SecondEndpoint::same_logs(const Hash32& block, const std::vector<rpc::Log>& logs,
                                              const rpc::LogFilter& filter) {
    const auto told = ask([&] { return rpc::logs_in_blocks(client_, std::span(&block, 1), filter).front(); });
    if (!told) {
        return std::nullopt;
    }
    const bool same = *told == logs;
    logs_differ_ = same ? std::nullopt : std::optional("the logs of block " + to_hex(block) + " differ");
    return same;
}

std::size_t SecondEndpoint::confirmed(std::span<const Hash32> blocks, const std::vector<std::vector<rpc::Log>>& logs,
                                      const rpc::LogFilter& filter) {
    if (owed_.empty()) {
        logs_differ_.reset();  // of a block that is asked again now, or left the chain
    }
    if (blocks.empty()) {
        unconfirmed_since_.reset();
    }
    std::size_t count = 0;
    for (; count < blocks.size(); ++count) {
        const auto same = same_logs(blocks[count], logs[count], filter);
        unconfirmed_since_ = same ? std::nullopt : std::optional(unconfirmed_since_.value_or(clock_.now()));
        if (over(unconfirmed_since_)) {
            owed_.push_back({blocks[count], logs[count], filter});
        } else if (!same.value_or(false)) {
            break;
        }
    }
    conclude();
    return count;
}

void SecondEndpoint::forget(const Hash32& block) {
    std::erase_if(owed_, [&](const Owed& owed) { return owed.block == block; });
}

bool SecondEndpoint::confirms(std::uint64_t first, std::uint64_t last, const std::vector<rpc::Log>& logs,
                              const rpc::LogFilter& filter) {
    const auto told = ask([&] { return rpc::read_logs(client_, first, last, filter); });
    const bool same = told && *told == logs;
    if (told) {
        const std::string where = "blocks " + std::to_string(first) + " to " + std::to_string(last);
        logs_differ_ = same ? std::nullopt : std::optional("the logs of " + where + " differ");
    }
    conclude();
    return same;
}

void SecondEndpoint::compare(rpc::Client& other, std::uint64_t head) {
    if (clock_.now() >= next_comparison_) {
        compare_final(other);
        compare_heads(head);
        compare_owed();
        next_comparison_ = clock_.now() + (silent_since_ ? kQuestionPause : settings_.compare_every);
    }
    conclude();
}

void SecondEndpoint::compare_owed() {
    while (!owed_.empty() && same_logs(owed_.front().block, owed_.front().logs, owed_.front().filter).value_or(false)) {
        owed_.erase(owed_.begin());
    }
}

/// At the lower of both final blocks; while nothing is final, at the first block of all.
void SecondEndpoint::compare_final(rpc::Client& other) {
    const auto ours = final_block(other, settings_.final_depth);
    const auto theirs = ask([&] { return final_block(client_, settings_.final_depth); });
    if (!theirs) {
        return;
    }
    const std::uint64_t number = std::min(number_of(ours), number_of(*theirs));
    const auto here = header_at(other, ours, number);
    const auto there = ask([&] { return header_at(client_, *theirs, number); });
    if (!here || !there || !*there) {
        return;
    }
    const bool same = here->hash == (*there)->hash;
    compared_ = true;
    final_differs_ = same ? std::nullopt
                          : std::optional("final block " + std::to_string(number) + " is " + to_hex(here->hash) +
                                          " at the first endpoint and " + to_hex((*there)->hash) + " at the second");
}

void SecondEndpoint::compare_heads(std::uint64_t head) {
    const auto theirs = ask([&] { return rpc::block_number(client_); });
    if (theirs) {
        const bool behind = *theirs > head && *theirs - head > settings_.lag_blocks;
        stale_ = behind ? std::optional("the first endpoint is " + std::to_string(*theirs - head) + " blocks behind the second")
                        : std::nullopt;
    }
}

void SecondEndpoint::conclude() {
    std::optional<std::string> why = logs_differ_;
    why = why ? why : final_differs_;
    why = why ? why : stale_;
    if (!why && silent_since_ && (!compared_ || over(silent_since_))) {
        why = "the second endpoint has no answer: " + silence_;
    }
    if (!why && !compared_) {
        why = "the final block was not compared yet";
    }
    if (!why && !owed_.empty()) {
        why = "logs were read from the first endpoint only";
    }
    if (std::exchange(why_not_, why) != why && settings_.report) {
        settings_.report(why);
    }
}

}  // namespace cone::follower
