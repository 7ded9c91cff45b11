// Sends transactions of one key in order, each exactly once, whatever the node does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "bridge/eth/signer.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/outage.hpp"
#include "bridge/sender/journal.hpp"
#include "bridge/sender/purse.hpp"
#include "cone/base/clock.hpp"

namespace cone::sender {

struct Flight;

/// A transaction to be sent; nonce, fees and signature are the sender's business.
struct Outgoing {
    std::string label{};          ///< for logs and the cost table: "postCommitments 0/1"
    std::optional<Address> to{};  ///< nothing: creates a contract
    Bytes data{};
    U256 value{};
    std::uint64_t gas_limit = 0;  ///< 0: estimated, plus a quarter
    Claim claim{};                ///< how urgent it is, and how much it may cost
    /// What the caller wants done, named the same by every process that decides it: "job 1/segment 0/attempt 0/castVotes". What
    /// the journal knows as done is not done again. Empty: each request is a new wish.
    std::string intent{};
};

/// The contract said no. `receipt` is there when that was found out on chain, and paid for.
struct Reverted {
    std::optional<rpc::Receipt> receipt;
    rpc::RevertInfo why;  ///< raw error data; bridge/contracts names it
};
/// The node took no version of it for a reason that waiting does not cure; nothing was sent.
struct Refused {
    std::string reason;
};
/// Nothing was sent: it cannot be paid for now, and something more pressing waits. To be sent again after that.
struct Deferred {
    std::string reason;
};
using Outcome = std::variant<rpc::Receipt, Reverted, Refused, Deferred>;

/// What became of a transaction that was signed before: by an earlier process, or in a block that left the chain.
struct Recovered {
    std::string intent;
    std::string label;
    Outcome outcome;
};

/// By this machine's clock.
[[nodiscard]] std::uint64_t seconds_since_1970();

struct SendSettings {
    std::uint64_t chain_id = 0;
    Millis poll_interval{250};       ///< longest time between looks for the receipt; the first ones come sooner
    Millis outage_pause{1'000};      ///< between questions to a node that is away
    Millis outage{600'000};          ///< the node away for so long: RpcError, exit code TryAgain
    Millis patience{1'800'000};      ///< signed but unmined for so long: the same; unsigned, it waits without end
    Millis compare_every{60'000};    ///< journal with chain, when something is sent: what became final
    std::uint64_t final_depth = 64;  ///< blocks, where the node has no finalized block
    FeePolicy fees{};
    std::filesystem::path spend_file{};  ///< keeps the day's budgets; empty: they are this object's
    bool waits_for_ether = false;        ///< an account that cannot pay is waited for, with an alarm; else Refused
    std::function<Claim()> waiting{};    ///< the most pressing claim that waits for this sender; class Payout when none does
    std::function<bool()> may_sign{};    ///< asked before new bytes are signed, from this thread; empty: always
    std::function<void(const std::string&)> alarm{};  ///< what keeps a transaction from being paid; at most once a minute
    rpc::OutageReport report{};
    std::function<std::uint64_t()> wall_clock{seconds_since_1970};
};

/// Synchronous; one thread. `client`, `signer`, `journal`, `clock`, `pause` outlive it.
///
///     simulate --> quote --> sign --> journal --> broadcast --> receipt?
///                    ^                              ^    |          | no
///                    |  replace_after               |    '----------+
///                    '------------------------------+---------------'  the node forgot it: the same bytes again
class Sender {
public:
    Sender(rpc::Client& client, eth::Signer& signer, Journal& journal, const Clock& clock, rpc::Pause& pause,
           SendSettings settings);

    /// Returns when it is mined or cannot be. First settles what the journal holds from a crash or what a reorganisation took
    /// out; `take_recovered` tells how that ended. Throws RpcError after an outage, rpc::Stopped; the journal then holds what was
    /// signed.
    [[nodiscard]] Outcome send(const Outgoing& request);

    /// Compares the journal with the chain, by hash and nonce: what is mined advances, what the chain does not have is sent again,
    /// byte for byte, and waited for. Call it at start and when blocks left the chain; the first `send` does. Throws ChainError
    /// when the chain has lost what was final.
    void recover();
    /// Outcomes of what was sent again, each told once, in the order of their nonces.
    [[nodiscard]] std::vector<Recovered> take_recovered();

    [[nodiscard]] const Address& address() const { return signer_.address(); }

private:
    /// What the node made of the newest version. Displaced: another transaction waits with this nonce. NotNow: an error
    /// that is no verdict.
    enum class Handed : std::uint8_t { Taken, NonceUsed, Displaced, MustPayMore, NotNow, Refused };

    static bool never(const rpc::ErrorObject&) { return false; }
    /// Waits while the node is away, or answers with an error that `passes`; throws the other errors.
    template <class Call>
    auto outlast(Call call, bool (*passes)(const rpc::ErrorObject&) = rpc::may_pass);
    void wait(Millis span);
    void wait_within_patience(const Flight& flight, Millis span);

    using Versions = std::span<const JournalEntry>;
    void settle_what_the_chain_lacks();
    void require_what_was_final(Versions entries, std::uint64_t transactions) const;
    [[nodiscard]] bool settle(Versions versions, std::uint64_t final_block);
    void deliver_again(Versions versions);
    void deliver_what_is_below(Flight& flight);
    [[nodiscard]] std::optional<rpc::Receipt> receipt_of(const Hash32& transaction);
    [[nodiscard]] std::optional<Outcome> done_before(const std::string& intent);
    [[nodiscard]] std::uint64_t final_block();
    [[nodiscard]] std::optional<Outcome> outcome_not_told(const std::string& intent);
    [[nodiscard]] std::optional<Outcome> try_once(const Outgoing& request);
    [[nodiscard]] std::optional<Outcome> simulate(Flight& flight);
    [[nodiscard]] std::optional<std::uint64_t> next_nonce();
    [[nodiscard]] Market market();
    [[nodiscard]] std::uint64_t near_the_wall_clock(std::uint64_t timestamp) const;
    [[nodiscard]] Bill bill_of(const Flight& flight);
    /// Lends the rights of `claim` to everything that is delivered before it, as long as it lives.
    class Lent {
    public:
        Lent(Claim& behind, const Claim& claim);
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;
        ~Lent() { behind_ = before_; }

    private:
        Claim& behind_;
        Claim before_;
    };
    [[nodiscard]] Claim waiting() const;
    [[nodiscard]] bool may_sign() const { return !settings_.may_sign || settings_.may_sign(); }
    [[nodiscard]] std::optional<std::string> why_not_now(const Bill& bill, const Market& now) const;
    [[nodiscard]] std::optional<Outcome> await_means_and_sign(Flight& flight);
    void alarm(const std::string& what);
    /// Under `bill`, whose ceiling `fees` keep to.
    void sign(Flight& flight, const Bill& bill, const Market& now, const Fees& fees);
    void note_sent(Flight& flight);

    /// Nothing: its nonce was taken by another transaction.
    [[nodiscard]] std::optional<Outcome> deliver(Flight& flight);
    [[nodiscard]] Handed broadcast(Flight& flight);
    [[nodiscard]] bool held(const Flight& flight);
    [[nodiscard]] bool is_used_for_good(Flight& flight);
    [[nodiscard]] std::optional<Outcome> watch(Flight& flight);
    [[nodiscard]] std::optional<Outcome> look(Flight& flight);
    [[nodiscard]] bool price_is_due(Flight& flight);
    bool replace(Flight& flight);
    void abandon(const Flight& flight);
    void wait_or_replace(Flight& flight);
    [[nodiscard]] Outcome outcome_of(const Flight& flight, const rpc::Receipt& receipt);
    [[nodiscard]] rpc::RevertInfo why_reverted(const Flight& flight, const rpc::Receipt& receipt);

    rpc::Client& client_;
    eth::Signer& signer_;
    Journal& journal_;
    const Clock& clock_;
    rpc::Pause& pause_;
    SendSettings settings_;
    rpc::Outage outage_;
    Purse purse_;
    Claim behind_{FeeClass::Payout, {}};  ///< of what this object has under way itself, behind the present nonce
    std::optional<Millis> alarmed_at_;
    Millis back_at_{};                   ///< the node was of no use until then: no time to count as unmined
    std::optional<Millis> compared_at_;  ///< when journal and chain were last compared
    std::uint64_t final_below_ = 0;      ///< all nonces below are settled for good
    std::vector<Recovered> recovered_;
};

/// INVARIANT: while the node is away nothing is decided and nothing new is signed.
template <class Call>
auto Sender::outlast(Call call, bool (*passes)(const rpc::ErrorObject&)) {
    for (;;) {
        try {
            auto result = call();
            back_at_ = outage_.is_away() ? clock_.now() : back_at_;
            outage_.succeeded();
            return result;
        } catch (const rpc::CallFailed& why) {
            outage_.failed(why);
        } catch (const rpc::NodeError& error) {
            if (!passes(error.object)) {
                outage_.succeeded();
                throw;
            }
            outage_.failed(error);
        }
        wait(settings_.outage_pause);
    }
}

}  // namespace cone::sender
