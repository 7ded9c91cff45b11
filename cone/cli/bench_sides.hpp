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
/// executor's training on the second engine, pinned. plain*: what users of libtorch write, with nothing pinned but one thread.
inline constexpr std::array<std::string_view, 7> kBenchSides = {
    "exact", "exact-avx512", "exact-avx2", "exact-portable", "libtorch", "plain", "plain-channels-last"};

struct SideOptions {
    model::TrainBenchSpec spec;
    std::uint32_t threads = 1;  ///< of the exact engine; libtorch has one
    std::string isa = "avx2";   ///< class that side "libtorch" is pinned to
};

/// The child's part: answers "epoch" with its seconds and "memory" with the MiB this process has grown by at most since the
/// call, until its input ends. Throws ConfigError when this build or processor has no such side.
void serve_side(std::string_view side, const SideOptions& options);

class SideProcess {
public:
    /// Throws EnvironmentError when the process cannot be started.
    SideProcess(const std::string& side, const SideOptions& options);

    /// Throw EnvironmentError when the child is gone or answers anything but a positive number.
    [[nodiscard]] double epoch_seconds() { return ask("epoch"); }
    [[nodiscard]] double memory_mib() { return ask("memory"); }

private:
    [[nodiscard]] double ask(const std::string& question);

    std::string side_;
    PipedChild child_;
};

}  // namespace cone::cli
