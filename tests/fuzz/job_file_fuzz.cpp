// Any bytes as a job file: refused, or a valid spec whose file has exactly these bytes.
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "cone/base/errors.hpp"
#include "cone/job/job_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/support/sample_spec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(data, data + size);
    try {
        const cone::job::JobSpec spec = cone::job::from_file_bytes(bytes, "fuzz");
        CONE_ASSERT(!cone::job::validate(spec).has_value(), "a file never holds an invalid spec");
        CONE_ASSERT(cone::job::to_file_bytes(spec) == bytes, "one spec, one file");
    } catch (const cone::DataError&) {
        // The expected answer to most inputs.
    }
    return 0;
}

std::vector<cone::Bytes> cone::test::seeds() {
    const std::string file = job::to_file_bytes(sample_spec());
    return {Bytes(file.begin(), file.end())};
}
