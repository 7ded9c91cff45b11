// One call, sent by a worker; what became of it is told to the log.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/member_voice.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "bridge/adapter/action_kinds.hpp"
#include "bridge/contracts/errors.hpp"

namespace cone::adapter {
namespace {

void tell(const std::string& label, const sender::Outcome& outcome) {
    if (const auto* receipt = std::get_if<rpc::Receipt>(&outcome)) {
        spdlog::warn("{}: the bridge left it out; we brought it ourselves, in block {}", label, receipt->block.number);
    } else if (const auto* reverted = std::get_if<sender::Reverted>(&outcome)) {
        // Most often AlreadyVoted: the bridge did what it should.
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

sender::SendWork MemberVoice::work() {
    auto made = sender::work_of(sender_, [this] { pause_.stop(); });
    made.send = [send = std::move(made.send)](const sender::Outgoing& request) {
        auto outcome = send(request);
        tell(request.label, outcome);
        return outcome;
    };
    return made;
}

void MemberVoice::cast(const node::CastVotes& vote) {
    submit("our own vote", translate(node::ChainAction(vote)));
}

void MemberVoice::commit(const node::CommitDirect& commitment) {
    submit("our own commitment", translate(commitment));
}

void MemberVoice::submit(const std::string& what, Translated translated) {
    try {
        (void)queue_.poll();
    } catch (const Error& error) {
        spdlog::warn("{} cannot be sent: {}", what, error.what());
    }
    queue_.submit({.label = what + " (" + translated.detail + ")",
                   .to = settings_.deployment.address(translated.call.contract),
                   .data = std::move(translated.call.data),
                   .claim = {kind_of(translated.call.name).fee_class, {}}});
}

}  // namespace cone::adapter
