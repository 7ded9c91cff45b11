// Where samples enter and leave: bytes, embedding, dropout, loss.
// SPDX-License-Identifier: Apache-2.0
#include "../reference/elementary_inline.hpp"
#include "cone_kernels/dropout.hpp"
#include "planes.hpp"
#include "pointwise.hpp"
#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

void input(const Step& step, const Call& call, Range blocks, Range units) {
    const Shape& shape = step.layer.out;
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t l = 0; l < kLanes; ++l) {
            const std::uint8_t* byte = call.row(b * kLanes + l) + units.begin * shape.height * shape.width;
            for_each_row({b, b + 1}, units, shape.height, [&](auto, auto c, auto h) {
                float* y = at(step.y, b, c, h) + l;
                for (std::size_t w = 0; w < shape.width; ++w) {
                    y[w * kLanes] = call.table[*byte++];
                }
            });
        }
    }
}

void embedding(const Step& step, const Call& call, Range blocks, Range units) {
    const std::size_t dimension = step.layer.out.channels;
    for_each_row(blocks, units, 1, [&](auto b, auto d, auto) {
        for (std::size_t l = 0; l < kLanes; ++l) {
            const std::uint8_t* bytes = call.row(b * kLanes + l);
            float* y = at(step.y, b, d) + l;
            for (std::size_t t = 0; t < step.layer.out.width; ++t) {
                y[t * kLanes] = step.w[bytes[t] * dimension + d] + step.b[t * dimension + d];
            }
        }
    });
}

void embedding_weights(const Step& step, const Call& call, Range blocks, Range units) {
    const std::size_t dimension = step.layer.out.channels;
    const std::size_t positions = step.layer.out.width;
    for (std::size_t d = units.begin; d < units.end; ++d) {
        for (std::size_t v = 0; v < 256; ++v) {
            step.dw[v * dimension + d] = 0;
        }
        for (std::size_t t = 0; t < positions; ++t) {
            step.db[t * dimension + d] = 0;
        }
    }
    for (std::size_t n = blocks.begin * kLanes; n < blocks.end * kLanes; ++n) {
        const std::uint8_t* bytes = call.row(n);
        for (std::size_t d = units.begin; d < units.end; ++d) {
            const float* dy = at(step.dy, n / kLanes, d) + n % kLanes;
            for (std::size_t t = 0; t < positions; ++t) {
                step.dw[bytes[t] * dimension + d] += dy[t * kLanes];
                step.db[t * dimension + d] += dy[t * kLanes];
            }
        }
    }
}

namespace {

/// keep ? value * scale : +0 of one lane; four values share a block of the generator.
template <class Write>
CONE_INLINE void drop_lane(const Step& step, const Call& call, std::size_t b, std::size_t l, const Map& from, Write write) {
    const std::size_t n = b * kLanes + l;
    const std::uint32_t sample = call.indices[n < call.count ? n : 0];
    const auto key = dropout_key(call.dropout_seed, call.dropout_stream, static_cast<std::uint32_t>(step.number));
    const std::uint32_t threshold = dropout_threshold(step.layer.rate);
    const float scale = dropout_scale(step.layer.rate);
    const Shape& shape = step.layer.out;
    std::array<std::uint32_t, 4> numbers{};
    std::uint32_t value = 0;
    for_each_row({b, b + 1}, {0, shape.channels}, shape.height, [&](auto, auto c, auto h) {
        for (std::size_t w = 0; w < shape.width; ++w, ++value) {
            if (value % 4 == 0) {
                numbers = dropout_numbers(key, sample, value / 4);
            }
            write(c, h, w, numbers[value % 4] >= threshold ? at(from, b, c, h, w)[l] * scale : 0.0f);
        }
    });
}

}  // namespace

void dropout(const Step& step, const Call& call, Range blocks, Range) {
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t l = 0; l < kLanes; ++l) {
            if (call.training) {
                drop_lane(step, call, b, l, step.x, [&](auto c, auto h, auto w, float v) { at(step.y, b, c, h, w)[l] = v; });
            }
        }
    }
    if (!call.training) {
        for_each_row(blocks, {0, step.layer.out.channels}, step.layer.out.height, [&](auto b, auto c, auto h) {
            for (std::size_t w = 0; w < step.layer.out.width; ++w) {
                store(at(step.y, b, c, h, w), load(at(step.x, b, c, h, w)));
            }
        });
    }
}

void dropout_gradient(const Step& step, const Call& call, Range blocks, Range) {
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t l = 0; l < kLanes; ++l) {
            drop_lane(step, call, b, l, step.dy, [&](auto c, auto h, auto w, float v) {
                float& dx = at(step.dx, b, c, h, w)[l];
                dx = step.add ? dx + v : v;
            });
        }
    }
}

namespace {

/// (softmax - one-hot) / divisor of one row of logits, values in canonical order.
CONE_INLINE void row_gradient(const float* logits, std::size_t classes, std::size_t label, double divisor, float* gradient) {
    double power[256];
    float largest = logits[0];
    for (std::size_t c = 1; c < classes; ++c) {
        largest = largest < logits[c] ? logits[c] : largest;
    }
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        power[c] = exp_inline(static_cast<double>(logits[c]) - static_cast<double>(largest));
        sum += power[c];
    }
    for (std::size_t c = 0; c < classes; ++c) {
        gradient[c] = static_cast<float>((power[c] / sum - (c == label ? 1.0 : 0.0)) / divisor);
    }
}

/// One lane of a block between its tensor and an array in canonical order.
template <class Visit>
CONE_INLINE void for_each_class(const Shape& shape, Visit visit) {
    std::size_t c = 0;
    for_each_row({0, 1}, {0, shape.channels}, shape.height, [&](auto, auto channel, auto h) {
        for (std::size_t w = 0; w < shape.width; ++w) {
            visit(c++, channel, h, w);
        }
    });
}

}  // namespace

void loss(const Step& step, const Call& call, Range blocks, Range) {
    const Shape& shape = step.layer.out;
    float logits[256];
    float gradient[256];
    for (std::size_t n = blocks.begin * kLanes; n < blocks.end * kLanes; ++n) {
        const std::size_t b = n / kLanes;
        const std::size_t l = n % kLanes;
        if (n < call.count) {
            for_each_class(shape, [&](auto k, auto c, auto h, auto w) { logits[k] = at(step.x, b, c, h, w)[l]; });
            row_gradient(logits, shape.values(), call.labels[n], call.divisor, gradient);
        }
        for_each_class(
            shape, [&](auto k, auto c, auto h, auto w) { at(step.dx, b, c, h, w)[l] = n < call.count ? gradient[k] : 0.0f; });
    }
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
