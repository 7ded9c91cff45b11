// Group and layer normalisation: statistics kept per block, the parameters' gradients summed over the batch at the end.
// SPDX-License-Identifier: Apache-2.0
#include "norms.hpp"

#include "planes.hpp"
#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {
namespace {

CONE_INLINE Vec negative(Vec v) {
    return -v;
}

CONE_INLINE Vec inverse_root(Vec variance) {
    Vec result{};
    const Vec shifted = variance + all(1e-5f);
    for (int l = 0; l < 8; ++l) {
        result[l] = 1.0f / __builtin_sqrtf(shifted[l]);
    }
    return result;
}

/// visit(row's first vector, ...) over a plane.
template <class Visit>
CONE_INLINE void for_each_position(const Shape& shape, Visit visit) {
    for (std::size_t h = 0; h < shape.height; ++h) {
        for (std::size_t w = 0; w < shape.width; ++w) {
            visit(h, w);
        }
    }
}

/// Sum of N vectors a position over the plane, channels first .. first + N - 1 at once: their chains are independent.
template <std::size_t N, class Value>
CONE_INLINE void sum_planes(const Shape& shape, Vec (&sums)[N], Value value) {
    unroll<N>([&](auto i) { sums[i] = zero(); });
    for_each_position(shape, [&](auto h, auto w) { unroll<N>([&](auto i) { sums[i] = value(sums[i], i, h, w); }); });
}

constexpr std::size_t kTogether = 4;

/// total = sum or chain over the group's channels of what `value` makes of each plane.
template <class Value>
CONE_INLINE Vec sum_group(const Shape& shape, Range channels, Value value) {
    Vec total = zero();
    std::size_t c = channels.begin;
    for (; c + kTogether <= channels.end; c += kTogether) {
        Vec sums[kTogether];
        sum_planes(shape, sums, [&](Vec sum, std::size_t i, auto h, auto w) { return value(sum, c + i, h, w); });
        unroll<kTogether>([&](auto i) { total = total + sums[i]; });
    }
    for (; c < channels.end; ++c) {
        Vec sums[1];
        sum_planes(shape, sums, [&](Vec sum, std::size_t, auto h, auto w) { return value(sum, c, h, w); });
        total = total + sums[0];
    }
    return total;
}

Range channels_of(const Layer& layer, std::size_t group) {
    const std::size_t size = layer.in.channels / layer.groups;
    return {group * size, (group + 1) * size};
}

CONE_INLINE Vec inverse_size(const Layer& layer) {
    const double size = static_cast<double>(layer.in.channels / layer.groups) * layer.in.height * layer.in.width;
    return all(static_cast<float>(1.0 / size));
}

/// extra of a block: mean and rstd of each group, then a and b of each channel.
float* statistics(const Step& step, std::size_t b, std::size_t group) {
    return step.extra + b * step.extra_block + 2 * group * kLanes;
}

float* channel_sums(const Step& step, std::size_t b, std::size_t c) {
    return step.extra + b * step.extra_block + 2 * (step.layer.groups + c) * kLanes;
}

void normalise_group(const Step& step, std::size_t b, std::size_t group) {
    const Shape& shape = step.layer.in;
    const Range channels = channels_of(step.layer, group);
    const Vec r = inverse_size(step.layer);
    const Vec mean =
        r * sum_group(shape, channels, [&](Vec sum, auto c, auto h, auto w) { return sum + load(at(step.x, b, c, h, w)); });
    const Vec squares = sum_group(shape, channels, [&](Vec sum, auto c, auto h, auto w) {
        const Vec d = load(at(step.x, b, c, h, w)) - mean;
        return fma(d, d, sum);
    });
    const Vec rstd = inverse_root(squares * r);
    store(statistics(step, b, group), mean);
    store(statistics(step, b, group) + kLanes, rstd);
    for (std::size_t c = channels.begin; c < channels.end; ++c) {
        const Vec gamma = all(step.w[c]);
        const Vec beta = all(step.b[c]);
        for_each_position(shape, [&](auto h, auto w) {
            const Vec z = (load(at(step.x, b, c, h, w)) - mean) * rstd;
            store(at(step.y, b, c, h, w), fma(z, gamma, beta));
        });
    }
}

/// a and b of channel c.
CONE_INLINE void sum_channel(const Step& step, std::size_t b, std::size_t c, Vec mean, Vec rstd) {
    Vec sum_a = zero();
    Vec sum_b = zero();
    for_each_position(step.layer.in, [&](auto h, auto w) {
        const Vec dy = load(at(step.dy, b, c, h, w));
        const Vec z = (load(at(step.x, b, c, h, w)) - mean) * rstd;
        sum_a = sum_a + dy;
        sum_b = fma(dy, z, sum_b);
    });
    store(channel_sums(step, b, c), sum_a);
    store(channel_sums(step, b, c) + kLanes, sum_b);
}

void group_gradient(const Step& step, std::size_t b, std::size_t group) {
    const Range channels = channels_of(step.layer, group);
    const Vec mean = load(statistics(step, b, group));
    const Vec rstd = load(statistics(step, b, group) + kLanes);
    Vec chain_a = zero();
    Vec chain_b = zero();
    for (std::size_t c = channels.begin; c < channels.end; ++c) {
        sum_channel(step, b, c, mean, rstd);
        chain_a = fma(all(step.w[c]), load(channel_sums(step, b, c)), chain_a);
        chain_b = fma(all(step.w[c]), load(channel_sums(step, b, c) + kLanes), chain_b);
    }
    const Vec minus_a = negative(chain_a * inverse_size(step.layer));
    const Vec mean_b = chain_b * inverse_size(step.layer);
    for (std::size_t c = channels.begin; c < channels.end; ++c) {
        const Vec gamma = all(step.w[c]);
        for_each_position(step.layer.in, [&](auto h, auto w) {
            const Vec z = (load(at(step.x, b, c, h, w)) - mean) * rstd;
            const Vec inner = fma(load(at(step.dy, b, c, h, w)), gamma, minus_a);
            write(at(step.dx, b, c, h, w), fma(negative(z), mean_b, inner) * rstd, step.add);
        });
    }
}

}  // namespace

void group_norm(const Step& step, const Call&, Range blocks, Range units) {
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t group = units.begin; group < units.end; ++group) {
            normalise_group(step, b, group);
        }
    }
}

void group_norm_gradient(const Step& step, const Call&, Range blocks, Range units) {
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t group = units.begin; group < units.end; ++group) {
            group_gradient(step, b, group);
        }
    }
}

void group_norm_weights(const Step& step, const Call&, Range blocks, Range units) {
    for (std::size_t c = units.begin; c < units.end; ++c) {
        Vec beta = zero();
        Vec gamma = zero();
        for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
            beta = beta + load(channel_sums(step, b, c));
            gamma = gamma + load(channel_sums(step, b, c) + kLanes);
        }
        step.db[c] = sum_of_lanes(beta);
        step.dw[c] = sum_of_lanes(gamma);
    }
}

namespace {

/// extra of a block: mean and rstd of each position.
float* statistics_at(const Step& step, std::size_t b, std::size_t h, std::size_t w) {
    return step.extra + b * step.extra_block + 2 * (h * step.layer.in.width + w) * kLanes;
}

CONE_INLINE Vec inverse_channels(const Layer& layer) {
    return all(static_cast<float>(1.0 / static_cast<double>(layer.in.channels)));
}

void normalise_position(const Step& step, std::size_t b, std::size_t h, std::size_t w) {
    const std::size_t channels = step.layer.in.channels;
    const Vec r = inverse_channels(step.layer);
    Vec sum = zero();
    for (std::size_t c = 0; c < channels; ++c) {
        sum = sum + load(at(step.x, b, c, h, w));
    }
    const Vec mean = sum * r;
    Vec squares = zero();
    for (std::size_t c = 0; c < channels; ++c) {
        const Vec d = load(at(step.x, b, c, h, w)) - mean;
        squares = fma(d, d, squares);
    }
    const Vec rstd = inverse_root(squares * r);
    store(statistics_at(step, b, h, w), mean);
    store(statistics_at(step, b, h, w) + kLanes, rstd);
    for (std::size_t c = 0; c < channels; ++c) {
        const Vec z = (load(at(step.x, b, c, h, w)) - mean) * rstd;
        store(at(step.y, b, c, h, w), fma(z, all(step.w[c]), all(step.b[c])));
    }
}

void position_gradient(const Step& step, std::size_t b, std::size_t h, std::size_t w) {
    const std::size_t channels = step.layer.in.channels;
    const Vec mean = load(statistics_at(step, b, h, w));
    const Vec rstd = load(statistics_at(step, b, h, w) + kLanes);
    Vec chain_a = zero();
    Vec chain_b = zero();
    for (std::size_t c = 0; c < channels; ++c) {
        const Vec dy = load(at(step.dy, b, c, h, w));
        const Vec z = (load(at(step.x, b, c, h, w)) - mean) * rstd;
        chain_a = fma(all(step.w[c]), dy, chain_a);
        chain_b = fma(all(step.w[c]) * dy, z, chain_b);
    }
    const Vec minus_a = negative(chain_a * inverse_channels(step.layer));
    const Vec mean_b = chain_b * inverse_channels(step.layer);
    for (std::size_t c = 0; c < channels; ++c) {
        const Vec z = (load(at(step.x, b, c, h, w)) - mean) * rstd;
        const Vec inner = fma(load(at(step.dy, b, c, h, w)), all(step.w[c]), minus_a);
        write(at(step.dx, b, c, h, w), fma(negative(z), mean_b, inner) * rstd, step.add);
    }
}

}  // namespace

void layer_norm(const Step& step, const Call&, Range blocks, Range units) {
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t p = units.begin; p < units.end; ++p) {
            normalise_position(step, b, p / step.layer.in.width, p % step.layer.in.width);
        }
    }
}

void layer_norm_gradient(const Step& step, const Call&, Range blocks, Range units) {
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t p = units.begin; p < units.end; ++p) {
            position_gradient(step, b, p / step.layer.in.width, p % step.layer.in.width);
        }
    }
}

void layer_norm_weights(const Step& step, const Call&, Range blocks, Range units) {
    for (std::size_t c = units.begin; c < units.end; ++c) {
        Vec beta = zero();
        Vec gamma = zero();
        for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
            for_each_position(step.layer.in, [&](auto h, auto w) {
                const Vec mean = load(statistics_at(step, b, h, w));
                const Vec rstd = load(statistics_at(step, b, h, w) + kLanes);
                const Vec dy = load(at(step.dy, b, c, h, w));
                beta = beta + dy;
                gamma = fma(dy, (load(at(step.x, b, c, h, w)) - mean) * rstd, gamma);
            });
        }
        step.db[c] = sum_of_lanes(beta);
        step.dw[c] = sum_of_lanes(gamma);
    }
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
