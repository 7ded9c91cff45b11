// Layer norm on a grid: one thread a position of a sample.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lanes.hpp"
#include "norm.hpp"

namespace cone::kernels::cuda {

/// Set (n, p) holds the channels of a position.
struct PositionSets {
    u32 channels, positions;
    float inverse_size;
    Divider by_values, by_positions;

    explicit PositionSets(const Layer& layer)
        : channels(layer.in.channels),
          positions(layer.in.height * layer.in.width),
          inverse_size(static_cast<float>(1.0 / static_cast<double>(channels))),
          by_values(channels * positions),
          by_positions(positions) {}

    [[nodiscard]] CONE_HOST_DEVICE SetAndChannel find(u32 i) const {
        const auto [n, value] = split(i, by_values);
        const auto [channel, p] = split(value, by_positions);
        return {n * positions + p, channel};
    }
    /// Index of the set's value in channel 0; the next channel's lies `positions` on.
    [[nodiscard]] CONE_HOST_DEVICE std::size_t first_of(std::size_t set) const {
        const auto [n, p] = split(static_cast<u32>(set), by_positions);
        return std::size_t{n} * channels * positions + p;
    }
};

struct PositionMoments {
    PositionSets sets;
    const float* x;
    Moments* moments;
    CONE_HOST_DEVICE void operator()(std::size_t set) const {
        const float* values = x + sets.first_of(set);
        float sum = 0;
        for (u32 c = 0; c < sets.channels; ++c) {
            sum += values[std::size_t{c} * sets.positions];
        }
        const float mean = sum * sets.inverse_size;
        float squares = 0;
        for (u32 c = 0; c < sets.channels; ++c) {
            const float d = values[std::size_t{c} * sets.positions] - mean;
            squares = fused(d, d, squares);
        }
        moments[set] = {mean, reciprocal_deviation(squares * sets.inverse_size)};
    }
};

/// A and B of a set.
struct PositionGradientMeans {
    PositionSets sets;
    const float* x;
    const float* dy;
    const float* gamma;
    const Moments* moments;
    GradientMeans* means;
    CONE_HOST_DEVICE void operator()(std::size_t set) const {
        const std::size_t first = sets.first_of(set);
        float a = 0;
        float b = 0;
        for (u32 c = 0; c < sets.channels; ++c) {
            const std::size_t at = first + std::size_t{c} * sets.positions;
            a = fused(gamma[c], dy[at], a);
            b = fused(gamma[c] * dy[at], normalised(x[at], moments[set]), b);
        }
        means[set] = {a * sets.inverse_size, b * sets.inverse_size};
    }
};

/// Thread (lane, c): sums over the lane's samples, then positions.
struct PositionLanes {
    PositionSets sets;
    u32 samples;
    const float* x;
    const float* dy;
    const Moments* moments;
    float* of_gamma;
    float* of_beta;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t c = i % sets.channels;
        float chain = 0;
        float sum = 0;
        for (std::size_t n = i / sets.channels; n < samples; n += kSampleLanes) {
            const std::size_t first = (n * sets.channels + c) * sets.positions;
            for (std::size_t p = 0; p < sets.positions; ++p) {
                const float g = dy[first + p];
                chain = fused(g, normalised(x[first + p], moments[n * sets.positions + p]), chain);
                sum += g;
            }
        }
        of_gamma[i] = chain;
        of_beta[i] = sum;
    }
};

/// `scratch` has norm_scratch(layer, samples) bytes.
template <class Grid>
void layer_norm(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* gamma, const float* beta, float* y,
                void* scratch) {
    const PositionSets sets(layer);
    auto* moments = static_cast<Moments*>(scratch);
    grid.elements(std::size_t{samples} * sets.positions, PositionMoments{sets, x, moments});
    grid.elements(samples * layer.in.values(), NormOutput<PositionSets>{sets, x, moments, gamma, beta, y});
}

template <class Grid>
void layer_norm_gradient(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* dy, const float* gamma,
                         float* dx, float* dgamma, float* dbeta, void* scratch) {
    const PositionSets sets(layer);
    const std::size_t count = std::size_t{samples} * sets.positions;
    auto* moments = static_cast<Moments*>(scratch);
    auto* means = reinterpret_cast<GradientMeans*>(moments + count);
    auto* of_gamma = reinterpret_cast<float*>(means + count);
    float* of_beta = of_gamma + std::size_t{kSampleLanes} * sets.channels;
    grid.elements(count, PositionMoments{sets, x, moments});
    grid.elements(count, PositionGradientMeans{sets, x, dy, gamma, moments, means});
    grid.elements(samples * layer.in.values(), NormInputGradient<PositionSets>{sets, x, dy, moments, means, gamma, dx});
    grid.elements(std::size_t{kSampleLanes} * sets.channels, PositionLanes{sets, samples, x, dy, moments, of_gamma, of_beta});
    grid.elements(sets.channels, CombineLanes{of_gamma, sets.channels, dgamma});
    grid.elements(sets.channels, CombineLanes{of_beta, sets.channels, dbeta});
}

}  // namespace cone::kernels::cuda
