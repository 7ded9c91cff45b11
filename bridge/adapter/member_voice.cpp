// One call, sent by a worker; what became of it is told to the log.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/member_voice.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "bridge/adapter/action_kinds.hpp"
#include "bridge/adapter/translate.hpp"
#include "bridge/contracts/errors.hpp"

namespace cone::adapter {
namespace {

void tell(const std::string& label, const sender::Outcome& outcome) {
    if (const auto* receipt = std::get_if<rpc::Receipt>(&outcome)) {
        spdlog::warn("{}: the bridge left our vote out; we brought it ourselves, in block {}", label, receipt->block.number);
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
    try {
        (void)queue_.poll();
    } catch (const Error& error) {
        spdlog::warn("our own votes cannot be sent: {}", error.what());
    }
    auto translated = translate(node::ChainAction(vote));
    queue_.submit({.label = "our own vote (" + translated.detail + ")",
                   .to = settings_.deployment.address(translated.call.contract),
                   .data = std::move(translated.call.data),
                   .claim = {kind_of(translated.call.name).fee_class, {}}});
}

}  // namespace cone::adapter
