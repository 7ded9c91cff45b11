// The sides of cone bench train: each trains in a process of its own and is asked for one epoch at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cone/cli/piped_child.hpp"
#include "cone/model/train_bench.hpp"

namespace cone::cli {

/// exact*: the executor's training on the exact engine, with the best instruction set here or the named one. libtorch: the
/// executor's training on the second engine, pinned. plain*: what users of libtorch write, with nothing pinned but one thread. An
/// exact side may be given threads: "exact:2". exact-twice: two trainings at once that share nothing, each with one thread and
/// half of the images: what the machine gives two cores.
inline constexpr std::array<std::string_view, 8> kBenchSides = {
    "exact", "exact-avx512", "exact-avx2", "exact-portable", "exact-twice", "libtorch", "plain", "plain-channels-last"};

struct SideOptions {
    model::TrainBenchSpec spec;
    std::string isa = "avx2";  ///< class that side "libtorch" is pinned to
};

/// A side as a user names it, taken apart.
struct SideName {
    std::string kind;  ///< one of kBenchSides
    std::uint32_t threads = 1;
    [[nodiscard]] std::uint32_t cores() const { return kind == "exact-twice" ? 2 * threads : threads; }
};
/// Throws ConfigError with what would do.
[[nodiscard]] SideName parse_side(const std::string& text);

/// Of one epoch.
struct EpochTime {
    double wall = 0;       ///< seconds
    double processor = 0;  ///< seconds, of all threads
};

/// The child's part: answers "epoch" with its wall and processor time and "memory" with the MiB this process has grown by at most since the
/// call, until its input ends. Throws ConfigError when this build or processor has no such side.
void serve_side(const std::string& side, const SideOptions& options);

class SideProcess {
public:
    /// Throws EnvironmentError when the process cannot be started.
    SideProcess(const std::string& side, const SideOptions& options);

    /// Throw EnvironmentError when the child is gone or answers anything but positive numbers.
    [[nodiscard]] EpochTime epoch();
    [[nodiscard]] double memory_mib();

private:
    [[nodiscard]] std::vector<double> ask(const std::string& question, std::size_t numbers);

    std::string side_;
    PipedChild child_;
};

}  // namespace cone::cli
