// The exact engine on a CUDA device.
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "cuda_grid.cuh"
#include "grid_engine.hpp"

namespace cone::kernels {
namespace {

/// Without libcuda the runtime says that the driver is too old; with one it means it.
bool is_absence(cudaError_t code) {
    return code == cudaErrorNoDevice || (code == cudaErrorInsufficientDriver && !std::filesystem::exists("/dev/nvidiactl") &&
                                         !std::filesystem::exists("/dev/nvidia0"));
}

/// Whether this build has code for the device: the driver finds or compiles it for a kernel, as for all of them.
cudaError_t load_kernels(int device) {
    if (const cudaError_t code = cudaSetDevice(device); code != cudaSuccess) {
        return code;
    }
    cudaFuncAttributes attributes{};
    return cudaFuncGetAttributes(&attributes, cuda::run_elements<cuda::FindNotFinite>);
}

}  // namespace

int cuda_devices() {
    int count = 0;
    const cudaError_t code = cudaGetDeviceCount(&count);
    if (code != cudaSuccess && !is_absence(code)) {
        throw std::runtime_error(std::string("the CUDA driver does not say how many devices there are: ") +
                                 cudaGetErrorString(code));
    }
    return code == cudaSuccess ? count : 0;
}

std::optional<std::string> cuda_problem(int device) {
    int count = 0;
    if (const cudaError_t code = cudaGetDeviceCount(&count); code != cudaSuccess) {
        return std::string("no CUDA device: ") + cudaGetErrorString(code);
    }
    if (device < 0 || device >= count) {
        return "CUDA device " + std::to_string(device) + " of " + std::to_string(count);
    }
    int major = 0;
    if (const cudaError_t code = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
        code != cudaSuccess) {
        return cudaGetErrorString(code);
    }
    if (major < 8) {
        return "the CUDA device is older than compute capability 8.0";
    }
    if (const cudaError_t code = load_kernels(device); code != cudaSuccess) {
        return "CUDA device " + std::to_string(device) + " takes none of this build's kernels: " + cudaGetErrorString(code);
    }
    return std::nullopt;
}

std::unique_ptr<Engine> make_cuda_engine(const Network& network, int device) {
    if (const auto problem = cuda_problem(device)) {
        throw NoDevice(*problem);
    }
    return std::make_unique<cuda::GridEngine<cuda::CudaGrid>>(network, cuda::CudaGrid(device));
}

}  // namespace cone::kernels
