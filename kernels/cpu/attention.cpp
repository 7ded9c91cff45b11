// Self-attention: eight samples at a time, plain loops over heads and positions.
// SPDX-License-Identifier: Apache-2.0
#include "attention.hpp"

#include <cmath>

#include "../reference/elementary_inline.hpp"
#include "planes.hpp"
#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {
namespace {

/// One head of one block.
struct Head {
    const Step& step;
    std::size_t block;
    std::size_t number;
    std::size_t positions;
    std::size_t channels;  ///< of all heads
    std::size_t size;      ///< channels of this one
    Vec scale;

    Head(const Step& s, std::size_t b, std::size_t head)
        : step(s),
          block(b),
          number(head),
          positions(s.layer.in.width),
          channels(s.layer.out.channels),
          size(channels / s.layer.groups),
          scale(all(static_cast<float>(1.0 / std::sqrt(static_cast<double>(size))))) {}

    [[nodiscard]] std::size_t seen(std::size_t t) const { return step.layer.causal ? t + 1 : positions; }
    [[nodiscard]] std::size_t first() const { return number * size; }
    [[nodiscard]] Vec query(std::size_t i, std::size_t t) const { return load(at(step.x, block, first() + i, 0, t)); }
    [[nodiscard]] Vec key(std::size_t i, std::size_t u) const { return load(at(step.x, block, channels + first() + i, 0, u)); }
    [[nodiscard]] Vec value(std::size_t i, std::size_t u) const {
        return load(at(step.x, block, 2 * channels + first() + i, 0, u));
    }
    [[nodiscard]] Vec dy(std::size_t i, std::size_t t) const { return load(at(step.dy, block, first() + i, 0, t)); }

    [[nodiscard]] float* extra() const { return step.extra + block * step.extra_block; }
    [[nodiscard]] float* p(std::size_t t) const { return extra() + (number * positions + t) * positions * kLanes; }
    [[nodiscard]] float* e() const { return extra() + (step.layer.groups * positions + number) * positions * kLanes; }
    /// Row of dq (part 0), dk (1) or dv (2).
    [[nodiscard]] float* gradient(std::size_t part, std::size_t i) const {
        const std::size_t before = step.layer.groups * (positions + 1);
        return extra() + (before + part * channels + first() + i) * positions * kLanes;
    }
};

/// p <- exp(s - largest) / sum, one lane.
CONE_INLINE void soften(float* p, std::size_t count) {
    float largest = p[0];
    for (std::size_t u = 1; u < count; ++u) {
        largest = largest < p[u * kLanes] ? p[u * kLanes] : largest;
    }
    const auto power = [&](std::size_t u) {
        return exp_inline(static_cast<double>(p[u * kLanes]) - static_cast<double>(largest));
    };
    double sum = 0;
    for (std::size_t u = 0; u < count; ++u) {
        sum += power(u);
    }
    for (std::size_t u = 0; u < count; ++u) {
        p[u * kLanes] = static_cast<float>(power(u) / sum);
    }
}

void probabilities(const Head& head, std::size_t t) {
    float* p = head.p(t);
    for (std::size_t u = 0; u < head.seen(t); ++u) {
        Vec acc = zero();
        for (std::size_t i = 0; i < head.size; ++i) {
            acc = fma(head.query(i, t), head.key(i, u), acc);
        }
        store(p + u * kLanes, acc * head.scale);
    }
    for (std::size_t l = 0; l < kLanes; ++l) {
        soften(p + l, head.seen(t));
    }
}

void score_gradients(const Head& head, std::size_t t) {
    const float* p = head.p(t);
    float* e = head.e();
    Vec h = zero();
    for (std::size_t u = 0; u < head.seen(t); ++u) {
        Vec g = zero();
        for (std::size_t i = 0; i < head.size; ++i) {
            g = fma(head.dy(i, t), head.value(i, u), g);
        }
        store(e + u * kLanes, g);
        h = fma(load(p + u * kLanes), g, h);
    }
    for (std::size_t u = 0; u < head.seen(t); ++u) {
        store(e + u * kLanes, (load(p + u * kLanes) * (load(e + u * kLanes) - h)) * head.scale);
    }
}

/// What position t gives to its query and to the keys and values it sees.
void add_gradients(const Head& head, std::size_t t) {
    const float* p = head.p(t);
    const float* e = head.e();
    for (std::size_t i = 0; i < head.size; ++i) {
        const Vec query = head.query(i, t);
        const Vec dy = head.dy(i, t);
        float* dk = head.gradient(1, i);
        float* dv = head.gradient(2, i);
        Vec dq = zero();
        for (std::size_t u = 0; u < head.seen(t) * kLanes; u += kLanes) {
            dq = fma(load(e + u), head.key(i, u / kLanes), dq);
            store(dk + u, fma(load(e + u), query, load(dk + u)));
            store(dv + u, fma(load(p + u), dy, load(dv + u)));
        }
        store(head.gradient(0, i) + t * kLanes, dq);
    }
}

void write_gradients(const Head& head) {
    for (std::size_t part = 0; part < 3; ++part) {
        for (std::size_t i = 0; i < head.size; ++i) {
            float* dx = at(head.step.dx, head.block, part * head.channels + head.first() + i);
            for (std::size_t t = 0; t < head.positions * kLanes; t += kLanes) {
                write(dx + t, load(head.gradient(part, i) + t), head.step.add);
            }
        }
    }
}

void clear_gradients(const Head& head) {
    for (std::size_t part = 0; part < 3; ++part) {
        for (std::size_t i = 0; i < head.size; ++i) {
            for (std::size_t t = 0; t < head.positions; ++t) {
                store(head.gradient(part, i) + t * kLanes, zero());
            }
        }
    }
}

template <class Visit>
void for_each_head(const Step& step, Range blocks, Range heads, Visit visit) {
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t k = heads.begin; k < heads.end; ++k) {
            visit(Head(step, b, k));
        }
    }
}

}  // namespace

void attention(const Step& step, const Call&, Range blocks, Range units) {
    for_each_head(step, blocks, units, [&](const Head& head) {
        for (std::size_t t = 0; t < head.positions; ++t) {
            probabilities(head, t);
            for (std::size_t i = 0; i < head.size; ++i) {
                Vec acc = zero();
                for (std::size_t u = 0; u < head.seen(t); ++u) {
                    acc = fma(load(head.p(t) + u * kLanes), head.value(i, u), acc);
                }
                store(at(step.y, head.block, head.first() + i, 0, t), acc);
            }
        }
    });
}

void attention_gradient(const Step& step, const Call&, Range blocks, Range units) {
    for_each_head(step, blocks, units, [](const Head& head) {
        clear_gradients(head);
        for (std::size_t t = 0; t < head.positions; ++t) {
            score_gradients(head, t);
            add_gradients(head, t);
        }
        write_gradients(head);
    });
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
