// What a watcher saw and decided, one JSON line a decision, on disk before anything follows from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cone/node/self_check.hpp"

namespace cone::node {

/// The inputs with all their hashes, and the verdict. One line, no end of line. Addresses of endpoints without access keys.
[[nodiscard]] std::string to_json_line(const SelfCheck& check, const Decision& decision, std::uint64_t unix_time);

/// What became of a challenge: a transaction's hash, or why there is none.
struct ChallengeOutcome {
    JobId job;
    SegmentIndex segment;
    Hash32 disputed;
    std::string transaction{};  ///< hexadecimal; empty: refused
    std::string refusal{};
};
[[nodiscard]] std::string to_json_line(const ChallengeOutcome& outcome, std::uint64_t unix_time);

/// What became of a false witness that was found: neither a transaction nor a refusal when we were told to watch.
struct WitnessOutcome {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    Address executor;
    std::string transaction{};
    std::string refusal{};
};
[[nodiscard]] std::string to_json_line(const WitnessOutcome& outcome, std::uint64_t unix_time);

/// What became of a wrong draw that was found: neither a transaction nor a refusal when we were told to watch.
struct DrawOutcome {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    std::uint32_t position = 0;
    Address executor;  ///< who was left out there
    std::string transaction{};
    std::string refusal{};
};
[[nodiscard]] std::string to_json_line(const DrawOutcome& outcome, std::uint64_t unix_time);

/// Appends to a file that several processes may append to.
class DecisionLog {
public:
    /// Creates the file (mode 0600 less umask). Throws EnvironmentError naming it.
    explicit DecisionLog(std::filesystem::path file);
    DecisionLog(const DecisionLog&) = delete;
    DecisionLog& operator=(const DecisionLog&) = delete;
    ~DecisionLog();

    /// Returns when the line is on disk. Throws EnvironmentError; the caller must not act then.
    void append(const std::string& line);

private:
    std::filesystem::path file_;
    int descriptor_ = -1;
};

}  // namespace cone::node
