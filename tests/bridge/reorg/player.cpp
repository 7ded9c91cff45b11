// Decisions from the index, moves as the contracts' own calls.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/reorg/player.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "bridge/adapter/terms.hpp"
#include "bridge/adapter/votes.hpp"
#include "bridge/contracts/catalogue.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/eth/typed_data.hpp"
#include "bridge/rpc/header.hpp"
#include "cone/hash/records.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote.hpp"

namespace cone::test {

using contracts::JobState;
using contracts::SegmentState;

namespace {

constexpr std::size_t kSellers = 2;
constexpr std::size_t kExecutors = 4;
const std::vector<std::string> kTags{"vision", "digits"};

Hash32 filled(std::uint8_t byte) {
    Hash32 hash;
    hash.bytes.fill(byte);
    return hash;
}

eth::SecretKey executor_key(const Address& executor) {
    for (std::uint32_t i = 0; i < kExecutors; ++i) {
        eth::SecretKey key = dev_account(kFirstExecutor + i);
        if (key.address() == executor) {
            return key;
        }
    }
    throw std::runtime_error("no executor of this game");
}

sender::SendSettings quick_settings() {
    sender::SendSettings settings{.chain_id = eth::kAnvilChainId};
    settings.poll_interval = Millis(2);
    return settings;
}

std::vector<std::uint32_t> accesses_of(const index::JobEntry& job) {
    return std::vector<std::uint32_t>(job.shards.size(), 3);
}

hash::DigestOpening opening_of(const index::JobEntry& job) {
    return {job.job_hash, SegmentIndex(0), job.job_hash, filled(2), filled(3), 9500, hash::accesses_root(accesses_of(job)),
            filled(4)};
}

Hash32 salt_of(std::size_t position) {
    return filled(static_cast<std::uint8_t>(0x40 + position));
}

node::PreparedVote vote_of(const index::JobEntry& job, std::uint64_t attempt, const Address& member, std::size_t position) {
    return {SegmentIndex(0), AttemptIndex(narrow<std::uint32_t>(attempt)),
            member,          hash::segment_digest(opening_of(job)),
            filled(5),       salt_of(position)};
}

std::vector<Hash32> commitments_of(const Hash32& separator, const index::JobEntry& job, std::uint64_t attempt,
                                   const std::vector<Address>& members) {
    std::vector<Hash32> out;
    for (std::size_t i = 0; i < members.size(); ++i) {
        out.push_back(node::commitment_of({separator, kJob}, vote_of(job, attempt, members[i], i)));
    }
    return out;
}

contracts::VoteOpening opening_of(const Hash32& separator, const node::PreparedVote& vote, std::size_t position) {
    const adapter::KeyVoteSigner signer(executor_key(vote.executor));
    const Bytes rs = signer.sign_vote(separator, kJob, vote.segment, vote.attempt, vote.digest, vote.witness);
    contracts::VoteOpening out{narrow<std::uint16_t>(position), vote.salt, {}, {}};
    std::copy(rs.begin(), rs.begin() + 32, out.r.bytes.begin());
    std::copy(rs.begin() + 32, rs.end(), out.vs.bytes.begin());
    return out;
}

}  // namespace

const char* to_string(Kind kind) {
    constexpr const char* kNames[] = {"job", "seed", "commit", "reveal", "dispute", "final", "payout"};
    return kNames[static_cast<std::size_t>(kind)];
}

contracts::Rules patient_rules() {
    contracts::Rules rules = Devnet::quick_rules();
    rules.reveal_blocks = 150;
    rules.challenge_blocks = 150;
    rules.stall_blocks = 2000;
    return rules;
}

Actor::Actor(std::uint32_t account, rpc::Client& client, const Clock& clock, rpc::Pause& pause)
    : signer(dev_account(account)), sender(client, signer, journal, clock, pause, quick_settings()) {}

Player::Player(Devnet& net, rpc::Client& client, bool disputes)
    : net_(net),
      client_(client),
      disputes_(disputes),
      buyer_(kBuyer, client, clock_, pause_),
      bridge_(kBridge, client, clock_, pause_),
      challenger_(kChallenger, client, clock_, pause_),
      follower_(client, clock_,
                {.addresses = net.deployment().addresses(), .first_block = net.deployment().block, .blocks_a_poll = 32}),
      history_(net.deployment()) {}

void Player::prepare() {
    const auto tags = contracts::tag_set(kTags);
    for (std::uint32_t i = 0; i < kSellers; ++i) {
        net_.send(kFirstSeller + i, contracts::register_shard(tags, shard_root(i), 100, Wei(0)));
    }
    for (std::uint32_t i = 0; i < kExecutors; ++i) {
        net_.send(kFirstExecutor + i, contracts::register_executor(1, net_.views().unit_stake()));
    }
    net_.send(kStranger, contracts::open_auction(tags, net_.request(), Wei(1)));
    net_.mine(5);
}

void Player::follow() {
    for (auto steps = follower_.poll(); !steps.empty(); steps = follower_.poll()) {
        reverts_ += static_cast<std::size_t>(std::count_if(steps.begin(), steps.end(), [](const auto& step) {
            return std::holds_alternative<follower::BlockReverted>(step);
        }));
        history_.take(steps);
    }
}

void Player::wait_for_block(std::uint64_t number) {
    if (const std::uint64_t head = rpc::block_number(net_.client()); head < number) {
        net_.mine(number - head);
        follow();
    }
}

std::optional<Move> Player::next() {
    const auto found = market().jobs.find(kJob);
    if (found == market().jobs.end()) {
        const auto lists = contracts::read_lists(net_.client(), net_.deployment(), contracts::tag_set(kTags));
        return Move{Kind::Job, &buyer_, contracts::close_auction(kJob, lists)};
    }
    const index::JobEntry job = found->second;
    switch (job.state) {
        case JobState::Open: {
            wait_for_block(job.seed_block + 1);  // a simulation sees the newest block, not the next
            const auto header = rpc::block_header(net_.client(), job.seed_block);
            return Move{Kind::Seed, &bridge_, contracts::fix_seed(kJob, rpc::header_rlp(header.value()))};
        }
        case JobState::Running:
            return segment_move(job);
        case JobState::Settling:
            return Move{Kind::Payout, &bridge_, settle(job)};
        default:
            return std::nullopt;
    }
}

Move Player::segment_move(const index::JobEntry& job) {
    const auto found = job.segments.find(0);
    const index::SegmentEntry segment = found == job.segments.end() ? index::SegmentEntry{} : found->second;
    if (segment.state == SegmentState::Committed) {
        const auto& [number, attempt] = *segment.attempts.rbegin();
        wait_for_block(attempt.reveal_from_block);
        return {Kind::Reveal, &bridge_, reveal(job, number, attempt.members)};
    }
    if (segment.state != SegmentState::Accepted) {
        return {Kind::Commit, &bridge_, commit(segment, job)};
    }
    if (disputes_ && segment.challenges.empty()) {
        return {Kind::Dispute, &challenger_, contracts::challenge(kJob, SegmentIndex(0), net_.views().rules().challenge_bond)};
    }
    wait_for_block(segment.final_from_block);
    std::vector<std::vector<Address>> members;
    for (const auto& [number, attempt] : segment.attempts) {
        members.push_back(attempt.members);
    }
    return {Kind::Final, &bridge_, contracts::finalize(kJob, SegmentIndex(0), members)};
}

contracts::ContractCall Player::commit(const index::SegmentEntry& segment, const index::JobEntry& job) {
    const auto terms = adapter::read_terms(net_.client(), net_.deployment(), kJob);
    const auto due = net_.views().next_attempt(kJob, SegmentIndex(0));
    std::size_t asked = 0;
    for (const auto& [number, attempt] : segment.attempts) {
        asked += attempt.members.size();
    }
    const auto order = node::ticket_order(terms, SegmentIndex(0), job.job_hash);
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(asked);
    const std::vector<Address> members(first, first + due.new_members);
    const auto commitments = commitments_of(terms.domain_separator, job, due.attempt.value, members);
    return contracts::post_commitments(kJob, SegmentIndex(0), due.attempt, members,
                                       node::commitments_root(members, commitments));
}

contracts::ContractCall Player::reveal(const index::JobEntry& job, std::uint64_t attempt, const std::vector<Address>& members) {
    const Hash32 separator =
        eth::domain_separator(eth::kAnvilChainId, net_.deployment().address(contracts::Contract::JobBoard));
    contracts::VoteGroup group{hash::segment_digest(opening_of(job)), filled(5), {}};
    for (std::size_t i = 0; i < members.size(); ++i) {
        group.openings.push_back(opening_of(separator, vote_of(job, attempt, members[i], i), i));
    }
    return contracts::cast_votes(kJob, SegmentIndex(0), AttemptIndex(narrow<std::uint32_t>(attempt)), members,
                                 commitments_of(separator, job, attempt, members), {group});
}

contracts::ContractCall Player::settle(const index::JobEntry& job) const {
    const auto opened = opening_of(job);
    return contracts::settle(kJob, {opened.state_root, opened.osmd_root, opened.metric_bp, accesses_of(job), opened.trace_root},
                             job.request.spec_hash, job.shards);
}

sender::Outcome Player::act(const Move& move) {
    return move.actor->sender.send({.label = to_string(move.kind),
                                    .to = net_.deployment().address(move.call.contract),
                                    .data = move.call.data,
                                    .value = eth::to_u256(move.call.value)});
}

Move Player::play_until(Kind kind) {
    for (int moves = 0; moves < 30; ++moves) {
        follow();
        auto move = next();
        if (!move) {
            break;
        }
        if (move->kind == kind) {
            return *std::move(move);
        }
        (void)act(*move);
    }
    throw std::runtime_error(std::string("the job never came to its ") + to_string(kind));
}

void Player::play_to_the_end() {
    for (int moves = 0; moves < 30; ++moves) {
        follow();
        const auto move = next();
        if (!move) {
            return;
        }
        (void)act(*move);
    }
    throw std::runtime_error("the job does not end");
}

void Player::recover() {
    for (Actor* actor : actors_) {
        actor->sender.recover();
    }
}

index::MarketIndex fresh_index(rpc::Client& client, const contracts::Deployment& deployment) {
    const SteadyClock clock;
    follower::Follower follower(client, clock, {.addresses = deployment.addresses(), .first_block = deployment.block});
    index::MarketIndex out;
    for (auto steps = follower.poll(); !steps.empty(); steps = follower.poll()) {
        for (const auto& step : steps) {
            out = index::apply_block(std::move(out), deployment, std::get<follower::BlockApplied>(step).logs);
        }
    }
    return out;
}

std::string find_doubles(rpc::Client& client, const std::vector<Actor*>& actors, const std::string& may_fail) {
    std::map<Bytes, int> succeeded;
    std::string found;
    for (const Actor* actor : actors) {
        for (const auto& entry : actor->journal.since(0)) {
            const auto receipt = rpc::receipt(client, entry.signed_bytes.hash);
            if (!receipt) {
                continue;  // replaced
            }
            if (!receipt->success) {
                found += entry.label == may_fail ? "" : entry.label + " failed; ";
                continue;
            }
            const auto sent = eth::decode_transaction(entry.signed_bytes.raw);
            found += ++succeeded[sent->transaction.data] > 1 ? entry.label + " twice; " : "";
        }
    }
    return found;
}

}  // namespace cone::test
