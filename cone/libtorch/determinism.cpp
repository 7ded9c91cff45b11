// Environment variables before libtorch's first use, flags after.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/determinism.hpp"

#include <malloc.h>
#include <stdlib.h>
#include <xmmintrin.h>

#include <mutex>

#include "cone/base/errors.hpp"
#include "cone/libtorch/torch_pch.hpp"

namespace cone::libtorch {
namespace {

/// One instruction-set class under the name each library has for it.
struct IsaClass {
    std::string_view name;
    const char* aten;
    const char* aten_reported;
    const char* onednn;
};
constexpr IsaClass kClasses[] = {{"default", "default", "DEFAULT", "SSE41"},
                                 {"avx2", "avx2", "AVX2", "AVX2"},
                                 {"avx512", "avx512", "AVX512", "AVX512_CORE"}};

/// Flush-to-zero and denormals-are-zero bits of the SSE control register.
constexpr unsigned kFlushBits = 0x8040;

std::mutex set_up_mutex;
const IsaClass* pinned = nullptr;

bool processor_has(const IsaClass& isa) {
    if (isa.name == "avx2") {
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    }
    if (isa.name == "avx512") {
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
    }
    return true;
}

const IsaClass& class_named(std::string_view name) {
    for (const auto& isa : kClasses) {
        if (isa.name == name) {
            if (!processor_has(isa)) {
                throw EnvironmentError("this processor lacks the instruction-set class \"" + std::string(name) + "\"",
                                       "take part in jobs with another profile");
            }
            return isa;
        }
    }
    throw EnvironmentError("unknown instruction-set class \"" + std::string(name) + "\"", "default, avx2 or avx512");
}

void set_environment(const IsaClass& isa) {
    ::setenv("ATEN_CPU_CAPABILITY", isa.aten, 1);
    ::setenv("DNNL_MAX_CPU_ISA", isa.onednn, 1);
    ::setenv("MKL_CBWR", "COMPATIBLE", 1);
    ::setenv("OMP_NUM_THREADS", "1", 1);
    ::setenv("MKL_NUM_THREADS", "1", 1);
}

/// Keeps the activations of a batch in the heap: mapping and unmapping them each step costs a sixth of the time.
void keep_memory() {
    constexpr int kBytes = 32 << 20;
    ::mallopt(M_MMAP_THRESHOLD, kBytes);
    ::mallopt(M_TRIM_THRESHOLD, 8 * kBytes);
}

void set_flags() {
    at::set_num_threads(1);
    at::set_num_interop_threads(1);
    auto& context = at::globalContext();
    context.setDeterministicAlgorithms(true, false);
    context.setDeterministicFillUninitializedMemory(false);
    context.setFloat32MatmulPrecision("highest");
    context.setFlushDenormal(false);
}

}  // namespace

void set_up_determinism(std::string_view isa) {
    const auto& wanted = class_named(isa);
    const std::scoped_lock lock(set_up_mutex);
    if (pinned != nullptr) {
        if (pinned != &wanted) {
            throw EnvironmentError(
                "the engine is pinned to \"" + std::string(pinned->name) + "\", not \"" + std::string(isa) + "\"",
                "one process runs jobs of one instruction-set class; start another");
        }
        return;
    }
    set_environment(wanted);
    keep_memory();
    set_flags();
    pinned = &wanted;
}

std::vector<std::string> determinism_problems() {
    const std::scoped_lock lock(set_up_mutex);
    if (pinned == nullptr) {
        return {"set_up_determinism was not called"};
    }
    std::vector<std::string> problems;
    const auto expect = [&](bool holds, const std::string& problem) {
        if (!holds) {
            problems.push_back(problem);
        }
    };
    const auto& context = at::globalContext();
    expect(at::get_cpu_capability() == pinned->aten_reported,
           "ATen uses " + at::get_cpu_capability() + " instead of " + pinned->aten_reported + ": libtorch was used too early");
    expect(at::get_num_threads() == 1, "libtorch uses " + std::to_string(at::get_num_threads()) + " threads instead of 1");
    expect(context.deterministicAlgorithms(), "deterministic algorithms are off");
    expect(context.float32MatmulPrecision() == at::Float32MatmulPrecision::HIGHEST, "float32 products may be shortened");
    expect((_mm_getcsr() & kFlushBits) == 0, "denormal numbers are flushed to zero");
    return problems;
}

std::string engine_version() {
    return TORCH_VERSION;
}

}  // namespace cone::libtorch
