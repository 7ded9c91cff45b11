// A libcuda that is there and fails: what gpu-check must not take for a machine without a GPU.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

namespace {

constexpr int kUnknownError = 999;

int fail() {
    return kUnknownError;
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
    return kUnknownError;
}

int cuDriverGetVersion(int* version) {
    *version = 13000;
    return 0;
}

/// The runtime asks for everything else through this.
int cuGetProcAddress_v2(const char* name, void** address, int, std::uint64_t, int* status) {
    const std::string_view asked = name;
    if (status != nullptr) {
        *status = 0;
    }
    if (asked == "cuDriverGetVersion") {
        *address = reinterpret_cast<void*>(&cuDriverGetVersion);
    } else if (asked == "cuGetProcAddress") {
        *address = reinterpret_cast<void*>(&cuGetProcAddress_v2);
    } else {
        *address = reinterpret_cast<void*>(&fail);
    }
    return 0;
}

int cuGetProcAddress(const char* name, void** address, int version, std::uint64_t flags) {
    return cuGetProcAddress_v2(name, address, version, flags, nullptr);
}
}
