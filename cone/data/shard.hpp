// A shard: labelled images as one canonical document, named by its root.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cone/base/bytes.hpp"

namespace cone::data {

/// Labelled images of one shape. Pixels are (images, channels, height, width), row-major; one label an image.
struct Shard {
    std::uint32_t images = 0;
    std::uint32_t channels = 1;
    std::uint32_t height = 0;
    std::uint32_t width = 0;
    Bytes pixels;
    Bytes labels;

    [[nodiscard]] std::size_t image_bytes() const { return std::size_t{channels} * height * width; }
    bool operator==(const Shard&) const = default;
};

/// The document "cone.shard/1" (docs/protocol.md 2.6).
[[nodiscard]] Bytes canonical_bytes(const Shard& shard);
/// Reads canonical bytes back. Throws DataError on anything malformed, sizes that do not agree included.
[[nodiscard]] Shard shard_from_canonical(ByteSpan bytes);
/// The name under which a seller registers the shard: root of its canonical bytes.
[[nodiscard]] Hash32 shard_root(const Shard& shard);

}  // namespace cone::data
