// Packing the weights of products.
// SPDX-License-Identifier: Apache-2.0
#include "pack.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {
namespace {

/// Of a data gradient, what one repeat reads stands together, and the next repeat's far away: no processor expects it.
void pack_tile(const Product& product, Range outputs) {
    constexpr std::size_t kAhead = 8;
    float* to = product.packed + outputs.begin * product.links;
    const std::size_t repeats = product.source_count > 0 ? product.links / product.source_count : 0;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        for (std::size_t o = outputs.begin; o < outputs.end; ++o) {
            __builtin_prefetch(product.w + (repeat + kAhead) * product.source_step + o * product.w_stride);
        }
        for (std::size_t i = 0; i < product.source_count; ++i) {
            const float* from = product.w + repeat * product.source_step + product.sources[i].w;
            for (std::size_t o = outputs.begin; o < outputs.end; ++o) {
                *to++ = from[o * product.w_stride];
            }
        }
    }
}

}  // namespace

void pack(const Step& step, const Call&, Range, Range units) {
    for (std::size_t i = 0; i < step.product_count; ++i) {
        for (std::size_t tile = units.begin; tile < units.end; ++tile) {
            pack_tile(step.products[i], step.products[i].tile(tile));
        }
    }
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
