// cone doctor: all checks as one table.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/doctor.hpp"

#include <algorithm>
#include <iomanip>
#include <memory>
#include <sstream>

#include "cone/cli/command.hpp"

namespace cone::cli {
namespace {

const char* word_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::Pass:
            return "pass";
        case Verdict::Warn:
            return "warn";
        case Verdict::Fail:
            return "FAIL";
    }
    return "?";
}

std::string table_of(const std::vector<Finding>& findings) {
    std::ostringstream out;
    for (const auto& finding : findings) {
        out << word_of(finding.verdict) << "  " << std::left << std::setw(18) << finding.check << "  " << finding.detail
            << '\n';
        if (!finding.fix.empty()) {
            out << std::string(26, ' ') << "fix: " << finding.fix << '\n';
        }
    }
    const auto count = [&](Verdict verdict) {
        return std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.verdict == verdict; });
    };
    out << count(Verdict::Pass) << " passed, " << count(Verdict::Warn) << " warnings, " << count(Verdict::Fail) << " failed";
    return out.str();
}

nlohmann::json json_of(const std::vector<Finding>& findings) {
    auto list = nlohmann::json::array();
    for (const auto& finding : findings) {
        list.push_back({{"check", finding.check},
                        {"verdict", word_of(finding.verdict)},
                        {"detail", finding.detail},
                        {"fix", finding.fix}});
    }
    return {{"checks", list}};
}

ExitCode run_doctor(const Common& common) {
    const auto config = load(common);
    std::vector<Finding> findings;
    for (auto* check : {check_build, check_system, check_data, check_keys, check_chain}) {
        const auto more = check(config);
        findings.insert(findings.end(), more.begin(), more.end());
    }
    print_result(common, "doctor", json_of(findings), table_of(findings));
    const bool failed =
        std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.verdict == Verdict::Fail; });
    return failed ? ExitCode::Environment : ExitCode::Ok;
}

}  // namespace

void add_doctor(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto* command = app.add_subcommand("doctor", "Check this machine, build, data and chain; say how to fix what is wrong");
    add_common(*command, *common, true);
    command->callback([common, &chosen] { chosen = [common] { return run_doctor(*common); }; });
}

}  // namespace cone::cli
