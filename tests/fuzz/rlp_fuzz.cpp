// Any bytes as RLP: refused, or the one encoding of what was read.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bridge/eth/rlp.hpp"
#include "cone/base/errors.hpp"
#include "tests/fuzz/fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const cone::ByteSpan input(data, size);
    const auto decoded = cone::eth::rlp_decode(input);
    if (decoded) {
        const cone::Bytes again = cone::eth::rlp_encode(*decoded);
        CONE_ASSERT(std::equal(again.begin(), again.end(), input.begin(), input.end()), "a value has two encodings");
    }
    return 0;
}

std::vector<cone::Bytes> cone::test::seeds() {
    using namespace cone::eth;
    const Bytes text(60, 'a');
    return {rlp_list({rlp_bytes(text), rlp_list({rlp_uint(U256(0)), rlp_uint(U256(1024))}), rlp_list({})}), rlp_bytes(text),
            rlp_uint(U256(127))};
}
