// Activations, pooling, sums: vectors of eight samples, plain loops.
// SPDX-License-Identifier: Apache-2.0
#include "pointwise.hpp"

#include "planes.hpp"
#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

void relu(const Step& step, const Call&, Range blocks, Range units) {
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto h) {
        const float* x = at(step.x, b, c, h);
        float* y = at(step.y, b, c, h);
        for (std::size_t i = 0; i < step.layer.out.width * kLanes; i += kLanes) {
            store(y + i, relu(load(x + i)));
        }
    });
}

void relu_gradient(const Step& step, const Call&, Range blocks, Range units) {
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto h) {
        const float* y = at(step.y, b, c, h);
        const float* dy = at(step.dy, b, c, h);
        float* dx = at(step.dx, b, c, h);
        for (std::size_t i = 0; i < step.layer.out.width * kLanes; i += kLanes) {
            write(dx + i, where(load(y + i) > zero(), load(dy + i)), step.add);
        }
    });
}

void relu_pool_gradient(const Step& step, const Call&, Range blocks, Range units) {
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto h) {
        const float* source = at(step.other, b, c, h);
        const float* dy = at(step.dy, b, c, h);
        float* upper = at(step.dx, b, c, 2 * h);
        float* lower = at(step.dx, b, c, 2 * h + 1);
        for (std::size_t i = 0; i < step.layer.out.width * kLanes; i += kLanes) {
            const Mask place = load_mask(source + i);
            const Vec g = load(dy + i);
            store(upper + 2 * i, where(place == all(std::int32_t{0}), g));
            store(upper + 2 * i + kLanes, where(place == all(std::int32_t{1}), g));
            store(lower + 2 * i, where(place == all(std::int32_t{2}), g));
            store(lower + 2 * i + kLanes, where(place == all(std::int32_t{3}), g));
        }
    });
}

namespace {

struct Best {
    Vec value;
    Mask place;
};

/// The first of the largest values of a square and its number, row by row.
CONE_INLINE Best largest_of_square(const Step& step, std::size_t b, std::size_t c, std::size_t i, std::size_t j) {
    const std::size_t k = step.layer.kernel_height;
    Best best{load(at(step.x, b, c, i * k, j * k)), all(std::int32_t{0})};
    for (std::size_t n = 1; n < k * k; ++n) {
        const Vec next = load(at(step.x, b, c, i * k + n / k, j * k + n % k));
        const Mask is_greater = next > best.value;
        best.value = greater(next, best.value);
        best.place = (is_greater & all(static_cast<std::int32_t>(n))) | (~is_greater & best.place);
    }
    return best;
}

CONE_INLINE Vec inverse_area(const Layer& layer) {
    return all(static_cast<float>(1.0 / (static_cast<double>(layer.kernel_height) * layer.kernel_height)));
}

/// What no square reads gets +0; nothing to do when it is there to be added to.
void clear_gradient(const Step& step, Range blocks, Range units) {
    if (step.add) {
        return;
    }
    for_each_row(blocks, units, step.layer.in.height, [&](auto b, auto c, auto h) {
        float* dx = at(step.dx, b, c, h);
        for (std::size_t i = 0; i < step.layer.in.width * kLanes; i += kLanes) {
            store(dx + i, zero());
        }
    });
}

/// dx + 0 turns -0 into +0: what adding a gradient of +0 does.
void settle_unread(const Step& step, Range blocks, Range units) {
    if (!step.add) {
        return;
    }
    const std::size_t k = step.layer.kernel_height;
    for_each_row(blocks, units, step.layer.in.height, [&](auto b, auto c, auto h) {
        for (std::size_t w = 0; w < step.layer.in.width; ++w) {
            if (h / k >= step.layer.out.height || w / k >= step.layer.out.width) {
                float* dx = at(step.dx, b, c, h, w);
                store(dx, load(dx) + zero());
            }
        }
    });
}

}  // namespace

void max_pool(const Step& step, const Call&, Range blocks, Range units) {
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto i) {
        for (std::size_t j = 0; j < step.layer.out.width; ++j) {
            store(at(step.y, b, c, i, j), largest_of_square(step, b, c, i, j).value);
        }
    });
}

void max_pool_gradient(const Step& step, const Call&, Range blocks, Range units) {
    const std::size_t k = step.layer.kernel_height;
    clear_gradient(step, blocks, units);
    settle_unread(step, blocks, units);
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto i) {
        for (std::size_t j = 0; j < step.layer.out.width; ++j) {
            const Mask place = largest_of_square(step, b, c, i, j).place;
            const Vec dy = load(at(step.dy, b, c, i, j));
            for (std::size_t n = 0; n < k * k; ++n) {
                float* dx = at(step.dx, b, c, i * k + n / k, j * k + n % k);
                write(dx, where(place == all(static_cast<std::int32_t>(n)), dy), step.add);
            }
        }
    });
}

void avg_pool(const Step& step, const Call&, Range blocks, Range units) {
    const std::size_t k = step.layer.kernel_height;
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto i) {
        for (std::size_t j = 0; j < step.layer.out.width; ++j) {
            Vec sum = zero();
            for (std::size_t n = 0; n < k * k; ++n) {
                sum = sum + load(at(step.x, b, c, i * k + n / k, j * k + n % k));
            }
            store(at(step.y, b, c, i, j), sum * inverse_area(step.layer));
        }
    });
}

void avg_pool_gradient(const Step& step, const Call&, Range blocks, Range units) {
    const std::size_t k = step.layer.kernel_height;
    clear_gradient(step, blocks, units);
    settle_unread(step, blocks, units);
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto i) {
        for (std::size_t j = 0; j < step.layer.out.width; ++j) {
            const Vec g = load(at(step.dy, b, c, i, j)) * inverse_area(step.layer);
            for (std::size_t n = 0; n < k * k; ++n) {
                write(at(step.dx, b, c, i * k + n / k, j * k + n % k), g, step.add);
            }
        }
    });
}

void add(const Step& step, const Call&, Range blocks, Range units) {
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto h) {
        const float* x = at(step.x, b, c, h);
        const float* other = at(step.other, b, c, h);
        float* y = at(step.y, b, c, h);
        for (std::size_t i = 0; i < step.layer.out.width * kLanes; i += kLanes) {
            store(y + i, load(x + i) + load(other + i));
        }
    });
}

void pass_gradient(const Step& step, const Call&, Range blocks, Range units) {
    for_each_row(blocks, units, step.layer.out.height, [&](auto b, auto c, auto h) {
        const float* dy = at(step.dy, b, c, h);
        float* dx = at(step.dx, b, c, h);
        for (std::size_t i = 0; i < step.layer.out.width * kLanes; i += kLanes) {
            write(dx + i, load(dy + i), step.add);
        }
    });
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
