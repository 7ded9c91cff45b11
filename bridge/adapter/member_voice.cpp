// One call, sent by a worker; what became of it is told to the log.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/member_voice.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "bridge/adapter/action_kinds.hpp"
#include "bridge/contracts/errors.hpp"
#include "bridge/contracts/views.hpp"
#include "bridge/rpc/calls.hpp"
#include "cone/base/errors.hpp"

namespace cone::adapter {
namespace {

constexpr auto kCommit = "commitDirect";

void tell(const std::string& label, const sender::Outcome& outcome) {
    if (const auto* receipt = std::get_if<rpc::Receipt>(&outcome)) {
        spdlog::warn("{}: the bridge left it out; we brought it ourselves, in block {}", label, receipt->block.number);
    } else if (const auto* reverted = std::get_if<sender::Reverted>(&outcome)) {
        // Most often NothingToCount: the bridge did what it should.
        spdlog::debug("{}: {}", label, contracts::describe_revert(contracts::Contract::JobBoard, reverted->why.data));
    } else {
        spdlog::warn("{}: {}", label, std::get<sender::Refused>(outcome).reason);
    }
}

}  // namespace

MemberVoice::MemberVoice(MemberVoiceSettings settings, std::unique_ptr<eth::Signer> member)
    : settings_(std::move(settings)),
      signer_(std::move(member)),
      transport_({.url = settings_.url}),
      client_(transport_, pause_),
      sender_(client_, *signer_, journal_, clock_, pause_, settings_.send),
      queue_(work()) {}

/// The worker lives as long as this object: a vote that is not brought costs the member its stake.
sender::SendWork MemberVoice::work() {
    auto made = sender::work_of(sender_, [this] { pause_.stop(); });
    made.send = [this](const sender::Outgoing& request) -> sender::Outcome {
        std::string why;
        try {
            auto outcome = try_to_send(request);
            if (!std::holds_alternative<sender::Deferred>(outcome)) {
                tell(request.label, outcome);
                return outcome;
            }
            why = std::get<sender::Deferred>(outcome).reason;
        } catch (const rpc::Stopped&) {
            throw;
        } catch (const std::exception& error) {
            why = error.what();
        }
        spdlog::warn("{}: {}; tried again until its window closes", request.label, why);
        if (!pause_.wait(settings_.retry)) {
            throw rpc::Stopped();
        }
        return sender::Deferred{why};
    };
    return made;
}

std::optional<sender::Term> MemberVoice::term_of(const Intent& intent) {
    const contracts::Views board(client_, settings_.deployment);
    const auto attempt = board.find_attempt(intent.job, intent.segment, intent.attempt);
    if (!attempt || attempt->reveal_from_block == 0) {
        return std::nullopt;
    }
    // Commitments are taken for a few blocks only: they are urgent from the first.
    return intent.call == kCommit ? sender::Term{0, attempt->reveal_from_block - 1}
                                  : sender::Term{attempt->reveal_from_block, attempt->reveal_until_block};
}

sender::Outcome MemberVoice::try_to_send(const sender::Outgoing& request) {
    const auto intent = intent_from(request.intent);
    CONE_ASSERT(intent.has_value(), "the voice names all that it sends");
    const auto term = term_of(*intent);
    if (term && rpc::block_number(client_) >= term->until) {
        return sender::Refused{"its window is over"};
    }
    sender::Outgoing urgent = request;
    urgent.claim.term = term.value_or(sender::Term{});
    auto outcome = sender_.send(urgent);
    const auto* refused = std::get_if<sender::Refused>(&outcome);
    return refused != nullptr && term ? sender::Outcome(sender::Deferred{refused->reason}) : std::move(outcome);
}

void MemberVoice::cast(const node::CastVotes& vote) {
    submit("our own vote", translate(node::ChainAction(vote)), intent_of(vote));
}

void MemberVoice::commit(const node::CommitDirect& commitment) {
    submit("our own commitment", translate(commitment),
           {commitment.job, commitment.segment, commitment.attempt, contracts::Contract::JobBoard, kCommit, {}});
}

void MemberVoice::submit(const std::string& what, Translated translated, const Intent& intent) {
    (void)queue_.poll();
    queue_.submit({.label = what + " (" + translated.detail + ")",
                   .to = settings_.deployment.address(translated.call.contract),
                   .data = std::move(translated.call.data),
                   .claim = {kind_of(translated.call.name).fee_class, {}},
                   .intent = to_text(intent)});
}

}  // namespace cone::adapter
