// The fields of a step's trace, described once for writing and reading.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/step_json.hpp"

#include "cone/report/json_io.hpp"

namespace cone::report {

template <>
struct EnumNames<trace::OperatorPass> {
    static std::vector<std::pair<trace::OperatorPass, const char*>> names() {
        std::vector<std::pair<trace::OperatorPass, const char*>> all;
        for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(trace::OperatorPass::Weights); ++i) {
            const auto pass = static_cast<trace::OperatorPass>(i);
            all.emplace_back(pass, trace::name_of(pass));
        }
        return all;
    }
};

template <class Io>
void fields(Io& io, typename Io::template Ref<trace::StepName> name) {
    io("segment", name.segment);
    io("round", name.round);
    io("seller", name.seller);
    io("step", name.step);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<trace::OperatorRecord> record) {
    io("shard", record.shard);
    io("layer", record.layer);
    io("word", record.word);
    io("pass", record.pass);
    io("digest", record.digest);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<trace::StepTrace> trace) {
    io.derived("schema_version", std::uint32_t{kStepTraceSchemaVersion});
    io("job_hash", trace.job_hash);
    io("name", trace.name);
    io("state_before", trace.state_before);
    io("state_after", trace.state_after);
    io("operators", trace.operators);
}

std::string to_json(const trace::StepTrace& trace) {
    return write_document(trace);
}

trace::StepTrace step_trace_from_json(std::string_view text) {
    auto trace = read_document<trace::StepTrace>(text, kStepTraceSchemaVersion);
    if (trace.operators.empty()) {
        refuse("/operators", "a step has at least one operator");
    }
    for (std::size_t i = 0; i < trace.operators.size(); ++i) {
        if (trace.operators[i].word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos) {
            refuse("/operators/" + std::to_string(i) + "/word", "expected an operator's name");
        }
    }
    return trace;
}

}  // namespace cone::report
