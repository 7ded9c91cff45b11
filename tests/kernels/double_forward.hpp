// The operators once more in double, forward only, written from their mathematics: what gradients are compared with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "cone_kernels/network.hpp"

namespace cone::kernels::testing {

using Doubles = std::vector<double>;

/// One layer on one sample.
struct DoubleInput {
    Doubles x;
    Doubles w;
    Doubles b;
    std::vector<std::uint8_t> bytes;
};

inline double read(const Doubles& x, const Shape& s, long c, long h, long w) {
    const bool inside = h >= 0 && w >= 0 && h < static_cast<long>(s.height) && w < static_cast<long>(s.width);
    return inside ? x[static_cast<std::size_t>((c * static_cast<long>(s.height) + h) * static_cast<long>(s.width) + w)] : 0;
}

inline Doubles conv_in_double(const Layer& l, const DoubleInput& in) {
    Doubles y;
    const long t = l.stride;
    const long p = l.padding;
    for (long m = 0; m < static_cast<long>(l.out.channels); ++m) {
        for (long i = 0; i < static_cast<long>(l.out.height); ++i) {
            for (long j = 0; j < static_cast<long>(l.out.width); ++j) {
                double sum = in.b[static_cast<std::size_t>(m)];
                const double* weight = in.w.data() + static_cast<std::size_t>(m) * weight_values(l) / l.out.channels;
                for (long c = 0; c < static_cast<long>(l.in.channels); ++c) {
                    for (long r = 0; r < static_cast<long>(l.kernel_height); ++r) {
                        for (long s = 0; s < static_cast<long>(l.kernel_width); ++s) {
                            sum += read(in.x, l.in, c, i * t + r - p, j * t + s - p) * *weight++;
                        }
                    }
                }
                y.push_back(sum);
            }
        }
    }
    return y;
}

inline Doubles linear_in_double(const Layer& l, const DoubleInput& in) {
    Doubles y = in.b;
    for (std::size_t o = 0; o < y.size(); ++o) {
        for (std::size_t k = 0; k < in.x.size(); ++k) {
            y[o] += in.w[o * l.in.values() + k] * in.x[k];
        }
    }
    return y;
}

inline Doubles pool_in_double(const Layer& l, const DoubleInput& in) {
    Doubles y;
    const long k = l.kernel_height;
    for (long c = 0; c < static_cast<long>(l.out.channels); ++c) {
        for (long i = 0; i < static_cast<long>(l.out.height); ++i) {
            for (long j = 0; j < static_cast<long>(l.out.width); ++j) {
                double largest = read(in.x, l.in, c, i * k, j * k);
                double sum = 0;
                for (long at = 0; at < k * k; ++at) {
                    const double value = read(in.x, l.in, c, i * k + at / k, j * k + at % k);
                    largest = std::fmax(largest, value);
                    sum += value;
                }
                y.push_back(l.op == Op::MaxPool ? largest : sum / static_cast<double>(k * k));
            }
        }
    }
    return y;
}

/// Normalises the values at `places` to mean 0 and variance 1 (biased, epsilon 1e-5).
inline void normalise(const std::vector<std::size_t>& places, Doubles& x) {
    const auto n = static_cast<double>(places.size());
    double mean = 0;
    double variance = 0;
    for (const std::size_t i : places) {
        mean += x[i] / n;
    }
    for (const std::size_t i : places) {
        variance += (x[i] - mean) * (x[i] - mean) / n;
    }
    for (const std::size_t i : places) {
        x[i] = (x[i] - mean) / std::sqrt(variance + 1e-5);
    }
}

inline Doubles norm_in_double(const Layer& l, const DoubleInput& in) {
    const std::size_t positions = std::size_t{l.in.height} * l.in.width;
    const bool by_group = l.op == Op::GroupNorm;
    const std::size_t group_values = l.in.values() / l.groups;
    std::vector<std::vector<std::size_t>> sets(by_group ? l.groups : positions);
    for (std::size_t i = 0; i < l.in.values(); ++i) {
        sets[by_group ? i / group_values : i % positions].push_back(i);
    }
    Doubles y = in.x;
    for (const auto& set : sets) {
        normalise(set, y);
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
        y[i] = y[i] * in.w[i / positions] + in.b[i / positions];
    }
    return y;
}

inline Doubles embedding_in_double(const Layer& l, const DoubleInput& in) {
    Doubles y;
    for (std::size_t d = 0; d < l.out.channels; ++d) {
        for (std::size_t t = 0; t < l.out.width; ++t) {
            y.push_back(in.w[in.bytes[t] * l.out.channels + d] + in.b[t * l.out.channels + d]);
        }
    }
    return y;
}

inline Doubles attention_in_double(const Layer& l, const DoubleInput& in) {
    const std::size_t positions = l.in.width;
    const std::size_t channels = l.out.channels;
    const std::size_t size = channels / l.groups;
    const auto value = [&](std::size_t part, std::size_t c, std::size_t t) {
        return in.x[(part * channels + c) * positions + t];
    };
    Doubles y(channels * positions);
    for (std::size_t first = 0; first < channels; first += size) {
        for (std::size_t t = 0; t < positions; ++t) {
            Doubles power(l.causal ? t + 1 : positions);
            double sum = 0;
            for (std::size_t u = 0; u < power.size(); ++u) {
                double score = 0;
                for (std::size_t c = first; c < first + size; ++c) {
                    score += value(0, c, t) * value(1, c, u);
                }
                power[u] = std::exp(score / std::sqrt(static_cast<double>(size)));
                sum += power[u];
            }
            for (std::size_t c = first; c < first + size; ++c) {
                for (std::size_t u = 0; u < power.size(); ++u) {
                    y[c * positions + t] += power[u] / sum * value(2, c, u);
                }
            }
        }
    }
    return y;
}

/// Conv, Linear, pools, norms, Embedding, Attention, ReLU. (Add and Dropout are not functions of one tensor alone.)
inline Doubles forward_in_double(const Layer& l, const DoubleInput& in) {
    switch (l.op) {
        case Op::Conv:
            return conv_in_double(l, in);
        case Op::Linear:
            return linear_in_double(l, in);
        case Op::MaxPool:
        case Op::AvgPool:
            return pool_in_double(l, in);
        case Op::GroupNorm:
        case Op::LayerNorm:
            return norm_in_double(l, in);
        case Op::Embedding:
            return embedding_in_double(l, in);
        case Op::Attention:
            return attention_in_double(l, in);
        default: {
            Doubles y = in.x;
            for (double& value : y) {
                value = value > 0 ? value : 0;
            }
            return y;
        }
    }
}

}  // namespace cone::kernels::testing
