// The shell around replay_step: files in, table out.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/verify_step.hpp"

#include <iomanip>
#include <memory>
#include <optional>
#include <sstream>

#include "cone/cli/verify_execution.hpp"
#include "cone/data/content_store.hpp"
#include "cone/data/file.hpp"
#include "cone/report/step_json.hpp"
#include "cone/training/profile.hpp"
#include "cone/training/step_replay.hpp"

namespace cone::cli {
namespace {

trace::StepTrace load_trace(const std::string& file) {
    const Bytes bytes = data::read_file(file);
    try {
        return report::step_trace_from_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    } catch (const DataError& error) {
        throw DataError(file + ": " + error.what(), error.hint());
    }
}

/// Refuses before anything is executed what cannot be compared.
std::optional<trace::StepTrace> load_other(const std::string& file, const trace::StepName& name, const Hash32& job_hash) {
    if (file.empty()) {
        return std::nullopt;
    }
    auto other = load_trace(file);
    if (other.name != name || other.job_hash != job_hash) {
        throw DataError(file + " is the trace of step " + text_of(other.name) + " of job " + to_hex(other.job_hash),
                        "asked for is step " + text_of(name) + " of job " + to_hex(job_hash));
    }
    return other;
}

trace::StepTrace execute(const report::Receipt& receipt, const training::JobContext& context, const std::string& store,
                         const trace::StepName& name) {
    if (const auto reason = training::check_profile(context.spec.profile)) {
        throw EnvironmentError("this machine cannot honour the job's execution profile: " + *reason);
    }
    const data::DirectoryStore shards{store};
    auto data = std::make_shared<const training::JobData>(training::load_job_data(context, shards));
    return training::replay_step(context, std::move(data), name, [&](const training::RoundTrace& round) {
        for (const auto& segment : receipt.segments) {
            for (const auto& claimed : segment.trace) {
                if (claimed.round == round.round && claimed.state_root != round.state_root) {
                    say("round " + std::to_string(round.round) + ": the receipt claims another state root");
                }
            }
        }
        say("round " + std::to_string(round.round) + " executed");
    });
}

std::string line_of(const trace::OperatorRecord& record) {
    std::ostringstream out;
    out << std::setw(5) << record.shard << std::setw(7) << record.layer << "  " << std::left << std::setw(15) << record.word
        << std::setw(17) << trace::name_of(record.pass) << to_hex(record.digest);
    return out.str();
}

std::string table_of(const trace::StepTrace& trace) {
    std::string text =
        "step " + text_of(trace.name) + " (segment.round.seller.step)\nshard  layer  operator       pass             digest\n";
    for (const auto& record : trace.operators) {
        text += line_of(record) + "\n";
    }
    const bool finite = trace.state_after != Hash32{};
    return text + "state root before  " + to_hex(trace.state_before) + "\nstate root after   " +
           (finite ? to_hex(trace.state_after) : "none: the step is not finite");
}

std::string place_of(const trace::OperatorRecord& record) {
    return "shard " + std::to_string(record.shard) + ", layer " + std::to_string(record.layer) + " (" + record.word + "), " +
           trace::name_of(record.pass);
}

std::string side_of(const std::optional<trace::OperatorRecord>& record) {
    return record ? place_of(*record) + ": " + to_hex(record->digest) : "ends before";
}

std::string text_of(const trace::StepTrace& executed, const trace::StepTrace& other) {
    if (executed == other) {
        return "equal: all " + std::to_string(executed.operators.size()) + " operators";
    }
    const auto start = executed.state_before == other.state_before ? "" : "\nthe two started from different weights";
    const auto found = trace::first_difference(executed.operators, other.operators);
    if (!found) {
        return "DIFFERS: the operators are equal, the state roots are not" + std::string(start);
    }
    return "DIFFERS: first at " + place_of(found->first ? *found->first : *found->second) + "\n  executed  " +
           side_of(found->first) + "\n  against   " + side_of(found->second) + start;
}

nlohmann::json json_of(const std::optional<trace::OperatorRecord>& record) {
    if (!record) {
        return nullptr;
    }
    return {{"shard", record->shard},
            {"layer", record->layer},
            {"word", record->word},
            {"pass", trace::name_of(record->pass)},
            {"digest", to_hex(record->digest)}};
}

nlohmann::json difference_of(const trace::StepTrace& executed, const trace::StepTrace& other) {
    if (const auto found = trace::first_difference(executed.operators, other.operators)) {
        return {{"position", found->position}, {"executed", json_of(found->first)}, {"against", json_of(found->second)}};
    }
    return nullptr;
}

}  // namespace

ExitCode verify_step(const Common& common, const StepOptions& options, const report::Receipt& receipt,
                     const std::string& store) {
    const auto name = trace::parse_step_name(options.step);
    const auto context = context_of(receipt);
    const auto other = load_other(options.against, name, context.job_hash);
    const auto executed = execute(receipt, context, store, name);
    const std::string document = report::to_json(executed);
    if (!options.out.empty()) {
        data::write_file_atomically(options.out, Bytes(document.begin(), document.end()));
    }
    nlohmann::json body{{"trace", nlohmann::json::parse(document)}};
    std::string text = table_of(executed);
    if (other) {
        body["equal"] = executed == *other;
        body["difference"] = difference_of(executed, *other);
        text += "\n" + text_of(executed, *other);
    }
    print_result(common, "verify", body, text);
    return other && executed != *other ? ExitCode::Mismatch : ExitCode::Ok;
}

}  // namespace cone::cli
