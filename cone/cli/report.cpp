// cone report: draws report.html again from a result.json.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/report_html.hpp"

#include <filesystem>
#include <memory>

#include "cone/cli/command.hpp"
#include "cone/data/file.hpp"
#include "cone/report/run_folder.hpp"

namespace cone::cli {
namespace {

ExitCode run_report(const Common& common, const std::filesystem::path& result_path, std::filesystem::path out) {
    const auto result = report::load_result(result_path);
    if (out.empty()) {
        out = result_path.parent_path() / "report.html";
    }
    const std::string html = report::write_report_html(result);
    data::write_file_atomically(out, Bytes(html.begin(), html.end()));
    print_result(common, "report", {{"job_id", result.job.value}, {"report", out.string()}}, "report: " + out.string());
    return ExitCode::Ok;
}

}  // namespace

void add_report(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto result = std::make_shared<std::string>("cone-out/latest/result.json");
    auto out = std::make_shared<std::string>();
    auto* command = app.add_subcommand("report", "Draw report.html from a result.json");
    add_common(*command, *common, false);
    command->add_option("--result", *result, "The run's result.json")->capture_default_str();
    command->add_option("-o,--out", *out, "Where to write (default: beside the result)");
    command->callback([=, &chosen] { chosen = [=] { return run_report(*common, *result, *out); }; });
}

}  // namespace cone::cli
