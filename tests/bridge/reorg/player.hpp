// A whole job on a real chain, played from the index alone: who has to send what next, sent by our sender, read by our follower.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "bridge/contracts/transactions.hpp"
#include "bridge/eth/signer.hpp"
#include "bridge/follower/follower.hpp"
#include "bridge/index/history.hpp"
#include "bridge/sender/sender.hpp"
#include "cone/base/clock.hpp"
#include "tests/bridge/contracts/devnet.hpp"

namespace cone::test {

inline constexpr std::uint32_t kChallenger = 3;
inline constexpr std::uint32_t kStranger = 4;
inline const JobId kJob{1};

/// The steps of a job, in their order.
enum class Kind : std::uint8_t { Job, Seed, Commit, Reveal, Dispute, Final, Payout };
[[nodiscard]] const char* to_string(Kind kind);

/// One key with its sender.
struct Actor {
    Actor(std::uint32_t account, rpc::Client& client, const Clock& clock, rpc::Pause& pause);

    eth::LocalSigner signer;
    sender::MemoryJournal journal;
    sender::Sender sender;
};

/// What is due.
struct Move {
    Kind kind;
    Actor* actor;
    contracts::ContractCall call;
};

/// Windows long enough for a reorganisation of 64 blocks inside each.
[[nodiscard]] contracts::Rules patient_rules();

class Player {
public:
    /// Follows and sends through `client`; `net` gives other people's transactions and mines.
    Player(Devnet& net, rpc::Client& client, bool disputes);

    /// Two sellers, four executors and an auction that is over: the next move is its close.
    void prepare();
    /// Polls until nothing new comes.
    void follow();
    /// What the index says is due, after mining until its time has come. Nothing when the job is closed.
    [[nodiscard]] std::optional<Move> next();
    sender::Outcome act(const Move& move);
    /// Follows and acts until a move of this kind is due.
    Move play_until(Kind kind);
    void play_to_the_end();
    /// As the bridge does when blocks left the chain.
    void recover();

    [[nodiscard]] const index::MarketIndex& market() const { return history_.now(); }
    [[nodiscard]] std::size_t reverts() const { return reverts_; }
    [[nodiscard]] const std::vector<Actor*>& actors() const { return actors_; }

private:
    [[nodiscard]] Move segment_move(const index::JobEntry& job);
    [[nodiscard]] contracts::ContractCall commit(const index::SegmentEntry& segment, const index::JobEntry& job);
    [[nodiscard]] contracts::ContractCall reveal(const index::JobEntry& job, std::uint64_t attempt,
                                                 const std::vector<Address>& members);
    [[nodiscard]] contracts::ContractCall settle(const index::JobEntry& job) const;
    void wait_for_block(std::uint64_t number);

    Devnet& net_;
    rpc::Client& client_;
    bool disputes_;
    SteadyClock clock_;
    rpc::StoppablePause pause_;
    Actor buyer_;
    Actor bridge_;
    Actor challenger_;
    std::vector<Actor*> actors_{&buyer_, &bridge_, &challenger_};
    follower::Follower follower_;
    index::IndexHistory history_;
    std::size_t reverts_ = 0;
};

/// The index that a reader who was not there makes of the chain as it is now.
[[nodiscard]] index::MarketIndex fresh_index(rpc::Client& client, const contracts::Deployment& deployment);

/// "" when no call of `actors` succeeded twice and none failed but those of `may_fail`; else what did.
[[nodiscard]] std::string find_doubles(rpc::Client& client, const std::vector<Actor*>& actors, const std::string& may_fail);

}  // namespace cone::test
