// The mirror step of OSMD on a grid (cone_kernels/osmd.hpp): one block of threads, same bits as kernels/reference/osmd.cpp.
// SPDX-License-Identifier: Apache-2.0
//
// Logarithms, exponentials and the result are one thread a seller; the order comes from a bitonic sort of indices by
// (weight, index), which is total; the sum over unclipped sellers is one chain from the largest down, by one thread.
#pragma once

#include <bit>

#include "../reference/elementary_inline.hpp"
#include "block.hpp"
#include "device_array.hpp"

namespace cone::kernels::cuda {

struct OsmdStep {
    static constexpr u32 kThreads = 256;
    struct Shared {
        double largest[kThreads];
        u32 has_nan[kThreads];
        double of_all;
        double free_sum;
        u32 clipped;
        bool refused;
    };
    struct Thread {};

    u32 count;
    u32 padded;  ///< power of two >= count
    double eta;
    double alpha;
    const double* feedback;
    double* weights;  ///< scratch, count
    u32* order;       ///< scratch, padded
    double* p;
    u32* not_finite;

    template <class Block>
    CONE_HOST_DEVICE void operator()(Block& block) const {
        Shared& shared = block.shared();
        block.each([&](u32 t, Thread&) { take_logarithms(shared, t); });
        block.each([&](u32 t, Thread&) { find_largest(shared, t); });
        if (shared.refused) {
            return;
        }
        block.each([&](u32 t, Thread&) { take_weights(shared, t); });
        for (u32 run = 2; run <= padded; run *= 2) {
            for (u32 distance = run / 2; distance > 0; distance /= 2) {
                block.each([&](u32 t, Thread&) { sort_pairs(run, distance, t); });
            }
        }
        block.each([&](u32 t, Thread&) { find_clipping(shared, t); });
        block.each([&](u32 t, Thread&) { fill(shared, t); });
    }

private:
    [[nodiscard]] CONE_HOST_DEVICE double floor() const { return alpha / static_cast<double>(count); }

    CONE_HOST_DEVICE void take_logarithms(Shared& shared, u32 t) const {
        double largest = -kInfinity;
        u32 has_nan = 0;
        for (u32 i = t; i < count; i += kThreads) {
            const double value = fused(eta, feedback[i], log_inline(p[i]));
            weights[i] = value;
            has_nan |= value != value ? 1u : 0u;
            largest = value > largest ? value : largest;
        }
        shared.largest[t] = largest;
        shared.has_nan[t] = has_nan;
    }

    CONE_HOST_DEVICE void find_largest(Shared& shared, u32 t) const {
        if (t != 0) {
            return;
        }
        double largest = -kInfinity;
        u32 has_nan = 0;
        for (u32 other = 0; other < kThreads; ++other) {
            largest = shared.largest[other] > largest ? shared.largest[other] : largest;
            has_nan |= shared.has_nan[other];
        }
        shared.of_all = largest;
        shared.refused = has_nan != 0 || !finite(largest);
        *not_finite = shared.refused ? 1 : 0;
    }

    CONE_HOST_DEVICE void take_weights(const Shared& shared, u32 t) const {
        for (u32 i = t; i < padded; i += kThreads) {
            order[i] = i;
            if (i < count) {
                weights[i] = exp_inline(weights[i] - shared.of_all);
            }
        }
    }

    /// Ascending by (weight, index); those that fill up come last.
    [[nodiscard]] CONE_HOST_DEVICE bool is_before(u32 a, u32 b) const {
        if (a >= count || b >= count || weights[a] == weights[b]) {
            return a < b;
        }
        return weights[a] < weights[b];
    }

    /// One step of the bitonic sort: the thread of the lower index of each pair orders it.
    CONE_HOST_DEVICE void sort_pairs(u32 run, u32 distance, u32 t) const {
        for (u32 low = t; low < padded; low += kThreads) {
            const u32 high = low ^ distance;
            const bool ascending = (low & run) == 0;
            if (high > low && is_before(order[high], order[low]) == ascending) {
                const u32 kept = order[low];
                order[low] = order[high];
                order[high] = kept;
            }
        }
    }

    /// As reference::find_clipping: from the largest weight down while the condition holds.
    CONE_HOST_DEVICE void find_clipping(Shared& shared, u32 t) const {
        if (t != 0) {
            return;
        }
        shared.clipped = count;
        shared.free_sum = 0;
        double sum = 0;
        for (u32 before = count; before-- > 0;) {
            const double weight = weights[order[before]];
            sum += weight;
            if (!(weight * (1.0 - floor() * static_cast<double>(before)) > floor() * sum)) {
                return;
            }
            shared.clipped = before;
            shared.free_sum = sum;
        }
    }

    CONE_HOST_DEVICE void fill(const Shared& shared, u32 t) const {
        const double free_mass = 1.0 - floor() * static_cast<double>(shared.clipped);
        for (u32 m = t; m < count; m += kThreads) {
            if (shared.clipped == count) {
                p[m] = 1.0 / static_cast<double>(count);
                continue;
            }
            const double share = weights[order[m]] * free_mass / shared.free_sum;
            p[order[m]] = m < shared.clipped || !(floor() < share) ? floor() : share;
        }
    }
};

/// Scratch of osmd_step.
template <class Grid>
struct OsmdMemory {
    DeviceArray<Grid, double> weights;
    DeviceArray<Grid, u32> order;
};

/// p <- osmd_step(p, feedback, eta, alpha), memory of the grid; *not_finite becomes 1 where the reference answers NotFinite,
/// else 0. count >= 1, alpha in (0, 1].
template <class Grid>
void osmd_step(Grid& grid, u32 count, double* p, const double* feedback, double eta, double alpha, OsmdMemory<Grid>& memory,
               u32* not_finite) {
    const u32 padded = std::bit_ceil(count);
    memory.weights.grow(grid, count);
    memory.order.grow(grid, padded);
    grid.blocks(Extent{},
                OsmdStep{count, padded, eta, alpha, feedback, memory.weights.get(), memory.order.get(), p, not_finite});
}

}  // namespace cone::kernels::cuda
