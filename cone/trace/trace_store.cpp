// Files of the trace.
// SPDX-License-Identifier: Apache-2.0
#include "cone/trace/trace_store.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/trace/documents.hpp"

namespace cone::trace {
namespace {

std::string numbered(const char* what, std::uint32_t number) {
    const auto digits = std::to_string(number);
    return std::string(what) + "-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

}  // namespace

TraceStore::TraceStore(std::filesystem::path folder, data::ContentStore& states) : folder_(std::move(folder)), states_(states) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (!std::filesystem::is_directory(folder_)) {
        throw EnvironmentError(folder_.string() + ": cannot create the trace folder: " + error.message());
    }
}

void TraceStore::put(const RoundTrace& round) {
    data::write_file_atomically(folder_ / numbered("round", round.round), canonical_bytes(round));
}

std::vector<RoundTrace> TraceStore::rounds() const {
    std::vector<RoundTrace> found;
    for (std::uint32_t number = 0;; ++number) {
        const auto path = folder_ / numbered("round", number);
        if (!std::filesystem::exists(path)) {
            return found;
        }
        try {
            found.push_back(round_from_canonical(data::read_file(path)));
        } catch (const DataError& error) {
            throw DataError(path.string() + ": " + error.what(), "remove the file; the round is executed again");
        }
        if (found.back().round != number) {
            throw DataError(path.string() + ": holds round " + std::to_string(found.back().round));
        }
    }
}

Hash32 TraceStore::put_checkpoint(SegmentIndex segment, const TrainingState& state) {
    const auto root = states_.put(canonical_bytes(state));
    data::write_file_atomically(folder_ / numbered("segment", segment.value), root.span());
    return root;
}

std::optional<TrainingState> TraceStore::checkpoint(SegmentIndex segment) const {
    const auto path = folder_ / numbered("segment", segment.value);
    if (!std::filesystem::exists(path)) {
        return std::nullopt;
    }
    const auto bytes = data::read_file(path);
    if (bytes.size() != Hash32::kSize) {
        throw DataError(path.string() + ": " + std::to_string(bytes.size()) + " bytes, a root has 32");
    }
    Hash32 root;
    std::copy(bytes.begin(), bytes.end(), root.bytes.begin());
    return state_from_canonical(states_.get(root));
}

}  // namespace cone::trace
