// Any text as a receipt: refused with a DataError, or one that survives being written again and that the check judges.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "bridge/eth/typed_data.hpp"
#include "cone/base/errors.hpp"
#include "cone/report/receipt_check.hpp"
#include "cone/report/receipt_json.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/report/sample_receipt.hpp"

namespace {

std::optional<cone::Address> recover(const cone::Hash32& domain, cone::JobId job, cone::SegmentIndex segment,
                                     cone::AttemptIndex attempt, const cone::Hash32& digest, const cone::Hash32& witness,
                                     cone::ByteSpan signature) {
    return cone::eth::recover_voter(domain, {job, segment, attempt, digest, witness}, signature);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const cone::report::Receipt receipt = cone::report::receipt_from_json(text);
        CONE_ASSERT(cone::report::receipt_from_json(cone::report::to_json(receipt)) == receipt,
                    "a receipt changes when written");
        CONE_ASSERT(!cone::report::check_receipt(receipt, recover).empty(), "a receipt without a finding");
    } catch (const cone::DataError&) {
        // The expected answer to most inputs.
    }
    return 0;
}

std::vector<cone::Bytes> cone::test::seeds() {
    std::vector<Bytes> all;
    for (const auto& receipt : {report::sample::demo_receipt(), report::sample::void_receipt(), report::Receipt{}}) {
        const std::string text = report::to_json(receipt);
        all.emplace_back(text.begin(), text.end());
    }
    return all;
}
