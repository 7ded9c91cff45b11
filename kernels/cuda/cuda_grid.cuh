// The grid on a CUDA device: launches, memory and copies on one stream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "block.hpp"

namespace cone::kernels::cuda {

/// A call of the CUDA runtime failed.
class CudaError : public std::runtime_error {
public:
    CudaError(cudaError_t code, const char* call, const char* file, int line)
        : std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + call + ": " + cudaGetErrorString(code)) {}
};

inline void check(cudaError_t code, const char* call, const char* file, int line) {
    if (code != cudaSuccess) {
        throw CudaError(code, call, file, line);
    }
}

#define CONE_CUDA_CHECK(call) ::cone::kernels::cuda::check((call), #call, __FILE__, __LINE__)

/// A block as its threads see it. The bodies exist on the device only; the host never runs them.
template <class Kernel>
class DeviceBlock {
public:
    CONE_HOST_DEVICE explicit DeviceBlock(typename Kernel::Shared& shared) : shared_(shared) {}

#if defined(__CUDA_ARCH__)
    [[nodiscard]] CONE_HOST_DEVICE u32 x() const {
        return blockIdx.x;
    }
    [[nodiscard]] CONE_HOST_DEVICE u32 y() const {
        return blockIdx.y;
    }
    [[nodiscard]] CONE_HOST_DEVICE u32 z() const {
        return blockIdx.z;
    }
    template <class Phase>
    CONE_HOST_DEVICE CONE_ALWAYS_INLINE void each(Phase phase) {
        phase(threadIdx.x, own_);
        __syncthreads();
    }
#else
    [[nodiscard]] CONE_HOST_DEVICE u32 x() const {
        return 0;
    }
    [[nodiscard]] CONE_HOST_DEVICE u32 y() const {
        return 0;
    }
    [[nodiscard]] CONE_HOST_DEVICE u32 z() const {
        return 0;
    }
    template <class Phase>
    CONE_HOST_DEVICE void each(Phase phase) {
        phase(0, own_);
    }
#endif
    [[nodiscard]] CONE_HOST_DEVICE typename Kernel::Shared& shared() {
        return shared_;
    }

private:
    typename Kernel::Shared& shared_;
    typename Kernel::Thread own_;
};

template <class Kernel>
__global__ void __launch_bounds__(Kernel::kThreads) run_block(const __grid_constant__ Kernel kernel) {
    __shared__ typename Kernel::Shared shared;
    DeviceBlock<Kernel> block(shared);
    kernel(block);
}

inline constexpr u32 kElementThreads = 256;

template <class Element>
__global__ void __launch_bounds__(kElementThreads) run_elements(std::size_t count, const __grid_constant__ Element element) {
    const std::size_t i = std::size_t{blockIdx.x} * kElementThreads + threadIdx.x;
    if (i < count) {
        element(i);
    }
}

/// Owns a stream. Nothing but download waits for the device.
class CudaGrid {
public:
    /// Throws CudaError when there is no such device.
    explicit CudaGrid(int device) : device_(device) {
        select();
        int count = 0;
        CONE_CUDA_CHECK(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device));
        processors_ = static_cast<u32>(count);
        cudaStream_t stream = nullptr;
        CONE_CUDA_CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
        stream_.reset(stream);
    }

    [[nodiscard]] u32 processors() const { return processors_; }
    [[nodiscard]] cudaStream_t stream() const { return stream_.get(); }

    /// element(i) for i < count < 2^39, a thread each.
    template <class Element>
    void elements(std::size_t count, const Element& element) {
        if (count == 0) {
            return;
        }
        select();
        const auto blocks = static_cast<u32>((count + kElementThreads - 1) / kElementThreads);
        run_elements<<<blocks, kElementThreads, 0, stream_.get()>>>(count, element);
        CONE_CUDA_CHECK(cudaGetLastError());
    }

    template <class Kernel>
    void blocks(Extent extent, const Kernel& kernel) {
        if (extent.x == 0 || extent.y == 0 || extent.z == 0) {
            return;
        }
        select();
        run_block<<<dim3(extent.x, extent.y, extent.z), Kernel::kThreads, 0, stream_.get()>>>(kernel);
        CONE_CUDA_CHECK(cudaGetLastError());
    }

    struct Free {
        void operator()(std::byte* at) const { (void)cudaFree(at); }
    };
    using Memory = std::unique_ptr<std::byte, Free>;
    /// Not cleared.
    [[nodiscard]] Memory allocate(std::size_t bytes) {
        select();
        void* at = nullptr;
        CONE_CUDA_CHECK(cudaMalloc(&at, bytes));
        return Memory(static_cast<std::byte*>(at));
    }

    void upload(void* to, const void* from, std::size_t bytes) { transfer(to, from, bytes, cudaMemcpyHostToDevice); }
    void copy(void* to, const void* from, std::size_t bytes) { transfer(to, from, bytes, cudaMemcpyDeviceToDevice); }
    /// Waits until the bytes are there.
    void download(void* to, const void* from, std::size_t bytes) {
        transfer(to, from, bytes, cudaMemcpyDeviceToHost);
        CONE_CUDA_CHECK(cudaStreamSynchronize(stream_.get()));
    }
    void clear(void* at, std::size_t bytes) {
        if (bytes > 0) {
            select();
            CONE_CUDA_CHECK(cudaMemsetAsync(at, 0, bytes, stream_.get()));
        }
    }

private:
    void select() const { CONE_CUDA_CHECK(cudaSetDevice(device_)); }
    void transfer(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
        if (bytes > 0) {
            select();
            CONE_CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, kind, stream_.get()));
        }
    }

    struct Destroy {
        void operator()(cudaStream_t stream) const { (void)cudaStreamDestroy(stream); }
    };
    int device_;
    u32 processors_ = 0;
    std::unique_ptr<CUstream_st, Destroy> stream_;
};

}  // namespace cone::kernels::cuda
