// The exact engine on a CUDA device.
// SPDX-License-Identifier: Apache-2.0
#include "cuda_grid.cuh"
#include "grid_engine.hpp"

namespace cone::kernels {

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
    return major >= 8 ? std::nullopt : std::optional<std::string>("the CUDA device is older than compute capability 8.0");
}

std::unique_ptr<Engine> make_cuda_engine(const Network& network, int device) {
    if (const auto problem = cuda_problem(device)) {
        throw NoDevice(*problem);
    }
    return std::make_unique<cuda::GridEngine<cuda::CudaGrid>>(network, cuda::CudaGrid(device));
}

}  // namespace cone::kernels
