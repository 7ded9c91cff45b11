// Group norm on a grid: one thread a channel of a sample, then one a group.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lanes.hpp"
#include "norm.hpp"

namespace cone::kernels::cuda {

/// Channels of a group lie together, so plane (n, c) belongs to set (n, c) / per_group.
struct GroupSets {
    u32 channels, positions, per_group;
    float inverse_size;
    Divider by_positions, by_channels, by_group;

    explicit GroupSets(const Layer& layer)
        : channels(layer.in.channels),
          positions(layer.in.height * layer.in.width),
          per_group(channels / layer.groups),
          inverse_size(static_cast<float>(1.0 / static_cast<double>(std::size_t{per_group} * positions))),
          by_positions(positions),
          by_channels(channels),
          by_group(per_group) {}

    [[nodiscard]] CONE_HOST_DEVICE SetAndChannel find(u32 i) const {
        const u32 plane = by_positions.quotient(i);
        return {by_group.quotient(plane), split(plane, by_channels).inner};
    }
};

/// sums[plane] = sum(+0; x over positions).
struct PlaneSums {
    GroupSets sets;
    const float* x;
    float* sums;
    CONE_HOST_DEVICE void operator()(std::size_t plane) const {
        const float* values = x + plane * sets.positions;
        float sum = 0;
        for (u32 p = 0; p < sets.positions; ++p) {
            sum += values[p];
        }
        sums[plane] = sum;
    }
};

/// sums[plane] = chain(+0; d * d over positions).
struct PlaneSquares {
    GroupSets sets;
    const float* x;
    const Moments* moments;
    float* sums;
    CONE_HOST_DEVICE void operator()(std::size_t plane) const {
        const float* values = x + plane * sets.positions;
        const float mean = moments[sets.by_group.quotient(static_cast<u32>(plane))].mean;
        float sum = 0;
        for (u32 p = 0; p < sets.positions; ++p) {
            const float d = values[p] - mean;
            sum = fused(d, d, sum);
        }
        sums[plane] = sum;
    }
};

/// Of set i: sum(+0; sums over its channels) * r.
[[nodiscard]] CONE_HOST_DEVICE inline float group_mean(const GroupSets& sets, const float* sums, std::size_t i) {
    float sum = 0;
    for (u32 c = 0; c < sets.per_group; ++c) {
        sum += sums[i * sets.per_group + c];
    }
    return sum * sets.inverse_size;
}

struct GroupMean {
    GroupSets sets;
    const float* sums;
    Moments* moments;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { moments[i].mean = group_mean(sets, sums, i); }
};

struct GroupDeviation {
    GroupSets sets;
    const float* sums;
    Moments* moments;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { moments[i].rstd = reciprocal_deviation(group_mean(sets, sums, i)); }
};

/// a = sum(+0; dy), b = chain(+0; dy * z) over the positions of a plane.
struct PlaneGradients {
    GroupSets sets;
    const float* x;
    const float* dy;
    const Moments* moments;
    float* a;
    float* b;
    CONE_HOST_DEVICE void operator()(std::size_t plane) const {
        const std::size_t first = plane * sets.positions;
        const Moments m = moments[sets.by_group.quotient(static_cast<u32>(plane))];
        float sum = 0;
        float chain = 0;
        for (u32 p = 0; p < sets.positions; ++p) {
            const float g = dy[first + p];
            sum += g;
            chain = fused(g, normalised(x[first + p], m), chain);
        }
        a[plane] = sum;
        b[plane] = chain;
    }
};

/// A and B of set i.
struct GroupGradientMeans {
    GroupSets sets;
    const float* a;
    const float* b;
    const float* gamma;
    GradientMeans* means;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const u32 first = split(static_cast<u32>(i) * sets.per_group, sets.by_channels).inner;
        float chain_a = 0;
        float chain_b = 0;
        for (u32 c = 0; c < sets.per_group; ++c) {
            chain_a = fused(gamma[first + c], a[i * sets.per_group + c], chain_a);
            chain_b = fused(gamma[first + c], b[i * sets.per_group + c], chain_b);
        }
        means[i] = {chain_a * sets.inverse_size, chain_b * sets.inverse_size};
    }
};

/// Moments of all sets; `sums` is scratch for a float a plane.
template <class Grid>
void group_moments(Grid& grid, const GroupSets& sets, u32 samples, const float* x, float* sums, Moments* moments) {
    const std::size_t planes = std::size_t{samples} * sets.channels;
    const std::size_t groups = planes / sets.per_group;
    grid.elements(planes, PlaneSums{sets, x, sums});
    grid.elements(groups, GroupMean{sets, sums, moments});
    grid.elements(planes, PlaneSquares{sets, x, moments, sums});
    grid.elements(groups, GroupDeviation{sets, sums, moments});
}

/// `scratch` has norm_scratch(layer, samples) bytes.
template <class Grid>
void group_norm(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* gamma, const float* beta, float* y,
                void* scratch) {
    const GroupSets sets(layer);
    auto* moments = static_cast<Moments*>(scratch);
    auto* sums = reinterpret_cast<float*>(moments + std::size_t{samples} * layer.groups);
    group_moments(grid, sets, samples, x, sums, moments);
    grid.elements(samples * layer.in.values(), NormOutput<GroupSets>{sets, x, moments, gamma, beta, y});
}

template <class Grid>
void group_norm_gradient(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* dy, const float* gamma,
                         float* dx, float* dgamma, float* dbeta, void* scratch) {
    const GroupSets sets(layer);
    const std::size_t groups = std::size_t{samples} * layer.groups;
    const std::size_t planes = std::size_t{samples} * sets.channels;
    auto* moments = static_cast<Moments*>(scratch);
    auto* means = reinterpret_cast<GradientMeans*>(moments + groups);
    auto* a = reinterpret_cast<float*>(means + groups);
    float* b = a + planes;
    float* lanes = b + planes;
    group_moments(grid, sets, samples, x, a, moments);
    grid.elements(planes, PlaneGradients{sets, x, dy, moments, a, b});
    grid.elements(groups, GroupGradientMeans{sets, a, b, gamma, means});
    grid.elements(samples * layer.in.values(), NormInputGradient<GroupSets>{sets, x, dy, moments, means, gamma, dx});
    const std::size_t lane_count = std::size_t{kSampleLanes} * sets.channels;
    grid.elements(lane_count, LaneSums{b, samples, sets.channels, 1, lanes});
    grid.elements(sets.channels, CombineLanes{lanes, sets.channels, dgamma});
    grid.elements(lane_count, LaneSums{a, samples, sets.channels, 1, lanes});
    grid.elements(sets.channels, CombineLanes{lanes, sets.channels, dbeta});
}

}  // namespace cone::kernels::cuda
