// Memory of one engine: taken once, zeroed, aligned to cache lines, given back together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <vector>

#include "step.hpp"

namespace cone::kernels::cpu {

class Arena {
public:
    /// `count` floats, all +0.
    [[nodiscard]] float* floats(std::size_t count) {
        const std::size_t bytes = (count * sizeof(float) / kLine + 1) * kLine;
        if (bytes > left_) {
            open_slab(bytes);
        }
        float* memory = next_;
        next_ += bytes / sizeof(float);
        left_ -= bytes;
        std::memset(memory, 0, bytes);
        return memory;
    }

    /// Keep a table where it is.
    [[nodiscard]] const std::vector<Tap>& keep(std::vector<Tap> table) { return taps_.emplace_back(std::move(table)); }
    [[nodiscard]] const std::vector<Chain>& keep(std::vector<Chain> table) { return chains_.emplace_back(std::move(table)); }
    [[nodiscard]] const std::vector<Reach>& keep(std::vector<Reach> table) { return reaches_.emplace_back(std::move(table)); }
    [[nodiscard]] const std::vector<std::uint32_t>& keep(std::vector<std::uint32_t> table) {
        return places_.emplace_back(std::move(table));
    }
    [[nodiscard]] const std::vector<std::int32_t>& keep(std::vector<std::int32_t> table) {
        return offsets_.emplace_back(std::move(table));
    }
    [[nodiscard]] const std::vector<Place>& keep(std::vector<Place> table) { return positions_.emplace_back(std::move(table)); }
    [[nodiscard]] const std::vector<Product>& keep(std::vector<Product> products) {
        return products_.emplace_back(std::move(products));
    }

private:
    static constexpr std::size_t kLine = 64;
    static constexpr std::size_t kHugePage = std::size_t{2} << 20;
#if defined(__SANITIZE_ADDRESS__)
    static constexpr std::size_t kSlab = kLine;  // so that each piece has its own bounds
#else
    static constexpr std::size_t kSlab = 32 * kHugePage;
#endif

    /// What is not used of a slab is never touched and takes no memory. Large pages: planes are far apart, and the small ones
    /// of a few dozen channels would miss the processor's cache of translations.
    void open_slab(std::size_t bytes) {
        const std::size_t alignment = kSlab < kHugePage ? kLine : kHugePage;
        left_ = ((bytes > kSlab ? bytes : kSlab) + alignment - 1) / alignment * alignment;
        void* memory = std::aligned_alloc(alignment, left_);
        if (memory == nullptr) {
            throw std::bad_alloc();
        }
#if defined(__linux__)
        (void)madvise(memory, left_, MADV_HUGEPAGE);
#endif
        slabs_.emplace_back(static_cast<float*>(memory));
        next_ = slabs_.back().get();
    }

    struct Free {
        void operator()(float* p) const { std::free(p); }
    };
    std::deque<std::unique_ptr<float, Free>> slabs_;
    float* next_ = nullptr;
    std::size_t left_ = 0;
    std::deque<std::vector<Tap>> taps_;
    std::deque<std::vector<Chain>> chains_;
    std::deque<std::vector<Reach>> reaches_;
    std::deque<std::vector<std::uint32_t>> places_;
    std::deque<std::vector<std::int32_t>> offsets_;
    std::deque<std::vector<Place>> positions_;
    std::deque<std::vector<Product>> products_;
};

}  // namespace cone::kernels::cpu
