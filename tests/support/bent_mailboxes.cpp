// What the bent mailboxes do differently.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bent_mailboxes.hpp"

#include <algorithm>
#include <variant>

#include "cone/node/messages.hpp"

namespace cone::test {

std::optional<comm::Mail> DeafMailbox::try_receive() {
    while (auto mail = WrappedMailbox::try_receive()) {
        const auto executor = static_cast<std::size_t>(mail->from - 1);
        const bool ignored = std::count(ignored_.begin(), ignored_.end(), executor) != 0;
        if (!ignored || !std::holds_alternative<node::Reveal>(node::decode_to_bridge(mail->bytes))) {
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
