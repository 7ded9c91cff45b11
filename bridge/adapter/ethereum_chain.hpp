// The node's Chain port on Ethereum: follows the contracts' events, sends the bridge's transactions, one job an object.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/adapter/action_kinds.hpp"
#include "bridge/adapter/intent.hpp"
#include "bridge/adapter/second_node.hpp"
#include "bridge/adapter/translate.hpp"
#include "bridge/contracts/deployment.hpp"
#include "bridge/eth/signer.hpp"
#include "bridge/follower/follower.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/pause.hpp"
#include "bridge/sender/lease.hpp"
#include "bridge/sender/send_queue.hpp"
#include "bridge/sender/sender.hpp"
#include "cone/base/clock.hpp"
#include "cone/node/chain.hpp"

namespace cone::adapter {

struct EthereumChainSettings {
    std::string url;
    contracts::Deployment deployment;
    JobId job;
    sender::SendSettings send;          ///< chain id, patience, fee limits
    std::filesystem::path cursor_file;  ///< how far events were read; empty: kept in memory only
    std::filesystem::path
        journal_folder{};      ///< for the key's journal and lease; empty: what was sent is forgotten with the process
    std::string second_url{};  ///< another node, which has to say the same; empty: `url` is believed
    Mode mode = Mode::Act;     ///< what may be sent at all
};

/// Two connections: this thread's for reading, a worker's for sending, so `submit` and `poll` never wait for a block.
class EthereumChain final : public node::Chain {
public:
    /// `bridge` may be null when the mode is Watch. With a journal: what an earlier process of this key signed is settled before anything is sent. Throws
    /// sender::LeaseHeld when another process uses the key. With a second endpoint: nothing new is signed while the two disagree; what
    /// was submitted before or meanwhile is sent when they agree.
    EthereumChain(EthereumChainSettings settings, std::unique_ptr<eth::Signer> bridge);

    [[nodiscard]] node::JobTerms terms() override;
    [[nodiscard]] std::vector<node::ChainEvent> poll() override;
    [[nodiscard]] bool caught_up() override;
    /// The one place where the mode is asked: what it does not allow is logged, and refused with the next `poll`.
    void submit(const node::ChainAction& action) override;
    [[nodiscard]] bool has_news() override { return queue_.has_sent(); }
    [[nodiscard]] std::uint64_t head() override { return follower_.head(); }
    /// Waits a few seconds for receipts under way: the event of a transaction may be read before its receipt. With a journal,
    /// those of earlier processes are among them. Never throws: without a node it is what is known.
    [[nodiscard]] std::vector<node::TransactionCost> costs() override;

private:
    [[nodiscard]] bool may_send() const { return second_ == nullptr || second_->endpoint.may_act(); }
    void send_what_waits();
    void warn_when_stale();
    void read_blocks(std::vector<node::ChainEvent>& out);
    void take(const follower::BlockApplied& block, std::vector<node::ChainEvent>& out);
    void take(const follower::BlockReverted& block, std::vector<node::ChainEvent>& out);
    void read_outcomes(std::vector<node::ChainEvent>& out);
    void note_cost(const std::string& intent, const std::string& label, const rpc::Receipt& receipt);
    void await_receipts();
    void note_earlier_costs();
    void refuse_by_mode(const Intent& intent);
    [[nodiscard]] sender::Claim claim_of(const Intent& intent);
    [[nodiscard]] sender::Term term_of_settlement();
    [[nodiscard]] follower::FollowSettings follow_settings() const;
    [[nodiscard]] sender::SendSettings send_settings();
    [[nodiscard]] std::unique_ptr<sender::Journal> open_journal();

    EthereumChainSettings settings_;
    std::unique_ptr<eth::Signer> signer_;
    SteadyClock clock_;
    rpc::StoppablePause pause_;
    rpc::CurlTransport reading_;
    rpc::Client reader_;
    std::unique_ptr<SecondNode> second_;
    follower::Follower follower_;
    bool told_stale_ = false;
    rpc::CurlTransport sending_;
    rpc::Client send_client_;
    std::optional<sender::Lease> lease_;
    std::vector<sender::JournalEntry> earlier_;  ///< of this job, mined before this process started; filled with journal_
    std::unique_ptr<sender::Journal> journal_;
    sender::Sender sender_;
    std::vector<node::TransactionCost> costs_;
    std::vector<node::ChainEvent> refused_;               ///< by the mode, since the last poll
    std::map<SegmentIndex, std::uint64_t> reveal_until_;  ///< last block of the newest attempt's window
    std::vector<std::uint64_t> told_of_;                  ///< blocks of the chain that stands whose events were handed over
    std::atomic<bool> may_sign_{false};                   ///< `may_send` for the worker, as of the newest poll
    bool recovery_waits_ = true;
    std::vector<sender::Outgoing> waiting_;  ///< until the endpoints agree
    sender::SendQueue queue_;                // last: its worker uses all of the above
};

}  // namespace cone::adapter
