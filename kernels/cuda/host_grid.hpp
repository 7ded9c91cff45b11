// The grid on a processor: blocks one after the other, the threads of a phase in a chosen order. For tests of index logic.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "block.hpp"

namespace cone::kernels::cuda {

/// In which order the threads of a phase run. Results may not depend on it.
enum class ThreadOrder : std::uint8_t { Ascending, Descending, OddFirst };

template <class Kernel>
class HostBlock {
public:
    /// Shared memory begins as NaNs, so that what nobody wrote shows.
    HostBlock(Extent at, ThreadOrder order) : at_(at), order_(order), own_(Kernel::kThreads) {
        std::memset(static_cast<void*>(shared_.get()), 0xff, sizeof(typename Kernel::Shared));
    }

    [[nodiscard]] u32 x() const { return at_.x; }
    [[nodiscard]] u32 y() const { return at_.y; }
    [[nodiscard]] u32 z() const { return at_.z; }
    [[nodiscard]] typename Kernel::Shared& shared() { return *shared_; }

    template <class Phase>
    void each(Phase phase) {
        for (u32 step = 0; step < Kernel::kThreads; ++step) {
            const u32 t = thread_at(step);
            phase(t, own_[t]);
        }
    }

private:
    [[nodiscard]] u32 thread_at(u32 step) const {
        constexpr u32 kCount = Kernel::kThreads;
        switch (order_) {
            case ThreadOrder::Ascending:
                return step;
            case ThreadOrder::Descending:
                return kCount - 1 - step;
            case ThreadOrder::OddFirst:
                return step < kCount / 2 ? 2 * step + 1 : 2 * (step - kCount / 2);
        }
        return step;
    }

    Extent at_;
    ThreadOrder order_;
    std::unique_ptr<typename Kernel::Shared> shared_ = std::make_unique<typename Kernel::Shared>();
    std::vector<typename Kernel::Thread> own_;
};

class HostGrid {
public:
    /// `processors`: how many multiprocessors the grid pretends to have; it decides the size of tiles.
    explicit HostGrid(ThreadOrder order = ThreadOrder::Ascending, u32 processors = 1)
        : order_(order), processors_(processors) {}

    [[nodiscard]] u32 processors() const { return processors_; }

    template <class Element>
    void elements(std::size_t count, const Element& element) {
        const bool forward = order_ == ThreadOrder::Ascending;
        for (std::size_t step = 0; step < count; ++step) {
            element(forward ? step : count - 1 - step);
        }
    }

    template <class Kernel>
    void blocks(Extent extent, const Kernel& kernel) {
        for (u32 z = 0; z < extent.z; ++z) {
            for (u32 y = 0; y < extent.y; ++y) {
                for (u32 x = 0; x < extent.x; ++x) {
                    HostBlock<Kernel> block({x, y, z}, order_);
                    kernel(block);
                }
            }
        }
    }

    using Memory = std::unique_ptr<std::byte[]>;
    /// Begins as NaNs, so that what nobody wrote shows.
    [[nodiscard]] Memory allocate(std::size_t bytes) {
        Memory memory(new std::byte[bytes]);
        std::memset(memory.get(), 0xff, bytes);
        return memory;
    }
    void upload(void* to, const void* from, std::size_t bytes) { copy(to, from, bytes); }
    void download(void* to, const void* from, std::size_t bytes) { copy(to, from, bytes); }
    void copy(void* to, const void* from, std::size_t bytes) {
        if (bytes > 0) {
            std::memcpy(to, from, bytes);
        }
    }
    void clear(void* at, std::size_t bytes) {
        if (bytes > 0) {
            std::memset(at, 0, bytes);
        }
    }

private:
    ThreadOrder order_;
    u32 processors_;
};

}  // namespace cone::kernels::cuda
