// The CPU engine: plans, threads, the optimiser's state.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/engine.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "../reference/require.hpp"
#include "cone_kernels/vector.hpp"
#include "plan.hpp"
#include "team.hpp"

namespace cone::kernels {
namespace {

using cpu::Call;
using cpu::kLanes;
using cpu::Range;
using cpu::Step;

/// Blocks that go through the layers together: four share each weight that is loaded.
constexpr std::size_t kTogether = 4;

/// Of the tensors of one block.
constexpr std::size_t kCacheBytes = std::size_t{8} << 20;

std::size_t blocks_of(std::size_t rows) {
    return (rows + kLanes - 1) / kLanes;
}

bool goes_by_layer(const Network& network, Order order) {
    std::size_t values = network.input.values();
    for (const Layer& layer : network.layers) {
        values += layer.out.values();
    }
    return order == Order::ByLayer || (order == Order::Best && values * kLanes * sizeof(float) > kCacheBytes);
}

const cpu::Operators& operators_of(Isa isa) {
    switch (isa) {
        case Isa::Portable:
            return cpu::portable::operators();
#if defined(CONE_CPU_X86)
        case Isa::Avx2:
            return cpu::avx2::operators();
        case Isa::Avx512:
            return cpu::avx512::operators();
#endif
        default:
            require(false, "make_cpu_engine: not built for this instruction set");
            return cpu::portable::operators();
    }
}

bool is_supported(Isa isa) {
#if defined(CONE_CPU_X86)
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    return isa == Isa::Portable || (isa == Isa::Avx2 ? has_avx2 : has_avx512);
#else
    return isa == Isa::Portable;
#endif
}

/// beta^t by repeated multiplication.
class Power {
public:
    double at(float beta, std::uint32_t step) {
        if (beta != beta_ || step < step_) {
            *this = {};
            beta_ = beta;
        }
        for (; step_ < step; ++step_) {
            value_ *= static_cast<double>(beta);
        }
        return value_;
    }

private:
    float beta_ = 0;
    std::uint32_t step_ = 0;
    double value_ = 1;
};

class CpuEngine final : public Engine {
public:
    CpuEngine(const Network& network, unsigned threads, Isa isa, bool by_layer)
        : network_(network),
          by_layer_(by_layer),
          operators_(operators_of(isa)),
          team_(threads),
          weights_(memory_.floats(network.values)),
          gradient_(memory_.floats(network.values)),
          first_(memory_.floats(network.values)),
          finite_(threads) {}

    void set_weights(std::span<const float> weights) override {
        require(weights.size() == network_.values, "set_weights: as many as the network has");
        std::copy(weights.begin(), weights.end(), weights_);
        std::fill_n(first_, network_.values, 0.0f);
        if (second_ != nullptr) {
            std::fill_n(second_, network_.values, 0.0f);
        }
        steps_ = 0;
        finite_weights_ = operators_.finite(weights_, network_.values);
        plan_is_stale_ = true;
    }

    std::span<const float> weights() override { return {weights_, network_.values}; }

    Status gradient(const Batch& batch) override {
        if (batch.samples.rows.empty() && batch.labels.empty()) {
            std::fill_n(gradient_, network_.values, 0.0f);
            return Status::Ok;
        }
        const Call call = call_of(batch);
        const std::size_t blocks = blocks_of(call.count);
        reserve(blocks);
        prepare(call);
        team_.run([&](unsigned thread) {
            run_blocks(call, thread, true);
            if (!by_layer_) {
                team_.barrier();
                for (const Step& step : plan_->weights) {
                    step.run(step, call, {0, blocks}, team_.share(step.units, thread));
                }
                team_.barrier();  // all_own looks at what others wrote; by layer a step of weights ends with a barrier
            }
            finite_[thread].value =
                all_own(thread, [&](Range values) { return operators_.finite(gradient_ + values.begin, values.size()); });
        });
        return status();
    }

    std::span<float> gradient_values() override { return {gradient_, network_.values}; }

    Status apply(const Optimiser& optimiser) override {
        reserve(1);
        ++steps_;
        const cpu::OptimiserStep step = optimiser_step(optimiser);
        team_.run([&](unsigned thread) {
            finite_[thread].value = all_own(thread, [&](Range values) { return operators_.optimise(step, values); });
        });
        plan_is_stale_ = true;
        finite_weights_ = status() == Status::Ok;
        return status();
    }

    void logits(const Samples& samples, std::span<float> out) override {
        require(out.size() == samples.rows.size() * network_.classes, "logits: (rows, classes)");
        if (samples.rows.empty()) {
            return;
        }
        reserve(std::min(blocks_of(samples.rows.size()), kTogether * team_.threads()));
        prepare({});
        const std::size_t at_once = plan_->blocks * kLanes;
        for (std::size_t n = 0; n < samples.rows.size(); n += at_once) {
            Call call;
            call.rows = samples.rows.data() + n;
            call.count = std::min(at_once, samples.rows.size() - n);
            call.table = samples.table.data();
            call.finite_weights = finite_weights_;
            team_.run([&](unsigned thread) { run_blocks(call, thread, false); });
            copy_logits(call.count, out.data() + n * network_.classes);
        }
    }

private:
    struct alignas(64) Finite {
        bool value = true;
    };

    Call call_of(const Batch& batch) const {
        const std::size_t rows = batch.samples.rows.size();
        const bool drops =
            std::any_of(network_.layers.begin(), network_.layers.end(), [](const Layer& l) { return l.op == Op::Dropout; });
        require(rows > 0 && batch.labels.size() == rows && batch.divisor > 0, "gradient: rows, labels, divisor");
        require(!drops || batch.indices.size() == rows, "gradient: Dropout needs the index of every row");
        require(std::all_of(batch.labels.begin(), batch.labels.end(), [&](auto label) { return label < network_.classes; }),
                "gradient: label outside [0, classes)");
        Call call;
        call.rows = batch.samples.rows.data();
        call.count = rows;
        call.table = batch.samples.table.data();
        call.labels = batch.labels.data();
        call.divisor = batch.divisor;
        call.indices = batch.indices.data();
        call.dropout_seed = batch.dropout_seed;
        call.dropout_stream = batch.dropout_stream;
        call.training = true;
        call.finite_weights = finite_weights_;
        return call;
    }

    void reserve(std::size_t blocks) {
        if (plan_ == nullptr || plan_->blocks < blocks) {
            plan_.reset();
            plan_ = cpu::make_plan(network_, operators_, blocks, by_layer_, weights_, gradient_);
            plan_is_stale_ = true;
        }
    }

    /// Packs the weights if they changed.
    void prepare(const Call& call) {
        if (!plan_is_stale_) {
            return;
        }
        team_.run([&](unsigned thread) {
            for (const Step& step : plan_->prepare) {
                step.run(step, call, {}, team_.share(step.units, thread));
            }
        });
        plan_is_stale_ = false;
    }

    /// A few of the blocks at a time.
    template <class Visit>
    static void for_each_group(Range blocks, Visit visit) {
        const std::size_t groups = (blocks.size() + kTogether - 1) / kTogether;
        for (std::size_t g = 0; g < groups; ++g) {
            visit(Range{blocks.begin + g * blocks.size() / groups, blocks.begin + (g + 1) * blocks.size() / groups});
        }
    }

    /// The blocks of one thread.
    void run_blocks(const Call& call, unsigned thread, bool with_gradient) {
        const auto run = [&](Range blocks) {
            run_pass(plan_->forward, call, blocks, thread);
            if (with_gradient) {
                run_pass(plan_->backward, call, blocks, thread);
            }
        };
        const Range own = team_.share(blocks_of(call.count), thread);
        by_layer_ ? run(own) : for_each_group(own, run);
    }

    void run_pass(const std::vector<Step>& pass, const Call& call, Range blocks, unsigned thread) {
        for (const Step& step : pass) {
            if (step.is_shared) {
                team_.barrier();
                step.run(step, call, {0, blocks_of(call.count)}, team_.share(step.units, thread));
                team_.barrier();
            } else {
                for_each_group(blocks, [&](Range group) { step.run(step, call, group, {0, step.units}); });
            }
        }
    }

    /// Whether `holds(range)` for all values whose gradient this thread makes: who wrote them last has them near.
    template <class Holds>
    bool all_own(unsigned thread, Holds holds) const {
        bool all = true;
        for (const Step& step : plan_->weights) {
            const Range units = team_.share(step.units, thread);
            const auto check = [&](const float* gradient, std::size_t count) {
                const auto first = static_cast<std::size_t>(gradient - gradient_);
                const Range own{first + count * units.begin / step.units, first + count * units.end / step.units};
                all = (own.size() == 0 || holds(own)) && all;
            };
            check(step.dw, weight_values(step.layer));
            check(step.db, bias_values(step.layer));
        }
        return all;
    }

    void copy_logits(std::size_t rows, float* out) const {
        const Shape& shape = network_.layers.back().out;
        const Map& map = plan_->logits;
        for (std::size_t n = 0; n < rows; ++n) {
            const float* block = map.origin + n / kLanes * map.block + n % kLanes;
            for (std::size_t c = 0; c < shape.channels; ++c) {
                for (std::size_t p = 0; p < std::size_t{shape.height} * shape.width; ++p) {
                    *out++ = block[c * map.plane + p / shape.width * map.row + p % shape.width * kLanes];
                }
            }
        }
    }

    using Map = cpu::Map;

    cpu::OptimiserStep optimiser_step(const Optimiser& optimiser) {
        if (second_ == nullptr && optimiser.kind != Optimiser::Kind::Sgd) {
            second_ = memory_.floats(network_.values);
        }
        cpu::OptimiserStep step;
        step.optimiser = optimiser;
        step.c1 = static_cast<float>(1.0 - power1_.at(optimiser.beta1, steps_));
        step.c2 = static_cast<float>(1.0 - power2_.at(optimiser.beta2, steps_));
        step.gradient = gradient_;
        step.weights = weights_;
        step.first = first_;
        step.second = second_;
        if (optimiser.max_norm > 0) {
            const double norm = std::sqrt(squared_norm({gradient_, network_.values}));
            step.clips = norm > static_cast<double>(optimiser.max_norm);
            step.clip = static_cast<float>(static_cast<double>(optimiser.max_norm) / norm);
        }
        return step;
    }

    [[nodiscard]] Status status() const {
        const bool finite = std::all_of(finite_.begin(), finite_.end(), [](const Finite& f) { return f.value; });
        return finite ? Status::Ok : Status::NotFinite;
    }

    Network network_;
    bool by_layer_;
    const cpu::Operators& operators_;
    cpu::Team team_;
    cpu::Arena memory_;
    float* weights_;
    float* gradient_;
    float* first_;
    float* second_ = nullptr;
    std::uint32_t steps_ = 0;
    bool finite_weights_ = true;
    bool plan_is_stale_ = true;
    Power power1_;
    Power power2_;
    std::vector<Finite> finite_;
    std::unique_ptr<cpu::Plan> plan_;
};

}  // namespace

Isa best_isa() {
    return is_supported(Isa::Avx512) ? Isa::Avx512 : is_supported(Isa::Avx2) ? Isa::Avx2 : Isa::Portable;
}

std::unique_ptr<Engine> make_cpu_engine(const Network& network, unsigned threads, Isa isa, Order order) {
    const auto problem = problem_of(network);
    require(!problem, problem ? problem->c_str() : "");
    require(threads > 0 && is_supported(isa), "make_cpu_engine: threads from 1, an instruction set of this processor");
    return std::make_unique<CpuEngine>(network, threads, isa, goes_by_layer(network, order));
}

}  // namespace cone::kernels
