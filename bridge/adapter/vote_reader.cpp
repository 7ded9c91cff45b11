// From log to transaction to arguments to votes.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/vote_reader.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "bridge/adapter/votes.hpp"
#include "bridge/contracts/events.hpp"
#include "bridge/contracts/transactions.hpp"
#include "bridge/contracts/views.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/log_range.hpp"
#include "cone/base/errors.hpp"

namespace cone::adapter {
namespace {

using contracts::Contract;

/// Nothing when the signature is not the member's.
std::optional<node::CastVote> vote_of(const node::JobTerms& terms, const contracts::VoteList& list,
                                      const contracts::VoteGroup& group, const contracts::VoteOpening& opening) {
    if (opening.position >= list.members.size()) {
        return std::nullopt;
    }
    node::SignedVote vote{opening.position, list.members[opening.position], group.digest, group.witness, opening.salt, {}};
    append(vote.signature, opening.r);
    append(vote.signature, opening.vs);
    const auto signer = EthVoteVerifier().recover(terms.domain_separator, list.job, list.segment, list.attempt, vote.digest,
                                                  vote.witness, vote.signature);
    return signer == vote.executor ? std::optional(node::CastVote{list.attempt, std::move(vote)}) : std::nullopt;
}

std::set<Hash32> transactions_of(rpc::Client& client, const contracts::Deployment& deployment, const node::JobTerms& terms,
                                 SegmentIndex segment, const Hash32& digest) {
    const contracts::Views board(client, deployment);
    const rpc::LogFilter filter{.addresses = {deployment.address(Contract::JobBoard)}, .topics = {}};
    std::set<Hash32> found;
    for (const auto& log : rpc::read_logs(client, board.job(terms.job).pool_block + 1, rpc::block_number(client), filter)) {
        const auto event = contracts::decode_event(Contract::JobBoard, log);
        if (event && event->name == "VotesCast" && event->number("jobId") == terms.job.value &&
            event->number("segment") == segment.value && event->hash("digest") == digest) {
            found.insert(event->transaction);
        }
    }
    return found;
}

}  // namespace

std::vector<node::CastVote> votes_in(ByteSpan input, const node::JobTerms& terms, SegmentIndex segment, const Hash32& digest) {
    const auto list = contracts::list_in_votes(input);
    std::vector<node::CastVote> votes;
    if (!list || list->job != terms.job || list->segment != segment) {
        return votes;
    }
    for (const auto& group : list->groups) {
        for (std::size_t i = 0; i < group.openings.size() && group.digest == digest; ++i) {
            if (auto vote = vote_of(terms, *list, group, group.openings[i])) {
                votes.push_back(std::move(*vote));
            }
        }
    }
    return votes;
}

std::vector<node::CastVote> cast_votes(rpc::Client& client, const contracts::Deployment& deployment,
                                       const node::JobTerms& terms, SegmentIndex segment, const Hash32& digest) {
    std::vector<node::CastVote> all;
    for (const auto& transaction : transactions_of(client, deployment, terms, segment, digest)) {
        const auto input = rpc::transaction_data(client, transaction);
        if (!input) {
            throw RpcError("the node logged votes of transaction " + to_hex(transaction) + " and does not have it",
                           "it may have pruned it; ask another node");
        }
        auto votes = votes_in(*input, terms, segment, digest);
        std::move(votes.begin(), votes.end(), std::back_inserter(all));
    }
    return all;
}

}  // namespace cone::adapter
