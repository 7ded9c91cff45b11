// Memory of a grid that grows and never shrinks: nothing is allocated once the largest batch has been seen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace cone::kernels::cuda {

template <class Grid, class T>
class DeviceArray {
public:
    DeviceArray() = default;
    DeviceArray(Grid& grid, std::size_t count) { grow(grid, count); }

    /// Room for `count` values. What was there is lost when the room had to grow.
    void grow(Grid& grid, std::size_t count) {
        if (count > capacity_) {
            memory_.reset();
            memory_ = grid.allocate(count * sizeof(T));
            capacity_ = count;
        }
    }
    void upload(Grid& grid, std::span<const T> values) {
        grow(grid, values.size());
        grid.upload(get(), values.data(), values.size_bytes());
    }
    void download(Grid& grid, std::span<T> values) const { grid.download(values.data(), get(), values.size_bytes()); }
    void clear(Grid& grid, std::size_t count) {
        grow(grid, count);
        grid.clear(get(), count * sizeof(T));
    }

    [[nodiscard]] T* get() const { return reinterpret_cast<T*>(memory_.get()); }

private:
    typename Grid::Memory memory_;
    std::size_t capacity_ = 0;
};

}  // namespace cone::kernels::cuda
