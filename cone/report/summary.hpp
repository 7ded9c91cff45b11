// What a person reads in the terminal: a line an event while a job runs, and a few lines when it is over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "cone/report/result.hpp"

namespace cone::report {

/// Accuracy, who was paid what, who was caught, how long it took, where the report is. `folder` is shown as it is given.
[[nodiscard]] std::string summary(const RunResult& result, const std::filesystem::path& folder);

struct ProgressEvent {
    double seconds = 0;    ///< since the run began
    std::string who;       ///< "bridge", "chain", "executor 2"
    std::string what;      ///< "segment 1, attempt 0: 3 commitments"
    bool passing = false;  ///< soon out of date: on a terminal the next event takes its line
};

/// "[  12.3 s] executor 2  segment 1: round 3, accuracy 96.24%"
[[nodiscard]] std::string progress_line(const ProgressEvent& event);

/// Prints events as they come. On a terminal a passing event is overwritten by the next; elsewhere each has its line.
class ProgressPrinter {
public:
    /// `out` must outlive the printer; nobody else writes to it meanwhile.
    ProgressPrinter(std::ostream& out, bool is_terminal) : out_(out), is_terminal_(is_terminal) {}
    void print(const ProgressEvent& event);
    /// Leaves the line of a passing event; call before anything else is written.
    void finish();

private:
    std::ostream& out_;
    bool is_terminal_;
    bool line_open_ = false;
};

}  // namespace cone::report
