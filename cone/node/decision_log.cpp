// One write and one fsync a line.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/decision_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "cone/base/errors.hpp"
#include "cone/base/url.hpp"

namespace cone::node {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;

Json json_of(const ExecutionReport& run) {
    return {{"digest", to_hex(run.digest)},
            {"state_before", to_hex(run.state_before)},
            {"data_hash", to_hex(run.data)},
            {"failure", run.failure}};
}

Json json_of(const EndpointReport& endpoint) {
    const auto& record = endpoint.record;
    return {{"endpoint", origin_of(endpoint.url)},
            {"head", endpoint.head},
            {"block", endpoint.block},
            {"block_hash", to_hex(endpoint.block_hash)},
            {"accepted", to_hex(record.accepted)},
            {"previous", to_hex(record.previous)},
            {"challenged", record.challenged},
            {"final_from_block", record.final_from_block},
            {"set_size", record.set_size},
            {"set_cap", record.set_cap},
            {"bond_wei", to_string(record.bond)},
            {"balance_wei", to_string(endpoint.balance)},
            {"failure", endpoint.failure}};
}

Json head_of(JobId job, SegmentIndex segment, std::uint64_t unix_time, const char* kind) {
    return {{"schema_version", kSchema}, {"kind", kind}, {"time", unix_time}, {"job", job.value}, {"segment", segment.value}};
}

std::string reason_of(const char* call) {
    return std::string(call) + ": " + std::strerror(errno);
}

/// Words of nodes and files may hold anything: what is no UTF-8 is replaced, so a line can always be written.
std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json_line(const SelfCheck& check, const Decision& decision, std::uint64_t unix_time) {
    Json json = head_of(check.job, check.segment, unix_time, "decision");
    json["spec_hash"] = to_hex(check.spec_hash);
    json["job_hash"] = to_hex(check.job_hash);
    json["data_hash"] = to_hex(check.data_hash);
    json["previous"] = to_hex(check.previous);
    json["executions"] = {json_of(check.executions[0]), json_of(check.executions[1])};
    json["endpoints"] = {json_of(check.endpoints[0]), json_of(check.endpoints[1])};
    json["may_act"] = check.may_act;
    json["verdict"] = to_string(decision.verdict);
    json["reason"] = to_string(decision.reason);
    return line_of(json);
}

std::string to_json_line(const ChallengeOutcome& outcome, std::uint64_t unix_time) {
    Json json = head_of(outcome.job, outcome.segment, unix_time, "challenge");
    json["disputed"] = to_hex(outcome.disputed);
    json["transaction"] = outcome.transaction;
    json["refusal"] = outcome.refusal;
    return line_of(json);
}

std::string to_json_line(const WitnessOutcome& outcome, std::uint64_t unix_time) {
    Json json = head_of(outcome.job, outcome.segment, unix_time, "false-witness");
    json["attempt"] = outcome.attempt.value;
    json["executor"] = to_hex(outcome.executor);
    json["transaction"] = outcome.transaction;
    json["refusal"] = outcome.refusal;
    return line_of(json);
}

std::string to_json_line(const DrawOutcome& outcome, std::uint64_t unix_time) {
    Json json = head_of(outcome.job, outcome.segment, unix_time, "wrong-draw");
    json["attempt"] = outcome.attempt.value;
    json["position"] = outcome.position;
    json["executor"] = to_hex(outcome.executor);
    json["transaction"] = outcome.transaction;
    json["refusal"] = outcome.refusal;
    return line_of(json);
}

DecisionLog::DecisionLog(std::filesystem::path file)
    : file_(std::move(file)), descriptor_(open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) {
        throw EnvironmentError("decision log " + file_.string() + ": " + reason_of("open"),
                               "is the folder there and writable?");
    }
}

DecisionLog::~DecisionLog() {
    close(descriptor_);
}

void DecisionLog::append(const std::string& line) {
    const std::string text = line + "\n";
    const auto written = write(descriptor_, text.data(), text.size());
    if (written < 0 || static_cast<std::size_t>(written) != text.size()) {
        throw EnvironmentError(
            "decision log " + file_.string() + ": " + (written < 0 ? reason_of("write") : std::string("write: cut short")),
            "is the disk full?");
    }
    if (fsync(descriptor_) != 0 && errno != EINVAL) {  // EINVAL: a pipe or a device, which keeps nothing
        throw EnvironmentError("decision log " + file_.string() + ": " + reason_of("fsync"), "is the disk full?");
    }
}

}  // namespace cone::node
