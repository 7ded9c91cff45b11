// Memory of one engine: taken once, zeroed, aligned to cache lines, given back together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

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
        const std::size_t bytes = (count * sizeof(float) + kLine - 1) / kLine * kLine;
        void* memory = std::aligned_alloc(kLine, bytes > 0 ? bytes : kLine);
        if (memory == nullptr) {
            throw std::bad_alloc();
        }
        std::memset(memory, 0, bytes);
        floats_.emplace_back(static_cast<float*>(memory));
        return floats_.back().get();
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
    [[nodiscard]] const std::vector<Product>& keep(std::vector<Product> products) {
        return products_.emplace_back(std::move(products));
    }

private:
    static constexpr std::size_t kLine = 64;
    struct Free {
        void operator()(float* p) const { std::free(p); }
    };
    std::deque<std::unique_ptr<float, Free>> floats_;
    std::deque<std::vector<Tap>> taps_;
    std::deque<std::vector<Chain>> chains_;
    std::deque<std::vector<Reach>> reaches_;
    std::deque<std::vector<std::uint32_t>> places_;
    std::deque<std::vector<std::int32_t>> offsets_;
    std::deque<std::vector<Product>> products_;
};

}  // namespace cone::kernels::cpu
