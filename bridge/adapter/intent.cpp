// Names of wishes, written and read.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/intent.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace cone::adapter {
namespace {

using contracts::Contract;

constexpr std::size_t kParts = 5;

Intent at_board(JobId job, SegmentIndex segment, AttemptIndex attempt, const char* call, std::string rest = {}) {
    return {job, segment, attempt, Contract::JobBoard, call, std::move(rest)};
}

Intent of(const node::PostCommitments& a) {
    return at_board(a.job, a.segment, a.attempt, "postCommitments");
}
Intent of(const node::CastVotes& a) {
    std::string positions;
    for (const auto& vote : a.votes) {
        positions += (positions.empty() ? "" : ",") + std::to_string(vote.position);
    }
    return at_board(a.job, a.segment, a.attempt, "castVotes", positions);
}
Intent of(const node::CloseAttempt& a) {
    return at_board(a.job, a.segment, a.attempt, "closeAttempt");
}
Intent of(const node::Finalize& a) {
    return at_board(a.job, a.segment, AttemptIndex(0), "finalize");
}
Intent of(const node::VoidExhausted& a) {
    return at_board(a.job, a.segment, AttemptIndex(0), "voidExhausted");
}
Intent of(const node::Settle& a) {
    return {a.job, SegmentIndex(0), AttemptIndex(0), Contract::Settlement, "settle", {}};
}
Intent of(const node::ProveEquivocation& a) {
    return at_board(a.job, a.segment, a.attempt, "proveEquivocation", to_hex(a.first.executor));
}
Intent of(const node::ProveFalseWitness& a) {
    return at_board(a.job, a.segment, a.attempt, "proveFalseWitness", to_hex(a.vote.executor));
}

Intent of(const node::PayExecutors& a) {
    return {a.job, SegmentIndex(0), AttemptIndex(0), Contract::Settlement, "payExecutors", std::to_string(a.paid)};
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == '/' && parts.size() < kParts) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

template <class Number>
std::optional<Number> number_from(const std::string& text) {
    Number value{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && rest == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<Contract> contract_from(const std::string& name) {
    const auto at = std::find_if(contracts::kContracts.begin(), contracts::kContracts.end(),
                                 [&](Contract contract) { return contracts::name_of(contract) == name; });
    return at == contracts::kContracts.end() ? std::nullopt : std::optional(*at);
}

}  // namespace

std::string Intent::action() const {
    std::string name = call;
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') {
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
    }
    return name;
}

std::string Intent::full_call() const {
    return std::string(contracts::name_of(contract)) + "." + call;
}

Intent intent_of(const node::ChainAction& action) {
    return std::visit([](const auto& a) { return of(a); }, action);
}

Intent intent_of(const node::ProveOmission& proof) {
    return at_board(proof.job, proof.segment, proof.attempt, "proveOmission", to_hex(proof.executor));
}

std::string to_text(const Intent& intent) {
    return std::to_string(intent.job.value) + "/" + std::to_string(intent.segment.value) + "/" +
           std::to_string(intent.attempt.value) + "/" + intent.full_call() + "/" + intent.rest;
}

std::optional<Intent> intent_from(const std::string& text) {
    const auto parts = split(text);
    if (parts.size() != kParts) {
        return std::nullopt;
    }
    const auto job = number_from<decltype(JobId::value)>(parts[0]);
    const auto segment = number_from<decltype(SegmentIndex::value)>(parts[1]);
    const auto attempt = number_from<decltype(AttemptIndex::value)>(parts[2]);
    const auto dot = parts[3].find('.');
    const auto contract = contract_from(parts[3].substr(0, dot));
    if (!job || !segment || !attempt || !contract || dot == std::string::npos || dot + 1 == parts[3].size()) {
        return std::nullopt;
    }
    return Intent{JobId(*job), SegmentIndex(*segment), AttemptIndex(*attempt), *contract, parts[3].substr(dot + 1), parts[4]};
}

}  // namespace cone::adapter
