// One file a digest.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/directory_state_store.hpp"

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/trace/documents.hpp"

namespace cone::cli {

DirectoryStateStore::DirectoryStateStore(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) {
        throw EnvironmentError("cannot create " + folder_.string() + ": " + error.message(),
                               "set output.dir or data.store to a folder you can write to");
    }
}

std::filesystem::path DirectoryStateStore::path_of(const Hash32& digest) const {
    return folder_ / ("state-" + to_hex(digest));
}

void DirectoryStateStore::put(const Hash32& digest, const training::TrainingState& state) {
    data::write_file_atomically(path_of(digest), trace::canonical_bytes(state));
}

std::optional<training::TrainingState> DirectoryStateStore::get(const Hash32& digest) {
    try {
        return trace::state_from_canonical(data::read_file(path_of(digest)));
    } catch (const DataError&) {
        return std::nullopt;
    }
}

}  // namespace cone::cli
