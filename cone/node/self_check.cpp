// One rule a reason, in one table: the first that speaks against a challenge decides.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/self_check.hpp"

#include <algorithm>

#include "cone/base/url.hpp"

namespace cone::node {
namespace {

const EndpointReport& first(const SelfCheck& c) {
    return c.endpoints[0];
}
const VerdictRecord& record(const SelfCheck& c) {
    return c.endpoints[0].record;
}
std::uint64_t newest_head(const SelfCheck& c) {
    return std::max(c.endpoints[0].head, c.endpoints[1].head);
}

bool execution_failed(const SelfCheck& c) {
    return std::any_of(c.executions.begin(), c.executions.end(),
                       [](const auto& run) { return !run.failure.empty() || run.digest.is_zero(); });
}
bool data_differs(const SelfCheck& c) {
    return std::any_of(c.executions.begin(), c.executions.end(), [&](const auto& run) { return run.data != c.data_hash; });
}
bool executions_disagree(const SelfCheck& c) {
    return c.executions[0].digest != c.executions[1].digest || c.executions[0].state_before != c.executions[1].state_before;
}
bool same_endpoint(const SelfCheck& c) {
    return c.endpoints[1].url.empty() || c.endpoints[0].url == c.endpoints[1].url;
}
bool endpoint_failed(const SelfCheck& c) {
    return !first(c).failure.empty() || (!same_endpoint(c) && !c.endpoints[1].failure.empty());
}
bool endpoints_disagree(const SelfCheck& c) {
    const auto &a = c.endpoints[0], &b = c.endpoints[1];
    const bool same_block = a.block == b.block && a.block_hash == b.block_hash && !a.block_hash.is_zero();
    return !same_endpoint(c) && !(same_block && a.record == b.record);
}
bool previous_changed(const SelfCheck& c) {
    return record(c).previous != c.previous;
}
bool no_verdict(const SelfCheck& c) {
    return !record(c).has_verdict || record(c).accepted.is_zero();
}
bool agrees(const SelfCheck& c) {
    return record(c).accepted == c.executions[0].digest;
}
bool job_over(const SelfCheck& c) {
    return !record(c).job_runs;
}
bool already_challenged(const SelfCheck& c) {
    return record(c).challenged;
}
bool challenged_before(const SelfCheck& c) {
    return record(c).ours;
}
/// The next block must still be inside: a transaction that is sent now stands there at the earliest.
bool window_over(const SelfCheck& c) {
    const std::uint64_t head = newest_head(c), end = record(c).final_from_block;
    return head >= end || end - head <= 1;
}
bool pool_exhausted(const SelfCheck& c) {
    return record(c).set_size >= record(c).set_cap;
}
bool bond_too_high(const SelfCheck& c) {
    const Wei balance = first(c).balance, bond = record(c).bond;  // a lying endpoint may say any sum
    return balance < bond || balance - bond < first(c).fees;
}
bool watch_only(const SelfCheck& c) {
    return !c.may_act;
}

struct Rule {
    Reason reason;
    bool (*against)(const SelfCheck&);
    std::string_view name;
    std::string_view text;
};

/// Whether there is anything to compare with.
constexpr std::array kSoundness{
    Rule{Reason::ExecutionFailed, execution_failed, "execution-failed", "the segment could not be executed here"},
    Rule{Reason::DataDiffers, data_differs, "data-differs", "the data executed on are not those that the chain names"},
    Rule{Reason::ExecutionsDisagree, executions_disagree, "executions-disagree",
         "two executions on this machine give different digests: its memory or processor is not to be trusted"},
    Rule{Reason::EndpointFailed, endpoint_failed, "endpoint-failed", "an endpoint does not answer"},
    Rule{Reason::EndpointsDisagree, endpoints_disagree, "endpoints-disagree",
         "the endpoints contradict one another: one of them is wrong, behind or on a fork"},
    Rule{Reason::PreviousChanged, previous_changed, "previous-changed", "the segment before got another verdict meanwhile"},
    Rule{Reason::NoVerdict, no_verdict, "no-verdict", "nothing is accepted any more"},
};

/// Whether a challenge would be taken, and is ours to make.
constexpr std::array kChances{
    Rule{Reason::SameEndpoint, same_endpoint, "same-endpoint", "there is no second endpoint: set chain.second_rpc_url"},
    Rule{Reason::AlreadyChallenged, already_challenged, "already-challenged", "a challenge is pending"},
    Rule{Reason::ChallengedBefore, challenged_before, "challenged-before", "our challenge did not change the verdict"},
    Rule{Reason::WindowOver, window_over, "window-over", "the challenge window is over"},
    Rule{Reason::JobOver, job_over, "job-over", "the job does not run any more"},
    Rule{Reason::PoolExhausted, pool_exhausted, "pool-exhausted", "everybody in the pool was asked already"},
    Rule{Reason::BondTooHigh, bond_too_high, "bond-too-high", "the account cannot pay bond and fees"},
    Rule{Reason::WatchOnly, watch_only, "watch-only", "a challenge is due, but this watcher was told to send nothing"},
};

template <class Rules>
const Rule* first_against(const Rules& rules, const SelfCheck& check) {
    const auto at = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.against(check); });
    return at == rules.end() ? nullptr : &*at;
}

const Rule* rule_of(Reason reason) {
    const auto is = [&](const Rule& rule) { return rule.reason == reason; };
    if (const auto* at = std::find_if(kSoundness.begin(), kSoundness.end(), is); at != kSoundness.end()) {
        return at;
    }
    const auto* at = std::find_if(kChances.begin(), kChances.end(), is);
    return at == kChances.end() ? nullptr : at;
}

/// What the reports themselves say went wrong.
std::string details(const SelfCheck& check) {
    std::string text;
    for (const auto& run : check.executions) {
        text += run.failure.empty() ? "" : "; " + run.failure;
    }
    for (const auto& endpoint : check.endpoints) {
        text += endpoint.failure.empty() ? "" : "; " + origin_of(endpoint.url) + ": " + endpoint.failure;
    }
    return text;
}

}  // namespace

Decision decide(const SelfCheck& check) {
    if (const auto* rule = first_against(kSoundness, check)) {
        return {Verdict::Abstain, rule->reason};
    }
    if (agrees(check)) {
        return {Verdict::Agrees, Reason::None};
    }
    if (const auto* rule = first_against(kChances, check)) {
        return {Verdict::Abstain, rule->reason};
    }
    return {Verdict::Challenge, Reason::None};
}

std::string_view to_string(Verdict verdict) {
    constexpr std::array<std::string_view, 3> kNames{"agrees", "challenge", "abstain"};
    return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view to_string(Reason reason) {
    const auto* rule = rule_of(reason);
    return rule == nullptr ? "none" : rule->name;
}

std::string explain(const SelfCheck& check, const Decision& decision) {
    const std::string place = "segment " + std::to_string(check.segment.value) + ": ";
    const std::string accepted = to_hex(record(check).accepted).substr(0, 18);
    if (decision.verdict == Verdict::Agrees) {
        return place + "executed twice, both give the accepted " + accepted;
    }
    if (decision.verdict == Verdict::Challenge) {
        return place + "accepted is " + accepted + ", two executions give " + to_hex(check.executions[0].digest).substr(0, 18) +
               ": challenged";
    }
    const auto* rule = rule_of(decision.reason);
    return place + "not challenged, " + std::string(rule == nullptr ? "" : rule->text) + details(check);
}

}  // namespace cone::node
