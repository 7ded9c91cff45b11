// Content-addressed storage in a folder and in memory.
// SPDX-License-Identifier: Apache-2.0
#include "cone/data/content_store.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/hash/merkle.hpp"

namespace cone::data {

void require_root(const Hash32& root, ByteSpan bytes, const std::string& where) {
    const auto found = hash::bytes_root(bytes);
    if (found != root) {
        throw DataError(where + ": the content named " + to_hex(root) + " hashes to " + to_hex(found) + ": it was changed",
                        "remove the copy and fetch or prepare it again");
    }
}

DirectoryStore::DirectoryStore(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (!std::filesystem::is_directory(folder_)) {
        throw EnvironmentError(folder_.string() + ": cannot create the content store: " + error.message());
    }
}

std::filesystem::path DirectoryStore::path_of(const Hash32& root) const {
    return folder_ / to_hex(root).substr(2);
}

Hash32 DirectoryStore::put(ByteSpan bytes) {
    const auto root = hash::bytes_root(bytes);
    const auto path = path_of(root);
    if (!has(root) || !std::ranges::equal(read_file(path), bytes)) {  // a damaged copy is replaced
        write_file_atomically(path, bytes);
    }
    return root;
}

Bytes DirectoryStore::get(const Hash32& root) const {
    const auto path = path_of(root);
    if (!has(root)) {
        throw DataError(path.string() + ": no content named " + to_hex(root));
    }
    auto bytes = read_file(path);
    require_root(root, bytes, path.string());
    return bytes;
}

bool DirectoryStore::has(const Hash32& root) const {
    return std::filesystem::is_regular_file(path_of(root));
}

Hash32 MemoryStore::put(ByteSpan bytes) {
    const auto root = hash::bytes_root(bytes);
    entries_.try_emplace(root, bytes.begin(), bytes.end());
    return root;
}

Bytes MemoryStore::get(const Hash32& root) const {
    const auto found = entries_.find(root);
    if (found == entries_.end()) {
        throw DataError("memory: no content named " + to_hex(root));
    }
    return found->second;
}

}  // namespace cone::data
