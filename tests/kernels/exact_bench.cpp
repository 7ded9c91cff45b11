// Training throughput of the exact CPU engine: samples/s, GFLOP/s and the share of this core's fused multiply-add peak.
// SPDX-License-Identifier: Apache-2.0
//
// usage: exact_bench [name | all] [threads] [avx2 | avx512 | portable] [runs]
// A step is gradient() and apply() with SGD and momentum. Peak and steps alternate; medians are printed. Operations counted:
// two for each multiply-add of convolutions and linear layers, forward, data and weight gradient; no data gradient of tensor 0.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>

#include "random_network.hpp"

namespace cone::kernels::testing {
namespace {

struct Case {
    const char* name;
    std::uint32_t batch;
    std::function<Network()> network;
};

Network lenet(const Shape& input) {
    Builder b(input);
    b.conv(6, 5).same(Op::Relu).pool(Op::MaxPool, 2).conv(16, 5).same(Op::Relu).pool(Op::MaxPool, 2);
    b.linear(120).same(Op::Relu).linear(84).same(Op::Relu).linear(10);
    return b.network();
}

Network cnn() {
    Builder b({1, 28, 28});
    b.conv(32, 3).same(Op::Relu).pool(Op::MaxPool, 2).conv(64, 3, 3, 1, 0, 1).same(Op::Relu).pool(Op::MaxPool, 2);
    return b.linear(128).same(Op::Relu).linear(10).network();
}

/// ResNet-18 for small images, group norm instead of batch norm; shortcuts of a halving block: a 1x1 convolution and norm.
class ResNet {
public:
    Network make() {
        int last = add(Op::Conv, 0, {64, 32, 32}, 3, 1, 1);
        last = norm_relu(last);
        for (const auto& [channels, stride] : {std::pair{64u, 1u}, {128u, 2u}, {256u, 2u}, {512u, 2u}}) {
            last = block(last, channels, stride);
            last = block(last, channels, 1);
        }
        last = add(Op::AvgPool, last, {512, 1, 1}, 4, 1, 0);
        add(Op::Linear, last, {10, 1, 1}, 1, 1, 0);
        network_.classes = 10;
        return network_;
    }

private:
    int add(Op op, int input, const Shape& out, std::uint32_t kernel, std::uint32_t stride, std::uint32_t padding) {
        Layer l;
        l.op = op;
        l.input = static_cast<std::uint32_t>(input);
        l.in = shape(input);
        l.out = out;
        l.kernel_height = l.kernel_width = kernel;
        l.stride = stride;
        l.padding = padding;
        l.groups = 32;
        l.weight = weight_values(l) > 0 ? network_.values : 0;
        l.bias = l.weight + weight_values(l);
        network_.values += weight_values(l) + bias_values(l);
        network_.layers.push_back(l);
        return static_cast<int>(network_.layers.size());
    }
    Shape shape(int tensor) const {
        return tensor == 0 ? network_.input : network_.layers[static_cast<std::size_t>(tensor) - 1].out;
    }
    int norm(int x) { return add(Op::GroupNorm, x, shape(x), 1, 1, 0); }
    int relu(int x) { return add(Op::Relu, x, shape(x), 1, 1, 0); }
    int norm_relu(int x) { return relu(norm(x)); }
    int block(int x, std::uint32_t channels, std::uint32_t stride) {
        const Shape out{channels, shape(x).height / stride, shape(x).width / stride};
        const int shortcut = stride == 1 ? x : norm(add(Op::Conv, x, out, 1, stride, 0));
        const int y = norm(add(Op::Conv, norm_relu(add(Op::Conv, x, out, 3, stride, 1)), out, 3, 1, 1));
        const int sum = add(Op::Add, y, out, 1, 1, 0);
        network_.layers.back().other = static_cast<std::uint32_t>(shortcut);
        return relu(sum);
    }

    Network network_{.input = {3, 32, 32}, .classes = 0, .layers = {}, .values = 0};
};

double operations_of(const Network& network) {
    double sum = 0;
    for (const Layer& l : network.layers) {
        const double passes = l.input == 0 ? 2 : 3;
        if (l.op == Op::Conv) {
            sum += passes * 2 * static_cast<double>(weight_values(l)) * l.out.height * l.out.width;
        } else if (l.op == Op::Linear) {
            sum += passes * 2 * static_cast<double>(weight_values(l));
        }
    }
    return sum;
}

/// Of this process, so that others on the machine disturb little; of the wall clock when several threads work.
bool counts_own_time = true;
double seconds() {
    timespec time{};
    clock_gettime(counts_own_time ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

#if defined(__x86_64__)
/// GFLOP/s of twelve independent chains of 256-bit fused multiply-adds.
double measured_peak() {
    constexpr long kRounds = 2'000'000;
    long left = kRounds;
    const double start = seconds();
    asm volatile(
        "vzeroall\n"
        "1:\n"
        "vfmadd231ps %%ymm0, %%ymm0, %%ymm1\n vfmadd231ps %%ymm0, %%ymm0, %%ymm2\n vfmadd231ps %%ymm0, %%ymm0, %%ymm3\n"
        "vfmadd231ps %%ymm0, %%ymm0, %%ymm4\n vfmadd231ps %%ymm0, %%ymm0, %%ymm5\n vfmadd231ps %%ymm0, %%ymm0, %%ymm6\n"
        "vfmadd231ps %%ymm0, %%ymm0, %%ymm7\n vfmadd231ps %%ymm0, %%ymm0, %%ymm8\n vfmadd231ps %%ymm0, %%ymm0, %%ymm9\n"
        "vfmadd231ps %%ymm0, %%ymm0, %%ymm10\n vfmadd231ps %%ymm0, %%ymm0, %%ymm11\n vfmadd231ps %%ymm0, %%ymm0, %%ymm12\n"
        "dec %0\n jnz 1b\n vzeroupper\n"
        : "+r"(left)
        :
        : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12");
    return 12.0 * 16 * kRounds / (seconds() - start) / 1e9;
}
#else
double measured_peak() {
    return 0;
}
#endif

struct Options {
    const char* name = "all";
    unsigned threads = 1;
    Isa isa = best_isa();
    int runs = 7;
};

void bench(const Case& c, const Options& options) {
    const Network network = c.network();
    const auto engine = make_cpu_engine(network, options.threads, options.isa);
    engine->set_weights(random_weights(network, 1));
    const auto batch = random_batch(network, c.batch, 1);
    const Optimiser optimiser{.rate = 1e-3f, .momentum = 0.9f};
    const double operations = operations_of(network) * c.batch;
    const int steps = std::max(1, static_cast<int>(10e9 / operations));
    std::vector<double> peaks;
    std::vector<double> rates;
    for (int run = 0; run <= options.runs; ++run) {
        const double peak = measured_peak();
        const double start = seconds();
        for (int step = 0; step < steps; ++step) {
            if (engine->gradient(batch.view()) != Status::Ok || engine->apply(optimiser) != Status::Ok) {
                std::printf("%s: not finite\n", c.name);
                return;
            }
        }
        if (run > 0) {
            peaks.push_back(peak);
            rates.push_back(steps * operations / (seconds() - start) / 1e9);
        }
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double peak = median(peaks);
    const double rate = median(rates);
    std::printf("%-14s batch %3u  %10.0f samples/s  %7.1f GFLOP/s  peak %6.1f  %5.1f %%  %6.1f MiB\n", c.name, c.batch,
                rate * 1e9 / operations_of(network), rate, peak, 100 * rate / peak,
                static_cast<double>(usage.ru_maxrss) / 1024);
}

Options options_of(int argc, char** argv) {
    Options options;
    options.name = argc > 1 ? argv[1] : options.name;
    options.threads = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : options.threads;
    if (argc > 3) {
        options.isa = std::strcmp(argv[3], "avx2") == 0     ? Isa::Avx2
                      : std::strcmp(argv[3], "avx512") == 0 ? Isa::Avx512
                                                            : Isa::Portable;
    }
    options.runs = argc > 4 ? std::atoi(argv[4]) : options.runs;
    return options;
}

void bench_all(const Options& options) {
    counts_own_time = options.threads == 1;
    const Case cases[] = {
        {"lenet-1x28x28", 32,
         [] {
             return lenet({1, 28, 28});
         }},
        {"lenet-3x32x32", 32,
         [] {
             return lenet({3, 32, 32});
         }},
        {"cnn", 64, cnn},
        {"resnet18", 32, [] { return ResNet().make(); }},
    };
    for (const Case& c : cases) {
        if (std::strcmp(options.name, "all") == 0 || std::strcmp(options.name, c.name) == 0) {
            bench(c, options);
        }
    }
}

}  // namespace
}  // namespace cone::kernels::testing

int main(int argc, char** argv) {
    cone::kernels::testing::bench_all(cone::kernels::testing::options_of(argc, argv));
}
