// Any bytes as a job spec: refused, or a spec with exactly these canonical bytes that validate() can judge.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/job/job_spec.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/support/sample_spec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const cone::ByteSpan bytes(data, size);
    try {
        const cone::job::JobSpec spec = cone::job::spec_from_canonical(bytes);
        const cone::Bytes again = cone::job::canonical_bytes(spec);
        CONE_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()), "one byte string, one spec");
        if (const auto problem = cone::job::validate(spec)) {
            CONE_ASSERT(!problem->field.empty() && !problem->reason.empty() && !problem->hint.empty(), "a full sentence");
        }
    } catch (const cone::DataError&) {
        // The expected answer to most inputs.
    }
    return 0;
}

std::vector<cone::Bytes> cone::test::seeds() {
    return {job::canonical_bytes(sample_spec()), job::canonical_bytes({})};
}
