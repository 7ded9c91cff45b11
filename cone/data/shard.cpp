// Canonical bytes of a shard.
// SPDX-License-Identifier: Apache-2.0
#include "cone/data/shard.hpp"

#include <string>

#include "cone/base/errors.hpp"
#include "cone/base/wei.hpp"
#include "cone/hash/canonical.hpp"
#include "cone/hash/merkle.hpp"

namespace cone::data {
namespace {

constexpr const char* kDocument = "cone.shard/1";

void require_size(const char* what, std::size_t have, Uint128 want) {
    if (have != want) {
        throw DataError(std::string(kDocument) + ": " + std::to_string(have) + " bytes of " + what + ", the sizes ask for " +
                        (want > UINT64_MAX ? "more than 2^64" : std::to_string(static_cast<std::uint64_t>(want))));
    }
}

void require_consistent(const Shard& shard) {
    const Uint128 image = Uint128{shard.channels} * shard.height * shard.width;
    require_size("pixels", shard.pixels.size(), image > UINT64_MAX ? image : image * shard.images);
    require_size("labels", shard.labels.size(), shard.images);
    if (shard.images == 0 || image == 0) {
        throw DataError(std::string(kDocument) + ": holds no pixel");
    }
}

}  // namespace

Bytes canonical_bytes(const Shard& shard) {
    require_consistent(shard);
    hash::CanonicalWriter writer(kDocument);
    writer.u32(shard.images);
    writer.u32(shard.channels);
    writer.u32(shard.height);
    writer.u32(shard.width);
    writer.bytes(shard.pixels);
    writer.bytes(shard.labels);
    return writer.take();
}

Shard shard_from_canonical(ByteSpan bytes) {
    hash::CanonicalReader reader(bytes, kDocument);
    Shard shard;
    shard.images = reader.u32();
    shard.channels = reader.u32();
    shard.height = reader.u32();
    shard.width = reader.u32();
    shard.pixels = reader.bytes(bytes.size());
    shard.labels = reader.bytes(bytes.size());
    reader.finish();
    require_consistent(shard);
    return shard;
}

Hash32 shard_root(const Shard& shard) {
    return hash::bytes_root(canonical_bytes(shard));
}

}  // namespace cone::data
