// Optimisers: steps worked out by hand, their order of rounding, and clipping.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/optimiser.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "random_network.hpp"

namespace cone::kernels {
namespace {

using testing::same_bits;
using Floats = std::vector<float>;
using Kind = Optimiser::Kind;

/// An optimiser with its state.
struct Descent {
    Optimiser optimiser;
    Floats weights;
    Floats first = Floats(weights.size());
    Floats second = Floats(weights.size());
    std::uint32_t steps = 0;

    /// The gradient as the step left it.
    Floats step(Floats gradient) {
        OptimiserState state{first, second, steps};
        reference::optimise(optimiser, gradient, state, weights);
        steps = state.steps;
        return gradient;
    }
};

TEST(Sgd, FollowsMomentumAndDecay) {
    Descent run{{.rate = 0.5f, .momentum = 0.5f, .decay = 0.25f}, {4, -8}};

    EXPECT_EQ(run.step({1, 2}), (Floats{2, 0}));
    EXPECT_EQ(run.first, (Floats{2, 0}));
    EXPECT_EQ(run.weights, (Floats{3, -8}));

    run.step({1, 2});
    EXPECT_EQ(run.first, (Floats{1 + 1.75f, 0}));
    EXPECT_EQ(run.weights, (Floats{3 - 0.5f * 2.75f, -8}));
    EXPECT_EQ(run.steps, 2u);
}

TEST(Sgd, NeedsNoSecondState) {
    Floats g{1}, v{0}, w{1};
    OptimiserState state{v, {}, 0};

    reference::optimise({.rate = 1}, g, state, w);

    EXPECT_EQ(w, Floats{0});
}

TEST(Sgd, RoundsOncePerFusedStep) {
    const float a = 1 + 0x1p-12f;
    Descent run{{.rate = a}, {1}};

    run.step({a});

    EXPECT_EQ(run.weights, Floats{-(0x1p-11f + 0x1p-24f)});
}

TEST(Sgd, TakesItsStepsAlsoWhereFactorsAreZero) {
    Descent run{{}, {1, -1, -0.0f}};

    const Floats g = run.step({-0.0f, -0.0f, -0.0f});

    EXPECT_TRUE(same_bits(g, Floats{0.0f, -0.0f, -0.0f}));        // fma(+0, w, -0)
    EXPECT_TRUE(same_bits(run.first, Floats{0.0f, 0.0f, 0.0f}));  // fma(+0, +0, g)
    EXPECT_TRUE(same_bits(run.weights, Floats{1, -1, -0.0f}));    // fma(-0, +0, w)
}

TEST(Sgd, KeepsSubnormalMomenta) {
    Descent run{{.rate = 1, .momentum = 0.5f}, {0}};
    run.step({0x1p-126f});
    run.step({0});

    EXPECT_EQ(run.first, Floats{0x1p-127f});
}

TEST(Clip, ShortensALongGradient) {
    Descent run{{.rate = 1, .max_norm = 2.5f}, {0, 0}};

    EXPECT_EQ(run.step({3, -4}), (Floats{1.5f, -2}));
}

TEST(Clip, RoundsTheFactorOnce) {
    int differs_from_float = 0;
    for (float g = 1; g < 50; g += 1) {
        Descent run{{.max_norm = 0.3f}, {0, 0}};
        const double norm = std::sqrt(static_cast<double>(g * g + 1));

        const Floats clipped = run.step({g, 1});

        const auto factor = static_cast<float>(static_cast<double>(0.3f) / norm);
        EXPECT_EQ(clipped, (Floats{g * factor, factor}));
        differs_from_float += factor != 0.3f / static_cast<float>(norm) ? 1 : 0;
    }
    EXPECT_GT(differs_from_float, 0);
}

TEST(Clip, LeavesOthersAsTheyAre) {
    for (const float max_norm : {5.0f, 6.0f, 0.0f}) {
        Descent run{{.max_norm = max_norm}, {0, 0}};
        EXPECT_EQ(run.step({3, -4}), (Floats{3, -4})) << max_norm;
    }
}

TEST(Clip, ComesBeforeDecay) {
    Descent run{{.decay = 1, .max_norm = 1}, {7}};

    EXPECT_EQ(run.step({2}), Floats{8});
}

TEST(Clip, DoesNotOverflowInTheNorm) {
    const float largest = std::numeric_limits<float>::max();
    Descent run{{.max_norm = 1}, {0, 0}};

    EXPECT_EQ(run.step({largest, 0}), (Floats{static_cast<float>(1.0 / static_cast<double>(largest)) * largest, 0}));
}

/// Adam as its paper has it, in double.
struct AdamInDouble {
    double rate, decay, beta1, beta2, epsilon;
    bool decoupled;
    double m = 0, u = 0, w = 0;
    int t = 0;

    void step(double g) {
        ++t;
        if (decoupled) {
            w -= rate * decay * w;
        } else {
            g += decay * w;
        }
        m = beta1 * m + (1 - beta1) * g;
        u = beta2 * u + (1 - beta2) * g * g;
        w -= rate * (m / (1 - std::pow(beta1, t))) / (std::sqrt(u / (1 - std::pow(beta2, t))) + epsilon);
    }
};

void expect_like_the_paper(Kind kind, float decay) {
    const Optimiser o{.kind = kind, .rate = 0.01f, .decay = decay};
    Descent run{o, {0.5f}};
    AdamInDouble paper{0.01f, decay, 0.9f, 0.999f, 1e-8f, kind == Kind::AdamW};
    paper.w = 0.5;
    for (int i = 0; i < 100; ++i) {
        const float g = static_cast<float>(std::sin(i) + 0.3);
        run.step({g});
        paper.step(static_cast<double>(g));
        ASSERT_NEAR(static_cast<double>(run.weights[0]), paper.w, 2e-6) << "step " << i;
    }
    EXPECT_GT(std::fabs(paper.w - 0.5), 0.1);
}

TEST(Adam, FollowsThePaper) {
    expect_like_the_paper(Kind::Adam, 0);
    expect_like_the_paper(Kind::Adam, 0.1f);
}

TEST(AdamW, FollowsThePaper) {
    expect_like_the_paper(Kind::AdamW, 0);
    expect_like_the_paper(Kind::AdamW, 0.1f);
}

TEST(Adam, DecayOfTheGradientIsNotDecayOfTheWeight) {
    Descent adam{{.kind = Kind::Adam, .rate = 0.125f, .decay = 0.5f}, {1}};
    Descent adamw{{.kind = Kind::AdamW, .rate = 0.125f, .decay = 0.5f}, {1}};

    EXPECT_EQ(adam.step({0}), Floats{0.5f});
    EXPECT_EQ(adamw.step({0}), Floats{0});

    EXPECT_FALSE(same_bits(adam.weights, adamw.weights));
    EXPECT_EQ(adamw.weights, Floats{1 - 0.0625f});
}

/// 1 - beta^step as Adam's definition rounds it.
float correction(float beta, int step) {
    double power = 1;
    for (int i = 0; i < step; ++i) {
        power *= static_cast<double>(beta);
    }
    return static_cast<float>(1.0 - power);
}

TEST(Adam, RoundsInItsStatedOrder) {
    const float beta1 = 0.83f, beta2 = 0.97f, rate = 0.013f, epsilon = 0.001f, decay = 0.07f;
    for (float first = 0.01f; first < 1; first += 0.03f) {
        Descent run{{.kind = Kind::Adam, .rate = rate, .decay = decay, .beta1 = beta1, .beta2 = beta2, .epsilon = epsilon},
                    {0}};
        float m = 0, u = 0, w = 0;
        for (int step = 1; step <= 5; ++step) {
            const float raw = first * static_cast<float>(step);
            const float g = std::fma(decay, w, raw);
            m = std::fma(beta1, m, (1 - beta1) * g);
            u = std::fma(beta2, u, ((1 - beta2) * g) * g);
            w = std::fma(-(rate / correction(beta1, step)), m / (std::sqrt(u / correction(beta2, step)) + epsilon), w);

            EXPECT_EQ(run.step({raw}), Floats{g});

            EXPECT_TRUE(same_bits(run.first, Floats{m})) << step;
            EXPECT_TRUE(same_bits(run.second, Floats{u})) << step;
            EXPECT_TRUE(same_bits(run.weights, Floats{w})) << step;
        }
    }
}

TEST(OptimiserDeath, StopsOnStatesThatDoNotFit) {
    Floats two(2), one(1);
    OptimiserState short_first{one, two, 0};
    OptimiserState no_second{two, {}, 0};

    EXPECT_DEATH(reference::optimise({}, two, short_first, two), "a gradient and a state");
    EXPECT_DEATH(reference::optimise({.kind = Kind::Adam}, two, no_second, two), "a gradient and a state");
    EXPECT_DEATH(reference::optimise({}, one, no_second, two), "a gradient and a state");
}

}  // namespace
}  // namespace cone::kernels
