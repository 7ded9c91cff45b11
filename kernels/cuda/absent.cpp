// What a build without CONE_WITH_CUDA answers.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/engine.hpp"

namespace cone::kernels {

int cuda_devices() {
    return 0;
}

std::optional<std::string> cuda_problem(int) {
    return "built without CONE_WITH_CUDA";
}

std::unique_ptr<Engine> make_cuda_engine(const Network&, int device) {
    throw NoDevice(*cuda_problem(device));
}

}  // namespace cone::kernels
