// The step loop allocates nothing: every operator new of this process is counted.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "cone/job/presets.hpp"
#include "cone/model/exact_trainer.hpp"
#include "cone/model/weights.hpp"
#include "tests/support/striped_images.hpp"

namespace {
std::atomic<std::size_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
    ++allocations;
    void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    return memory != nullptr ? memory : throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t bytes) {
    return counted(bytes, alignof(std::max_align_t));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return counted(bytes, static_cast<std::size_t>(alignment));
}
// Not inlined: gcc 12 would warn of a free() for what operator new gave.
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

namespace cone::model {
namespace {

/// Allocations seen at the end of each step of one local training.
std::vector<std::size_t> allocations_by_step(const char* preset, std::uint32_t shards, std::uint32_t threads) {
    const auto shard = test::striped(160, 1);
    auto run = test::run_with(2, 16, 0.01, 0.9);
    run.local.virtual_shards = shards;
    const auto trainer = make_exact_trainer({.layers = job::preset_layers(preset)}, 1024, threads);
    std::vector<std::size_t> seen;
    seen.reserve(64);
    (void)trainer->train(initial_weights(trainer->network(), 5), shard, run,
                         [&](std::uint32_t, std::span<const float>) { seen.push_back(allocations); });
    return seen;
}

struct Case {
    const char* preset;
    std::uint32_t shards;
    std::uint32_t threads;
};

class Allocations : public testing::TestWithParam<Case> {};

TEST_P(Allocations, NoneBetweenTheStepsOfAnEpoch) {
    const auto [preset, shards, threads] = GetParam();
    const auto seen = allocations_by_step(preset, shards, threads);
    ASSERT_EQ(seen.size(), 20U);
    EXPECT_GT(seen.front(), 0U) << "the counter counts";
    EXPECT_EQ(seen[9], seen[0]) << "first epoch, after its first step";
    EXPECT_EQ(seen[19], seen[10]) << "second epoch; between the two an order is drawn";
}

INSTANTIATE_TEST_SUITE_P(ExactTrainer, Allocations,
                         testing::Values(Case{"lenet5", 1, 1}, Case{"lenet5", 4, 1}, Case{"cnn", 1, 1}, Case{"cnn-wide", 1, 2}),
                         [](const auto& of) {
                             std::string name = of.param.preset;
                             std::erase(name, '-');
                             return name + "_" + std::to_string(of.param.shards) + "shards_" +
                                    std::to_string(of.param.threads) + "threads";
                         });

}  // namespace
}  // namespace cone::model
