// The fields of every operator, checked.
// SPDX-License-Identifier: Apache-2.0
#include "layer_problem.hpp"

#include <initializer_list>

namespace cone::kernels {
namespace {

bool is_small(std::initializer_list<std::uint32_t> factors) {
    std::size_t product = 1;
    for (const std::uint32_t factor : factors) {
        product *= factor;
        if (product >= kSizeLimit) {
            return false;
        }
    }
    return true;
}

Problem problem_unless(bool holds, const char* what) {
    return holds ? Problem{} : Problem{what};
}

/// Outputs along one side, 0 when the kernel does not fit.
std::uint64_t outputs_that_fit(std::uint64_t size, std::uint64_t kernel, std::uint64_t stride, std::uint64_t padding) {
    return size + 2 * padding < kernel ? 0 : (size + 2 * padding - kernel) / stride + 1;
}

Problem problem_of_conv(const Layer& l) {
    if (l.kernel_height == 0 || l.kernel_width == 0 || l.stride == 0) {
        return "kernel and stride start at 1";
    }
    if (l.padding >= l.kernel_height || l.padding >= l.kernel_width) {
        return "padding must be below the kernel's sides";
    }
    if (l.out.height > outputs_that_fit(l.in.height, l.kernel_height, l.stride, l.padding) ||
        l.out.width > outputs_that_fit(l.in.width, l.kernel_width, l.stride, l.padding)) {
        return "more outputs than fit: " + text(l.out) + " of " + text(l.in);
    }
    return problem_unless(is_small({l.out.channels, l.in.channels, l.kernel_height, l.kernel_width}),
                          "the weight has 2^31 values or more");
}

Problem problem_of_linear(const Layer& l) {
    if (l.out.height != 1 || l.out.width != 1) {
        return "the output's height and width must be 1";
    }
    return problem_unless(is_small({l.out.channels, static_cast<std::uint32_t>(l.in.values())}),
                          "the weight has 2^31 values or more");
}

Problem problem_of_pool(const Layer& l) {
    if (l.kernel_height == 0 || l.kernel_height != l.kernel_width) {
        return "the kernel must be a square of side 1 or more";
    }
    if (l.in.channels != l.out.channels) {
        return "channels differ: " + text(l.in) + " and " + text(l.out);
    }
    return problem_unless(l.out.height <= l.in.height / l.kernel_height && l.out.width <= l.in.width / l.kernel_width,
                          "more outputs than whole squares");
}

Problem problem_of_same_shape(const Layer& l) {
    return l.in == l.out ? Problem{} : Problem{"shapes differ: " + text(l.in) + " and " + text(l.out)};
}

Problem problem_of_group_norm(const Layer& l) {
    if (l.groups == 0 || l.in.channels % l.groups != 0) {
        return "groups must divide the channels";
    }
    return problem_of_same_shape(l);
}

Problem problem_of_dropout(const Layer& l) {
    if (!(l.rate >= 0 && l.rate < 1)) {
        return "rate outside [0, 1)";
    }
    return problem_of_same_shape(l);
}

Problem problem_of_embedding(const Layer& l) {
    if (l.input != 0) {
        return "must read tensor 0, the bytes";
    }
    if (l.in.channels != 1 || l.in.height != 1 || l.out.height != 1 || l.out.width != l.in.width) {
        return "must lead from (1, 1, positions) to (dimension, 1, positions)";
    }
    return problem_unless(is_small({256, l.out.channels}), "the weight has 2^31 values or more");
}

Problem problem_of_attention(const Layer& l) {
    if (l.in.height != 1 || l.out.height != 1 || l.in.width != l.out.width ||
        l.in.channels != std::uint64_t{3} * l.out.channels) {
        return "must lead from (3 d, 1, positions) to (d, 1, positions)";
    }
    return problem_unless(l.groups > 0 && l.out.channels % l.groups == 0, "heads must divide the channels");
}

}  // namespace

bool is_usable(const Shape& s) {
    return s.channels > 0 && s.height > 0 && s.width > 0 && is_small({s.channels, s.height, s.width});
}

std::string text(const Shape& s) {
    return "(" + std::to_string(s.channels) + ", " + std::to_string(s.height) + ", " + std::to_string(s.width) + ")";
}

Problem problem_of_operator(const Layer& l) {
    switch (l.op) {
        case Op::Conv:
            return problem_of_conv(l);
        case Op::Linear:
            return problem_of_linear(l);
        case Op::MaxPool:
        case Op::AvgPool:
            return problem_of_pool(l);
        case Op::GroupNorm:
            return problem_of_group_norm(l);
        case Op::Embedding:
            return problem_of_embedding(l);
        case Op::Attention:
            return problem_of_attention(l);
        case Op::Dropout:
            return problem_of_dropout(l);
        case Op::Relu:
        case Op::LayerNorm:
        case Op::Add:
            return problem_of_same_shape(l);
    }
    return "no such operator";
}

}  // namespace cone::kernels
