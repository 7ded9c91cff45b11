// What the bent mailboxes do differently.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bent_mailboxes.hpp"

#include <algorithm>
#include <variant>

#include "cone/node/messages.hpp"

namespace cone::test {

bool DeafMailbox::is_lost(const comm::Mail& mail) const {
    const auto executor = static_cast<std::size_t>(mail.from - 1);
    const auto is_in = [&](const auto& list) { return std::count(list.begin(), list.end(), executor) != 0; };
    return (is_in(ignored_) && std::holds_alternative<node::Reveal>(node::decode_to_bridge(mail.bytes))) ||
           (is_in(left_out_) && std::holds_alternative<node::Commitment>(node::decode_to_bridge(mail.bytes)));
}

std::optional<comm::Mail> DeafMailbox::try_receive() {
    while (auto mail = WrappedMailbox::try_receive()) {
        if (!is_lost(*mail)) {
            return mail;
        }
    }
    return std::nullopt;
}

std::optional<comm::Mail> LaggingMailbox::try_receive() {
    while (auto mail = WrappedMailbox::try_receive()) {
        waiting_.emplace_back(clock_.now() + lag_, std::move(*mail));
    }
    if (waiting_.empty() || waiting_.front().first > clock_.now()) {
        return std::nullopt;
    }
    auto mail = std::move(waiting_.front().second);
    waiting_.pop_front();
    return mail;
}

}  // namespace cone::test
