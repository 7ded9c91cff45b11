// What goes wrong outside (an exception that names what, where and the fix) and what only a bug does (CONE_ASSERT).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace cone {

/// Exit codes of every command; stable.
enum class ExitCode : int {
    Ok = 0,
    Usage = 2,         ///< wrong flags or configuration
    Environment = 3,   ///< a tool, port, file or node is missing
    ChainRefused = 4,  ///< a contract or node said no
    Mismatch = 5,      ///< verification failed, evidence written
    TryAgain = 75,     ///< nothing lost, start again
    Interrupted = 130,
};

/// Root of the family: `what()` says what and where, `hint()` what to do about it.
class Error : public std::runtime_error {
public:
    Error(ExitCode code, const std::string& what, std::string hint)
        : std::runtime_error(what), code_(code), hint_(std::move(hint)) {}
    [[nodiscard]] ExitCode code() const noexcept { return code_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

private:
    ExitCode code_;
    std::string hint_;
};

/// A configuration file, flag or environment variable that cannot be used.
struct ConfigError : Error {
    explicit ConfigError(const std::string& what, std::string hint = {}) : Error(ExitCode::Usage, what, std::move(hint)) {}
};
/// A file, shard or document that is malformed or not what its hash says.
struct DataError : Error {
    explicit DataError(const std::string& what, std::string hint = {}) : Error(ExitCode::Environment, what, std::move(hint)) {}
};
/// The machine lacks something: a tool, a library version, disk, a port.
struct EnvironmentError : Error {
    explicit EnvironmentError(const std::string& what, std::string hint = {})
        : Error(ExitCode::Environment, what, std::move(hint)) {}
};
/// MPI failed, a rank died or a deadline passed.
struct CommError : Error {
    explicit CommError(const std::string& what, std::string hint = {}) : Error(ExitCode::TryAgain, what, std::move(hint)) {}
};
/// The RPC node cannot be reached or answers nonsense; trying again may help.
struct RpcError : Error {
    explicit RpcError(const std::string& what, std::string hint = {}, ExitCode code = ExitCode::Environment)
        : Error(code, what, std::move(hint)) {}
};
/// A contract reverted or a rule of the chain refused the call; trying again will not help.
struct ChainError : Error {
    explicit ChainError(const std::string& what, std::string hint = {})
        : Error(ExitCode::ChainRefused, what, std::move(hint)) {}
};

/// Prints the condition with file and line to stderr and aborts.
[[noreturn]] void assertion_failed(std::string_view condition, std::string_view message, const char* file, int line);

}  // namespace cone

/// Stops the program when our own reasoning is wrong; always on.
#define CONE_ASSERT(condition, message)                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            ::cone::assertion_failed(#condition, message, __FILE__, __LINE__); \
        }                                                                      \
    } while (false)
