// Self-attention, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "cone_kernels/operators.hpp"
#include "elementary_inline.hpp"
#include "fma_clones.hpp"
#include "tensor.hpp"

namespace cone::kernels::reference {
namespace {

/// One head of one sample: channels begin .. begin + size - 1 of the queries, keys and values.
struct Head {
    Index n;
    Index begin;
    Index size;
    Index channels;  ///< of all heads: d
    float scale;

    [[nodiscard]] Index query(Index i) const { return begin + i; }
    [[nodiscard]] Index key(Index i) const { return channels + begin + i; }
    [[nodiscard]] Index value(Index i) const { return 2 * channels + begin + i; }
};

Head head_of(const Layer& layer, Index n, Index head) {
    const Index channels = layer.out.channels;
    const Index size = channels / static_cast<Index>(layer.groups);
    return {n, head * size, size, channels, static_cast<float>(1.0 / std::sqrt(static_cast<double>(size)))};
}

/// One past the last position that t sees.
Index end_of_range(const Layer& layer, Index t) {
    return layer.causal ? t + 1 : static_cast<Index>(layer.in.width);
}

/// p[t, u] for u = 0 .. p.size() - 1; `power` is room for as many exponentials.
[[gnu::always_inline]] inline void probabilities(const In& x, const Head& head, Index t, std::span<double> power,
                                                 std::span<float> p) {
    for (std::size_t u = 0; u < p.size(); ++u) {
        float acc = 0;
        for (Index i = 0; i < head.size; ++i) {
            acc = std::fma(x.at(head.n, head.query(i), t), x.at(head.n, head.key(i), static_cast<Index>(u)), acc);
        }
        p[u] = acc * head.scale;
    }
    const double largest = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (std::size_t u = 0; u < p.size(); ++u) {
        power[u] = exp_inline(p[u] - largest);
        sum += power[u];
    }
    for (std::size_t u = 0; u < p.size(); ++u) {
        p[u] = static_cast<float>(power[u] / sum);
    }
}

/// e[t, u], the gradient of query t times key u before scaling.
[[gnu::always_inline]] inline void score_gradients(const In& x, const In& dy, const Head& head, Index t,
                                                   std::span<const float> p, std::span<float> e) {
    float h = 0;
    for (std::size_t u = 0; u < p.size(); ++u) {
        float g = 0;
        for (Index i = 0; i < head.size; ++i) {
            g = std::fma(dy.at(head.n, head.begin + i, t), x.at(head.n, head.value(i), static_cast<Index>(u)), g);
        }
        e[u] = g;
        h = std::fma(p[u], g, h);
    }
    for (std::size_t u = 0; u < p.size(); ++u) {
        e[u] = (p[u] * (e[u] - h)) * head.scale;
    }
}

/// What position t adds to the gradients of its query and of the keys and values it sees.
[[gnu::always_inline]] inline void add_gradients(const In& x, const In& dy, const Head& head, Index t, std::span<const float> p,
                                                 std::span<const float> e, const Out& dx) {
    for (Index i = 0; i < head.size; ++i) {
        float& dq = dx.at(head.n, head.query(i), t);
        for (Index u = 0; u < static_cast<Index>(p.size()); ++u) {
            float& dk = dx.at(head.n, head.key(i), u);
            float& dv = dx.at(head.n, head.value(i), u);
            dq = std::fma(e[at_index(u)], x.at(head.n, head.key(i), u), dq);
            dk = std::fma(e[at_index(u)], x.at(head.n, head.query(i), t), dk);
            dv = std::fma(p[at_index(u)], dy.at(head.n, head.begin + i, t), dv);
        }
    }
}

/// Room for the row of one position t.
struct Row {
    explicit Row(const Layer& layer) : p_(layer.in.width), e_(layer.in.width), power_(layer.in.width) {}
    std::span<float> p(Index positions) { return std::span(p_).first(at_index(positions)); }
    std::span<float> e(Index positions) { return std::span(e_).first(at_index(positions)); }
    std::span<double> power() { return power_; }

private:
    std::vector<float> p_;
    std::vector<float> e_;
    std::vector<double> power_;
};

}  // namespace

CONE_FMA_CLONES void attention(const Layer& layer, std::span<const float> x, std::span<float> y) {
    const In in(x, layer.in);
    const Out out(y, layer.out);
    require(in.samples == out.samples, "attention: as many samples in as out");
    Row row(layer);
    for (Index n = 0; n < in.samples; ++n) {
        for (Index k = 0; k < static_cast<Index>(layer.groups); ++k) {
            const Head head = head_of(layer, n, k);
            for (Index t = 0; t < in.width; ++t) {
                const auto p = row.p(end_of_range(layer, t));
                probabilities(in, head, t, row.power(), p);
                for (Index i = 0; i < head.size; ++i) {
                    float acc = 0;
                    for (std::size_t u = 0; u < p.size(); ++u) {
                        acc = std::fma(p[u], in.at(n, head.value(i), static_cast<Index>(u)), acc);
                    }
                    out.at(n, head.begin + i, t) = acc;
                }
            }
        }
    }
}

CONE_FMA_CLONES void attention_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy,
                                        std::span<float> dx) {
    const In in(x, layer.in);
    const In grad(dy, layer.out);
    const Out out(dx, layer.in);
    require(in.samples == grad.samples && in.samples == out.samples, "attention_gradient: as many samples in as out");
    std::fill(dx.begin(), dx.end(), 0.0f);
    Row row(layer);
    for (Index n = 0; n < in.samples; ++n) {
        for (Index k = 0; k < static_cast<Index>(layer.groups); ++k) {
            const Head head = head_of(layer, n, k);
            for (Index t = 0; t < in.width; ++t) {
                const auto p = row.p(end_of_range(layer, t));
                const auto e = row.e(end_of_range(layer, t));
                probabilities(in, head, t, row.power(), p);
                score_gradients(in, grad, head, t, p, e);
                add_gradients(in, grad, head, t, p, e, out);
            }
        }
    }
}

}  // namespace cone::kernels::reference
