// Bytes under the name of their root: shards, states, models. What is read is what was named, or it is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "cone/base/bytes.hpp"

namespace cone::data {

/// The port. Implementations: a folder (shared by all ranks of a machine), memory (tests).
class ContentStore {
public:
    virtual ~ContentStore() = default;
    /// Keeps `bytes` and returns their root (docs/protocol.md 2.1). Idempotent.
    virtual Hash32 put(ByteSpan bytes) = 0;
    /// The bytes under `root`. Throws DataError naming the root when there are none or when they hash to something else.
    [[nodiscard]] virtual Bytes get(const Hash32& root) const = 0;
    [[nodiscard]] virtual bool has(const Hash32& root) const = 0;
};

/// Throws DataError naming both roots unless `bytes` hash to `root`; `where` says which copy it is.
void require_root(const Hash32& root, ByteSpan bytes, const std::string& where);

/// One file a root, `<folder>/<hex>`; written beside, fsynced, renamed, so a reader never sees half a file.
class DirectoryStore final : public ContentStore {
public:
    /// Creates the folder. Throws EnvironmentError when that fails.
    explicit DirectoryStore(std::filesystem::path folder);
    Hash32 put(ByteSpan bytes) override;
    [[nodiscard]] Bytes get(const Hash32& root) const override;
    [[nodiscard]] bool has(const Hash32& root) const override;
    [[nodiscard]] std::filesystem::path path_of(const Hash32& root) const;

private:
    std::filesystem::path folder_;
};

class MemoryStore final : public ContentStore {
public:
    Hash32 put(ByteSpan bytes) override;
    [[nodiscard]] Bytes get(const Hash32& root) const override;
    [[nodiscard]] bool has(const Hash32& root) const override { return entries_.contains(root); }

private:
    std::map<Hash32, Bytes> entries_;
};

}  // namespace cone::data
