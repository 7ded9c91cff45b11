// One poll: where does the chain still agree with us, what comes after it, which of it has logs of ours.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/follower.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "bridge/follower/bloom.hpp"
#include "bridge/follower/catch_up.hpp"
#include "bridge/follower/final_block.hpp"
#include "bridge/rpc/header.hpp"

namespace cone::follower {
namespace {

/// Headers up to the first that does not continue the one before: the chain changed while we read it.
void keep_linked(std::vector<rpc::BlockHeader>& headers, std::optional<Hash32> parent) {
    const auto broken = std::find_if(headers.begin(), headers.end(), [&](const rpc::BlockHeader& header) {
        const bool continues = !parent || header.parent == *parent;
        parent = header.hash;
        return !continues;
    });
    headers.erase(broken, headers.end());
}

}  // namespace

Follower::Follower(rpc::Client& client, const Clock& clock, FollowSettings settings, std::optional<Ring> ring,
                   SecondEndpoint* second)
    : client_(client),
      clock_(clock),
      settings_(std::move(settings)),
      second_(second),
      outage_(clock, settings_.outage, settings_.report),
      ring_(std::move(ring).value_or(Ring{})),
      head_moved_(clock.now()) {}

std::optional<BlockRef> Follower::tip() const {
    return ring_.empty() ? std::nullopt : std::optional(ring_.back());
}

std::vector<Step> Follower::poll() {
    try {
        std::vector<Step> steps = advance();
        outage_.succeeded();
        return steps;
    } catch (const rpc::CallFailed& why) {
        outage_.failed(why);
    } catch (const rpc::NodeError& why) {
        outage_.failed(why);
    }
    return {};  // away, or a block went while we read it: the next poll sees how it stands
}

/// INVARIANT: the ring changes only after everything was read, so that a failure in the middle costs nothing.
std::vector<Step> Follower::advance() {
    const rpc::BlockHeader head = newest();
    if (second_ != nullptr) {
        second_->compare(client_, head_);
    }
    if (!ring_.empty() && head.hash == ring_.back().hash) {
        return {};
    }
    auto applied = catch_up();
    if (applied.empty()) {
        return follow(head);
    }
    ring_ = {applied.back().block};  // final: nothing below it can be reverted
    return {std::make_move_iterator(applied.begin()), std::make_move_iterator(applied.end())};
}

rpc::BlockHeader Follower::newest() {
    auto head = rpc::block_header(client_);
    if (!head) {
        throw rpc::CallFailed(rpc::Fault::ServerError, "it has no newest block");
    }
    rpc::require_own_hash(*head);
    if (head->hash != head_hash_) {
        head_moved_ = clock_.now();
    }
    head_ = head->number;
    head_hash_ = head->hash;
    return *std::move(head);
}

/// Empty when the end is near, or a reorganisation has to be followed first.
std::vector<BlockApplied> Follower::catch_up() {
    const std::uint64_t next = ring_.empty() ? settings_.first_block : ring_.back().number + 1;
    const auto is_far = [&](std::uint64_t block) { return block >= next && block - next >= settings_.catch_up_blocks; };
    if (!is_far(head_)) {
        return {};
    }
    const auto final = final_block(client_, settings_.final_depth);
    if (!final || !is_far(final->number) || (!ring_.empty() && !has(ring_.back()))) {
        return {};
    }
    return read_final_blocks(client_, next, final->number, {settings_.addresses, {}}, settings_.blocks_a_poll, width_, second_);
}

bool Follower::has(const BlockRef& block) {
    const auto header = rpc::block_header(client_, block.number);
    return header && header->hash == block.hash;
}

std::vector<Step> Follower::follow(const rpc::BlockHeader& head) {
    const std::size_t kept = blocks_kept(head);
    Ring ring(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(kept));
    std::vector<Step> steps;
    for (std::size_t i = ring_.size(); i-- > kept;) {
        steps.emplace_back(BlockReverted{ring_[i]});
    }
    for (BlockApplied& applied : apply(next_headers(ring))) {
        ring.push_back(applied.block);
        steps.emplace_back(std::move(applied));
    }
    for (std::size_t i = kept; second_ != nullptr && i < ring_.size(); ++i) {
        second_->forget(ring_[i].hash);
    }
    const std::size_t surplus = ring.size() - std::min(ring.size(), settings_.ring_blocks + 1);  // and where they part
    ring.erase(ring.begin(), ring.begin() + static_cast<std::ptrdiff_t>(surplus));
    ring_ = std::move(ring);
    return steps;
}

/// How many of the ring's blocks are part of the chain with this head. A head below our tip that agrees with us is a node that
/// lags behind or rolled back: which of the two is seen when its next block comes, and nothing is reverted before.
std::size_t Follower::blocks_kept(const rpc::BlockHeader& head) {
    if (ring_.empty() || head.parent == ring_.back().hash || head.number < ring_.front().number) {
        return ring_.size();
    }
    std::size_t end = ring_.size();
    while (end > 0 && ring_[end - 1].number > head.number) {
        --end;
    }
    const bool shorter = end < ring_.size();
    for (std::size_t step = 1; end > 0; step *= 2) {
        const std::size_t first = end - std::min(end, step);
        const auto chain = rpc::block_headers(client_, ring_[first].number, end - first);
        for (std::size_t i = end; i-- > first;) {
            if (i - first < chain.size() && chain[i - first].hash == ring_[i].hash) {
                return shorter && i + 1 == end ? ring_.size() : i + 1;
            }
        }
        end = first;
    }
    if (ring_.front().number > settings_.first_block) {
        throw ReorgTooDeep("E-REORG-DEEP: the chain changed below block " + std::to_string(ring_.front().number) +
                               ", more than " + std::to_string(ring_.size()) + " blocks deep",
                           "find out which chain is right before anything else is sent");
    }
    return 0;
}

std::vector<rpc::BlockHeader> Follower::next_headers(const Ring& ring) {
    const std::uint64_t first = ring.empty() ? settings_.first_block : ring.back().number + 1;
    if (head_ < first) {
        return {};
    }
    const std::uint64_t count = std::min<std::uint64_t>(head_ - first + 1, settings_.blocks_a_poll);
    auto headers = rpc::block_headers(client_, first, count);
    std::for_each(headers.begin(), headers.end(), rpc::require_own_hash);
    keep_linked(headers, ring.empty() ? std::nullopt : std::optional(ring.back().hash));
    return headers;
}

/// Reads logs by block hash, so that they are of exactly these blocks, and only where the bloom filter leaves it open. Ends before the
/// first block whose logs the second endpoint does not confirm.
std::vector<BlockApplied> Follower::apply(const std::vector<rpc::BlockHeader>& headers) {
    std::vector<Hash32> to_read;
    for (const rpc::BlockHeader& header : headers) {
        if (std::any_of(settings_.addresses.begin(), settings_.addresses.end(),
                        [&](const Address& address) { return may_contain(header.logs_bloom, address.span()); })) {
            to_read.push_back(header.hash);
        }
    }
    const rpc::LogFilter filter{settings_.addresses, {}};
    auto logs = rpc::logs_in_blocks(client_, to_read, filter);
    const std::size_t known = second_ == nullptr ? to_read.size() : second_->confirmed(to_read, logs, filter);
    std::vector<BlockApplied> out;
    std::size_t next = 0;
    for (const rpc::BlockHeader& header : headers) {
        const bool was_read = next < to_read.size() && header.hash == to_read[next];
        if (was_read && next == known) {
            break;
        }
        out.push_back({header.ref(), header.timestamp, was_read ? std::move(logs[next++]) : std::vector<rpc::Log>{}});
    }
    return out;
}

}  // namespace cone::follower
