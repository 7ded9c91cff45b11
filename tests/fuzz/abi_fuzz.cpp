// Any bytes as the arguments of a call and as revert data: refused, or values that encode and decode to themselves.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/errors.hpp"
#include "bridge/eth/abi.hpp"
#include "cone/base/errors.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

const cone::eth::AbiType& types() {
    static const auto parsed = cone::eth::parse_abi_type("((uint16,bytes32[])[],(bool,string)[2],address,bytes4,bytes)");
    return *parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const cone::ByteSpan input(data, size);
    const auto decoded = cone::eth::abi_decode(types(), input);
    if (decoded) {
        const cone::Bytes again = cone::eth::abi_encode(types(), *decoded);
        CONE_ASSERT(again.size() <= size, "more was decoded than there is");
        const auto twice = cone::eth::abi_decode(types(), again);
        CONE_ASSERT(twice && *twice == *decoded, "values do not survive the ABI");
    }
    CONE_ASSERT(!cone::contracts::describe_revert(cone::contracts::Contract::JobBoard, input).empty(), "no description");
    return 0;
}

std::vector<cone::Bytes> cone::test::seeds() {
    using namespace cone::eth;
    // push_back, for compilers differ on AbiValues{AbiValues{...}}: a list of one list, or a copy of it (CWG 2137).
    AbiValues pairs;
    pairs.push_back(AbiValues{U256(1), AbiValues{Hash32{}, Hash32{}}});
    AbiValues values;
    values.push_back(pairs);
    values.push_back(AbiValues{AbiValues{U256(1), std::string("abc")}, AbiValues{U256(0), std::string("\xc3\xa4")}});
    values.push_back(Address{});
    values.push_back(Bytes{1, 2, 3, 4});
    values.push_back(Bytes(40, 7));
    return {abi_encode(types(), values), encode_call("Error(string)", {std::string("no")}),
            encode_call("WrongAttempt(uint32,uint32)", {U256(1), U256(2)})};
}
