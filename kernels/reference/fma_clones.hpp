// Lets the compiler turn std::fma into one instruction where the processor has it; the bits are the same either way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Two versions of a function, chosen when the program is loaded. Not with the address and thread sanitizers, whose run-time
// is not up yet at that moment; CONE_NO_FMA_CLONES lets a test build the plain version.
#if defined(__x86_64__) && !defined(CONE_NO_FMA_CLONES) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CONE_FMA_CLONES __attribute__((target_clones("fma", "default")))
#else
#define CONE_FMA_CLONES
#endif
