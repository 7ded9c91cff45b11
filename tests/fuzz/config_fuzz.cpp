// Any text as a configuration: refused with a ConfigError that names the file, or a scenario that makes a valid job spec.
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>
#include <string_view>

#include "cone/base/errors.hpp"
#include "cone/config/config.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/support/sample_spec.hpp"

namespace {

/// The spec of a scenario; what only a run can know is filled in.
cone::job::JobSpec spec_of(const cone::config::Config& config) {
    const cone::job::JobSpec sample = cone::test::sample_spec();
    auto profile = sample.profile;
    profile.engine = config.execution.engine;
    profile.operator_set = profile.engine + "/1";
    profile.isa = profile.engine == "exact" ? "any" : config.execution.isa;
    return cone::config::to_job_spec(config, sample.model, sample.validation_root, sample.test_root, profile);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto config = cone::config::parse_config({reinterpret_cast<const char*>(data), size}, "fuzz");
        const auto problem = cone::job::validate(spec_of(config));
        CONE_ASSERT(!problem, problem->field + " " + problem->reason);
    } catch (const cone::ConfigError& error) {
        CONE_ASSERT(std::string_view(error.what()).starts_with("fuzz"), error.what());
    }
    return 0;
}

std::vector<cone::Bytes> cone::test::seeds() {
    std::ifstream file(CONE_SOURCE_DIR "/configs/demo.toml", std::ios::binary);
    const Bytes demo(std::istreambuf_iterator<char>(file), {});
    CONE_ASSERT(!demo.empty(), "configs/demo.toml is the seed");
    return {demo};
}
