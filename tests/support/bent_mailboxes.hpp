// Mailboxes that hand on to another and do one thing differently.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/comm/mailbox.hpp"

namespace cone::test {

/// Does everything as the mailbox inside.
class WrappedMailbox : public comm::Mailbox {
public:
    explicit WrappedMailbox(std::unique_ptr<comm::Mailbox> inner) : inner_(std::move(inner)) {}
    [[nodiscard]] int rank() const override { return inner_->rank(); }
    [[nodiscard]] int size() const override { return inner_->size(); }
    void send(int to, ByteSpan message) override { inner_->send(to, message); }
    [[nodiscard]] std::optional<comm::Mail> try_receive() override { return inner_->try_receive(); }
    [[nodiscard]] std::set<int> failed_peers() override { return inner_->failed_peers(); }
    [[nodiscard]] std::size_t pending_sends() override { return inner_->pending_sends(); }

private:
    std::unique_ptr<comm::Mailbox> inner_;
};

/// A bridge's mailbox that loses what certain executors reveal, and what certain ones commit to.
class DeafMailbox final : public WrappedMailbox {
public:
    DeafMailbox(std::unique_ptr<comm::Mailbox> inner, std::vector<std::size_t> ignored, std::vector<std::size_t> left_out)
        : WrappedMailbox(std::move(inner)), ignored_(std::move(ignored)), left_out_(std::move(left_out)) {}
    [[nodiscard]] std::optional<comm::Mail> try_receive() override;

private:
    [[nodiscard]] bool is_lost(const comm::Mail& mail) const;

    std::vector<std::size_t> ignored_;
    std::vector<std::size_t> left_out_;
};

/// Hands mail on some time after it was there to be had.
class LaggingMailbox final : public WrappedMailbox {
public:
    LaggingMailbox(std::unique_ptr<comm::Mailbox> inner, const Clock& clock, Millis lag)
        : WrappedMailbox(std::move(inner)), clock_(clock), lag_(lag) {}
    [[nodiscard]] std::optional<comm::Mail> try_receive() override;

private:
    const Clock& clock_;
    Millis lag_;
    std::deque<std::pair<Millis, comm::Mail>> waiting_;
};

}  // namespace cone::test
