// The golden vectors of tests/vectors as JSON values: the same on every machine, read by GoogleTest and by forge.
// Parallel arrays of one type each, because that is what forge's vm.parseJson reads without ceremony.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

namespace cone::test {

using Json = nlohmann::ordered_json;

/// `inputs[i]` hashes to `hashes[i]`.
[[nodiscard]] Json keccak_vectors();
/// List roots by length, proofs of lists, roots of byte strings.
[[nodiscard]] Json merkle_vectors();
/// One object a record of docs/protocol.md 2, tag 0x02 to 0x0f: its fields by name, and `hash`.
[[nodiscard]] Json records_vectors();
/// `canonical[i]` are the bytes of a spec, `hash[i]` its spec hash; case 0 is tests/support/sample_spec.hpp.
[[nodiscard]] Json job_spec_vectors();

}  // namespace cone::test
