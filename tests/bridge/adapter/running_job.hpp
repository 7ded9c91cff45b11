// A job that runs on a real chain, and the bridge's Chain port beside it; another process can take over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "bridge/adapter/ethereum_chain.hpp"
#include "bridge/adapter/member_endpoint.hpp"
#include "bridge/adapter/member_voice.hpp"
#include "bridge/adapter/votes.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/header.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote.hpp"
#include "tests/bridge/adapter/values.hpp"
#include "tests/bridge/contracts/devnet.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::adapter {

using namespace cone::test;

inline constexpr std::size_t kExecutors = 3;

inline eth::SecretKey key_of(const Address& executor) {
    for (std::uint32_t i = 0; i < kExecutors; ++i) {
        eth::SecretKey key = dev_account(kFirstExecutor + i);
        if (key.address() == executor) {
            return key;
        }
    }
    throw std::runtime_error("not an executor of this test");
}

class OnEthereum : public testing::Test {
protected:
    explicit OnEthereum(const contracts::Rules& rules = Devnet::quick_rules()) : net_(rules) {}

    /// A running job with lead 2, three executors and two sellers; the first owns `more_shards` beside its own.
    void run_job(std::size_t more_shards = 0, std::uint16_t segments = 1, std::size_t executors = kExecutors) {
        for (std::size_t i = 0; i < more_shards; ++i) {
            const auto tags = contracts::tag_set({"vision", "digits"});
            net_.send(kFirstSeller, contracts::register_shard(tags, shard_root(100 + i), 100, Wei(0)));
        }
        auto request = net_.request();
        request.segments = segments;
        job_ = net_.open_job(2, executors, request);
        fix_seed();
        connect();
    }

    void fix_seed() {
        const auto header = rpc::block_header(net_.client(), rpc::BlockId(net_.views().job(job_).seed_block));
        net_.send(kBridge, contracts::fix_seed(job_, rpc::header_rlp(*header)));
    }

    /// Another process in this mode takes over; watching, it has no key.
    void go_on_in(Mode mode) {
        mode_ = mode;
        seen_.clear();
        next_ = 0;
        connect();
    }

    void connect(Millis outage = Millis(60'000)) {
        sender::SendSettings send;
        send.chain_id = eth::kAnvilChainId;
        send.poll_interval = Millis(10);
        send.outage = outage;
        chain_.reset();
        chain_ = std::make_unique<EthereumChain>(
            EthereumChainSettings{
                url_.empty() ? net_.url() : url_, net_.deployment(), job_, send, {}, journal_folder_, {}, mode_},
            mode_ == Mode::Watch ? nullptr : std::make_unique<eth::LocalSigner>(dev_account(kBridge)));
    }

    /// The process ends, and another one starts with the same journal.
    void restart() {
        chain_.reset();
        seen_.clear();
        next_ = 0;
        connect();
    }

    [[nodiscard]] std::uint64_t nonce(rpc::BlockTag at = rpc::BlockTag::Latest) {
        return rpc::transaction_count(net_.client(), dev_account(kBridge).address(), at);
    }

    /// Submits while nothing is mined, until the transaction waits in the node's pool.
    void submit_unmined(const node::ChainAction& action) {
        (void)net_.client().ask("evm_setAutomine", {false});
        const auto before = nonce(rpc::BlockTag::Pending);
        chain_->submit(action);
        for (int look = 0; look < 1000 && nonce(rpc::BlockTag::Pending) == before; ++look) {
            (void)pause_.wait(Millis(10));
        }
        ASSERT_EQ(nonce(rpc::BlockTag::Pending), before + 1);
    }

    /// As executor `member`, with a key and a connection of its own.
    [[nodiscard]] std::unique_ptr<MemberVoice> voice_of(const Address& member, const std::string& url = {}) {
        sender::SendSettings send;
        send.chain_id = eth::kAnvilChainId;
        send.poll_interval = Millis(10);
        send.outage = url.empty() ? send.outage : Millis(1);
        return std::make_unique<MemberVoice>(
            MemberVoiceSettings{url.empty() ? net_.url() : url, net_.deployment(), send, Millis(10)},
            std::make_unique<eth::LocalSigner>(key_of(member)));
    }

    /// Polls until an event of this kind has come; all events are kept in `seen_`.
    template <class Body>
    Body wait_for() {
        for (int look = 0; look < 1000; ++look) {
            for (auto& event : chain_->poll()) {
                seen_.push_back(std::move(event));
            }
            for (; next_ < seen_.size(); ++next_) {
                if (const auto* body = std::get_if<Body>(&seen_[next_].body)) {
                    ++next_;
                    return *body;
                }
            }
            (void)pause_.wait(Millis(10));
        }
        throw std::runtime_error("no such event within 10 s");
    }

    template <class Body>
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::count_if(
            seen_.begin(), seen_.end(), [](const auto& event) { return std::holds_alternative<Body>(event.body); }));
    }

    /// The first attempt's members, those at `places` of the ticket order, with one vote each for the digest that `opening_` opens.
    void prepare(const node::JobTerms& terms, const std::vector<std::size_t>& places = {0, 1}) {
        accesses_.assign(terms.sellers.size(), 3);
        spec_hash_ = terms.spec_hash;
        for (const auto& seller : terms.sellers) {
            shards_.push_back(seller.shard_root);
        }
        opening_ = {
            terms.job_hash, SegmentIndex(0), terms.job_hash, hash_of(2), hash_of(3), 9500, hash::accesses_root(accesses_),
            hash_of(4)};
        const Hash32 digest = hash::segment_digest(opening_);
        const auto order = node::ticket_order(terms, SegmentIndex(0), terms.job_hash);
        std::vector<Address> members;
        for (const auto place : places) {
            members.push_back(order.at(place));
        }
        cast_ = {job_, SegmentIndex(0), AttemptIndex(0), members, {}, {}};
        for (std::uint32_t position = 0; position < members.size(); ++position) {
            const KeyVoteSigner signer(key_of(members[position]));
            const node::PreparedVote vote{SegmentIndex(0), AttemptIndex(0), members[position],
                                          digest,          hash_of(5),      node::random_salt()};
            cast_.commitments.push_back(node::commitment_of({terms.domain_separator, job_}, vote));
            cast_.votes.push_back(
                {position, members[position], digest, hash_of(5), vote.salt,
                 signer.sign_vote(terms.domain_separator, job_, SegmentIndex(0), AttemptIndex(0), digest, hash_of(5))});
        }
    }

    [[nodiscard]] node::PostCommitments post() const {
        return {job_,          SegmentIndex(0),   AttemptIndex(0),
                cast_.members, cast_.commitments, node::commitments_root(cast_.members, cast_.commitments)};
    }

    [[nodiscard]] node::Settle settle() const {
        return {job_,
                opening_.previous_digest,
                opening_.state_root,
                opening_.osmd_root,
                opening_.metric_bp,
                accesses_,
                opening_.trace_root,
                spec_hash_,
                shards_};
    }

    void play_to_final() {
        chain_->submit(post());
        (void)wait_for<node::CommitmentsPosted>();
        net_.mine(1);
        chain_->submit(cast_);
        (void)wait_for<node::SegmentAccepted>();
        net_.mine(25);
        chain_->submit(node::Finalize{job_, SegmentIndex(0), {cast_.members}});
        (void)wait_for<node::SegmentFinal>();
    }

    Devnet net_;
    std::string url_;  ///< of what stands before the node; empty: nothing does
    Mode mode_ = Mode::Act;
    rpc::StoppablePause pause_;
    tests::TemporaryFolder folder_;
    std::filesystem::path journal_folder_;
    std::vector<std::uint32_t> accesses_;
    Hash32 spec_hash_;
    std::vector<Hash32> shards_;
    JobId job_;
    std::unique_ptr<EthereumChain> chain_;
    hash::DigestOpening opening_;
    node::CastVotes cast_;
    std::vector<node::ChainEvent> seen_;
    std::size_t next_ = 0;
};

}  // namespace cone::adapter
