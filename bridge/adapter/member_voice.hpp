// The node's OwnVoice port on Ethereum: a member's commitment and vote as transactions of its own key.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bridge/adapter/intent.hpp"
#include "bridge/adapter/translate.hpp"
#include "bridge/contracts/deployment.hpp"
#include "bridge/eth/signer.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/pause.hpp"
#include "bridge/sender/send_queue.hpp"
#include "bridge/sender/sender.hpp"
#include "cone/base/clock.hpp"
#include "cone/node/own_vote.hpp"

namespace cone::adapter {

struct MemberVoiceSettings {
    std::string url;
    contracts::Deployment deployment;
    sender::SendSettings send;  ///< chain id, patience, fee limits
    Millis retry{5'000};        ///< between two tries of what could not be sent
};

/// A worker sends, so that nobody waits for a block. What the chain would refuse, above all a vote that the bridge has brought, is
/// found out before anything is paid. What cannot be sent (the node is away, the account is empty) is tried again until its window
/// closes; in the last quarter of that it bids as a vote with a deadline may.
class MemberVoice final : public node::OwnVoice {
public:
    /// Talks to nobody yet. `member` is not null; it is the one whose votes are cast.
    MemberVoice(MemberVoiceSettings settings, std::unique_ptr<eth::Signer> member);

    void cast(const node::CastVotes& vote) override;
    void commit(const node::CommitDirect& commitment) override;
    /// What was handed over and of which it is not known yet what became of it.
    [[nodiscard]] std::size_t unfinished() const { return queue_.unfinished(); }

private:
    [[nodiscard]] sender::SendWork work();
    void submit(const std::string& what, Translated translated, const Intent& intent);
    /// What takes the call: nothing while the chain does not show its attempt.
    [[nodiscard]] std::optional<sender::Term> term_of(const Intent& intent);
    [[nodiscard]] sender::Outcome try_to_send(const sender::Outgoing& request);

    MemberVoiceSettings settings_;
    std::unique_ptr<eth::Signer> signer_;
    SteadyClock clock_;
    rpc::StoppablePause pause_;
    rpc::CurlTransport transport_;
    rpc::Client client_;
    sender::MemoryJournal journal_;
    sender::Sender sender_;
    sender::SendQueue queue_;  // last: its worker uses all of the above
};

}  // namespace cone::adapter
