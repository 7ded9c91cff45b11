// The node's actions as calls of the contracts, and the contracts' events as the node's.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/translate.hpp"

#include <gtest/gtest.h>

#include <string>

#include "bridge/adapter/intent.hpp"
#include "bridge/contracts/interface.hpp"
#include "cone/base/errors.hpp"
#include "tests/bridge/adapter/values.hpp"

namespace cone::adapter {
namespace {

using eth::AbiValue;
using eth::AbiValues;
using eth::U256;

Address address_of(std::uint8_t byte) {
    Address address;
    address.bytes.fill(byte);
    return address;
}

node::CastVotes two_of_five_votes() {
    node::CastVotes action{JobId(1), SegmentIndex(2), AttemptIndex(3), {}, {}, {}};
    for (std::uint8_t i = 0; i < 5; ++i) {
        action.members.push_back(address_of(static_cast<std::uint8_t>(i + 1)));
        action.commitments.push_back(i == 2 ? Hash32{} : hash_of(static_cast<std::uint8_t>(i + 10)));
    }
    for (const std::uint32_t position : {0u, 4u}) {
        action.votes.push_back({position, action.members[position], hash_of(20), hash_of(21), hash_of(22), Bytes(64, 0x33)});
    }
    return action;
}

/// The arguments of a translated call, decoded with the function's own types.
AbiValues arguments_of(const Translated& translated, const contracts::Function& function) {
    const ByteSpan data(translated.call.data);
    EXPECT_EQ(to_hex(data.first(4)), to_hex(eth::selector(function.signature)));
    EXPECT_EQ(translated.call.contract, function.contract);
    const auto decoded = eth::abi_decode(eth::parse_abi_signature(function.signature)->arguments, data.subspan(4));
    EXPECT_TRUE(decoded);
    return *decoded;
}

std::uint64_t number(const AbiValue& value) {
    return static_cast<std::uint64_t>(std::get<U256>(value));
}

TEST(Actions, BecomeCallsOfTheBoard) {
    const node::PostCommitments post{JobId(7), SegmentIndex(1), AttemptIndex(65537), {address_of(1)}, {hash_of(2)}, hash_of(3)};
    const auto posted = translate(post);
    const auto arguments = arguments_of(posted, contracts::fn::kPostCommitments);
    EXPECT_EQ(posted.action, "PostCommitments");
    EXPECT_EQ(posted.segment, SegmentIndex(1));
    EXPECT_EQ(number(arguments[0]), 7u);
    EXPECT_EQ(number(arguments[1]), 1u);
    EXPECT_EQ(number(arguments[2]), 65537u);
    EXPECT_EQ(std::get<AbiValues>(arguments[3]).size(), 1u);

    EXPECT_EQ(translate(node::CloseAttempt{JobId(7), SegmentIndex(1)}).call.name, "closeAttempt");
    EXPECT_EQ(translate(node::Finalize{JobId(7), SegmentIndex(1), {}}).call.name, "finalize");
}

TEST(Actions, CastVotesThatAgreeAsOneGroup) {
    auto action = two_of_five_votes();
    action.votes.push_back({3, action.members[3], hash_of(20), hash_of(29), hash_of(22), Bytes(64, 0x44)});

    const auto arguments = arguments_of(translate(action), contracts::fn::kCastVotes);

    EXPECT_EQ(contracts::read_addresses(arguments[3]), action.members);
    EXPECT_EQ(contracts::read_hashes(arguments[4]), action.commitments);
    const auto& groups = std::get<AbiValues>(arguments[5]);
    ASSERT_EQ(groups.size(), 2u);
    const auto& first = std::get<AbiValues>(groups[0]);
    EXPECT_EQ(contracts::read_hash(first[0]), hash_of(20));
    EXPECT_EQ(contracts::read_hash(first[1]), hash_of(21));
    const auto& openings = std::get<AbiValues>(first[2]);
    ASSERT_EQ(openings.size(), 2u);
    const auto& last = std::get<AbiValues>(openings[1]);
    EXPECT_EQ(number(last[0]), 4u);
    EXPECT_EQ(contracts::read_hash(last[1]), hash_of(22));
    EXPECT_EQ(contracts::read_hash(last[2]), hash_of(0x33));
    const auto& second = std::get<AbiValues>(groups[1]);
    EXPECT_EQ(contracts::read_hash(second[1]), hash_of(29));
    EXPECT_EQ(std::get<AbiValues>(second[2]).size(), 1u);
}

TEST(Actions, FinalizeWithTheMembersOfEachAttempt) {
    const node::Finalize action{JobId(7), SegmentIndex(1), {{address_of(1), address_of(2)}, {address_of(3)}}};
    const auto arguments = arguments_of(translate(action), contracts::fn::kFinalize);
    const auto& attempts = std::get<AbiValues>(arguments[2]);
    ASSERT_EQ(attempts.size(), 2u);
    EXPECT_EQ(contracts::read_addresses(attempts[0]), action.members[0]);
    EXPECT_EQ(contracts::read_addresses(attempts[1]), action.members[1]);
}

TEST(Actions, SettleOnSettlement) {
    const std::vector<Hash32> shards{hash_of(5), hash_of(6), hash_of(7)};
    const node::Settle action{JobId(1), hash_of(1), hash_of(2), hash_of(3), 9812, {1, 0, 4}, hash_of(9), hash_of(4), shards};
    const auto arguments = arguments_of(translate(action), contracts::fn::kSettle);
    const auto& opened = std::get<AbiValues>(arguments[1]);
    EXPECT_EQ(contracts::read_hash(opened[0]), hash_of(2));
    EXPECT_EQ(contracts::read_hash(opened[1]), hash_of(3));
    EXPECT_EQ(number(opened[2]), 9812u);
    EXPECT_EQ(contracts::read_u32s(opened[3]), (std::vector<std::uint32_t>{1, 0, 4}));
    EXPECT_EQ(contracts::read_hash(opened[4]), hash_of(9));
    EXPECT_EQ(contracts::read_hash(arguments[2]), hash_of(4));
    EXPECT_EQ(contracts::read_hashes(arguments[3]), shards);
}

TEST(Actions, PayExecutorsInPortions) {
    const node::PayExecutors action{JobId(1), 64, 65};
    const auto arguments = arguments_of(translate(action), contracts::fn::kPayExecutors);

    EXPECT_EQ(number(arguments[0]), 1u);
    EXPECT_EQ(number(arguments[1]), 65u);
}

TEST(Actions, ProveEquivocationOfTheSigner) {
    const node::SignedVote first{0, address_of(8), hash_of(1), hash_of(2), {}, Bytes(64, 3)};
    node::SignedVote second = first;
    second.digest = hash_of(9);
    const node::ProveEquivocation action{JobId(1), SegmentIndex(0), AttemptIndex(0), first, second};
    const auto arguments = arguments_of(translate(action), contracts::fn::kProveEquivocation);
    EXPECT_EQ(std::get<Address>(arguments[3]), address_of(8));
    EXPECT_EQ(contracts::read_hash(std::get<AbiValues>(arguments[5])[0]), hash_of(9));
}

TEST(Actions, ProveFalseWitnessWithTheVoteAndTheWholeOpening) {
    const node::SignedVote vote{3, address_of(8), hash_of(1), hash_of(2), hash_of(7), Bytes(64, 3)};
    const hash::DigestOpening opening{hash_of(10), SegmentIndex(2), hash_of(11), hash_of(12), hash_of(13),
                                      9812,        hash_of(14),     hash_of(15)};
    const node::ProveFalseWitness action{JobId(1), SegmentIndex(2), AttemptIndex(65537), vote, opening};
    const auto arguments = arguments_of(translate(action), contracts::fn::kProveFalseWitness);
    EXPECT_EQ(number(arguments[1]), 2u);
    EXPECT_EQ(number(arguments[2]), 65537u);
    EXPECT_EQ(std::get<Address>(arguments[3]), address_of(8));
    const auto& signed_vote = std::get<AbiValues>(arguments[4]);
    EXPECT_EQ(contracts::read_hash(signed_vote[0]), hash_of(1));
    EXPECT_EQ(contracts::read_hash(signed_vote[1]), hash_of(2));
    const auto& opened = std::get<AbiValues>(arguments[5]);
    ASSERT_EQ(opened.size(), 8u);
    EXPECT_EQ(contracts::read_hash(opened[0]), hash_of(10));
    EXPECT_EQ(number(opened[1]), 2u);
    EXPECT_EQ(number(opened[5]), 9812u);
    EXPECT_EQ(contracts::read_hash(opened[6]), hash_of(14));
    EXPECT_EQ(contracts::read_hash(opened[7]), hash_of(15)) << "the trace root comes last";
}

TEST(Actions, ProveOmissionWithBothListsAndThePlace) {
    const node::ProveOmission proof{
        JobId(1), SegmentIndex(2), AttemptIndex(65537), {address_of(4)}, {address_of(5), address_of(6)}, 1, address_of(8)};
    const auto translated = translate(proof);
    const auto arguments = arguments_of(translated, contracts::fn::kProveOmission);
    EXPECT_EQ(number(arguments[0]), 1u);
    EXPECT_EQ(number(arguments[1]), 2u);
    EXPECT_EQ(number(arguments[2]), 65537u);
    EXPECT_EQ(contracts::read_addresses(arguments[3]), proof.before);
    EXPECT_EQ(contracts::read_addresses(arguments[4]), proof.members);
    EXPECT_EQ(number(arguments[5]), 1u);
    EXPECT_EQ(std::get<Address>(arguments[6]), address_of(8));
    EXPECT_EQ(to_text(intent_of(proof)), "1/2/65537/JobBoard.proveOmission/" + to_hex(address_of(8)));
    EXPECT_EQ(intent_of(proof).action(), translated.action);
    EXPECT_EQ(intent_from(to_text(intent_of(proof))), intent_of(proof));
}

TEST(ActionsDeathTest, StopOnASignatureThatWasNeverChecked) {
    auto action = two_of_five_votes();
    action.votes[0].signature.pop_back();
    EXPECT_DEATH((void)translate(action), "checked the signature");
}

/// An event of job 1 as the decoder gives it.
contracts::Event event(std::string name, std::vector<contracts::Argument> arguments) {
    arguments.insert(arguments.begin(), {"jobId", AbiValue(U256(1)), {}});
    arguments.insert(arguments.begin() + 1, {"segment", AbiValue(U256(2)), {}});
    return {contracts::Contract::JobBoard, std::move(name), std::move(arguments), {}, {}, 0};
}

contracts::Argument argument(std::string name, AbiValue value) {
    return {std::move(name), std::move(value), {}};
}

template <class Body>
Body body_of(const contracts::Event& logged) {
    const auto bodies = translate(logged, JobId(1));
    const bool one = bodies.size() == 1 && std::holds_alternative<Body>(bodies.front());
    EXPECT_TRUE(one) << logged.name;
    return one ? std::get<Body>(bodies.front()) : Body{};
}

TEST(Events, OfSegmentsKeepTheirFields) {
    const auto posted = body_of<node::CommitmentsPosted>(
        event("CommitmentsPosted", {argument("attempt", U256(65536)), argument("root", hash_of(3)),
                                    argument("revealFromBlock", U256(9)), argument("revealUntilBlock", U256(19))}));
    EXPECT_EQ(posted.segment, SegmentIndex(2));
    EXPECT_EQ(posted.attempt, AttemptIndex(65536));
    EXPECT_EQ(posted.root, hash_of(3));
    EXPECT_EQ(posted.reveal_from_block, 9u);
    EXPECT_EQ(posted.reveal_until_block, 19u);

    const auto direct = body_of<node::CommittedDirectly>(
        event("CommittedDirectly", {argument("attempt", U256(65536)), argument("position", U256(1)),
                                    argument("executor", address_of(7)), argument("commitment", hash_of(5))}));
    EXPECT_EQ(direct.segment, SegmentIndex(2));
    EXPECT_EQ(direct.attempt, AttemptIndex(65536));
    EXPECT_EQ(direct.executor, address_of(7));
    EXPECT_EQ(direct.commitment, hash_of(5));

    const auto accepted = body_of<node::SegmentAccepted>(event(
        "SegmentAccepted", {argument("digest", hash_of(4)), argument("votes", U256(5)), argument("finalFromBlock", U256(30))}));
    EXPECT_EQ(accepted.digest, hash_of(4));
    EXPECT_EQ(accepted.votes, 5u);
    EXPECT_EQ(accepted.final_from_block, 30u);

    EXPECT_EQ(body_of<node::SegmentUndecided>(event("SegmentUndecided", {argument("attempt", U256(1))})).attempt,
              AttemptIndex(1));
    EXPECT_EQ(body_of<node::SegmentFinal>(event("SegmentFinal", {})).segment, SegmentIndex(2));
    EXPECT_EQ(body_of<node::SegmentChallenged>(event("SegmentChallenged", {argument("challenger", address_of(6))})).challenger,
              address_of(6));
}

TEST(Events, OfVotesCountOneForEachExecutor) {
    const auto bodies = translate(
        event("VotesCast", {argument("attempt", U256(65537)), argument("digest", hash_of(4)), argument("witness", hash_of(9)),
                            argument("executors", AbiValues{address_of(5), address_of(6)})}),
        JobId(1));
    ASSERT_EQ(bodies.size(), 2u);
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const auto& counted = std::get<node::VoteCounted>(bodies[i]);
        EXPECT_EQ(counted.segment, SegmentIndex(2));
        EXPECT_EQ(counted.attempt, AttemptIndex(65537));
        EXPECT_EQ(counted.executor, address_of(static_cast<std::uint8_t>(5 + i)));
        EXPECT_EQ(counted.digest, hash_of(4));
        EXPECT_EQ(counted.witness, hash_of(9));
    }
}

TEST(Events, OfMoneyKeepTheirFields) {
    const auto slashed = body_of<node::ExecutorSlashed>(event(
        "FaultFound", {argument("executor", address_of(7)), argument("fault", U256(2)), argument("slashedWei", U256(1000))}));
    EXPECT_EQ(slashed.executor, address_of(7));
    EXPECT_EQ(slashed.fault, node::ChainFault::MinorityDigest);
    EXPECT_EQ(slashed.amount, Wei(1000));

    const auto credit = body_of<node::CreditAdded>(
        event("Credited", {argument("payee", address_of(8)), argument("role", U256(2)), argument("amountWei", U256(44))}));
    EXPECT_EQ(credit.payee, address_of(8));
    EXPECT_EQ(credit.role, "seller");
    EXPECT_EQ(credit.amount, Wei(44));

    const auto settled = body_of<node::JobSettled>(
        event("JobSettled", {argument("met", U256(1)), argument("metricBp", U256(9800)), argument("executorsWei", U256(77))}));
    EXPECT_TRUE(settled.met);
    EXPECT_EQ(settled.metric_bp, 9800u);
    EXPECT_EQ(settled.executors_wei, Wei(77));
    EXPECT_EQ(body_of<node::JobVoided>(event("JobVoided", {argument("reason", U256(1))})).reason, "Stalled");
}

TEST(Events, OfOtherJobsOrOfNoJobAreNotTheNodes) {
    EXPECT_TRUE(translate(event("SegmentFinal", {}), JobId(2)).empty());
    EXPECT_TRUE(translate(event("VerdictFlipped", {}), JobId(1)).empty());
    const contracts::Event paused{contracts::Contract::AuctionHouse, "PauseSet", {argument("paused", U256(1))}, {}, {}, 0};
    EXPECT_TRUE(translate(paused, JobId(1)).empty());
}

TEST(Events, WithEnumValuesThatAreNoneAreRefused) {
    const auto fault =
        event("FaultFound", {argument("executor", address_of(7)), argument("fault", U256(4)), argument("slashedWei", U256(1))});
    EXPECT_THROW((void)translate(fault, JobId(1)), RpcError);
    const auto role =
        event("Credited", {argument("payee", address_of(8)), argument("role", U256(6)), argument("amountWei", U256(1))});
    EXPECT_THROW((void)translate(role, JobId(1)), RpcError);
}

}  // namespace
}  // namespace cone::adapter
