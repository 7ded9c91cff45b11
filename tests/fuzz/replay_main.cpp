// replay_X COUNT [FILE...]: runs a fuzz target on its seeds and on COUNT damaged copies of them, always the same ones; or on
// files that libFuzzer has found. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cone/base/rng.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

void run(const cone::Bytes& input) {
    (void)LLVMFuzzerTestOneInput(input.data(), input.size());
}

/// One to four edits: a byte set, a bit flipped, a piece cut out, a piece doubled, or the end cut off.
cone::Bytes damaged(cone::Bytes input, std::uint32_t number) {
    const cone::Rng rng(number, cone::RngStream::Probe, 7);
    std::uint64_t next = 0;
    for (std::uint64_t edits = 1 + rng.below(next++, 4); edits > 0 && !input.empty(); --edits) {
        const auto at = static_cast<std::ptrdiff_t>(rng.below(next++, input.size()));
        const auto room = static_cast<std::ptrdiff_t>(input.size()) - at;
        const auto length = static_cast<std::ptrdiff_t>(rng.below(next++, 16)) % room + 1;
        const cone::Bytes piece(input.begin() + at, input.begin() + at + length);
        switch (rng.below(next++, 5)) {
            case 0:
                input[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(rng.bits(next++));
                break;
            case 1:
                input[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1u << rng.below(next++, 8));
                break;
            case 2:
                input.erase(input.begin() + at, input.begin() + at + length);
                break;
            case 3:
                input.insert(input.begin() + at, piece.begin(), piece.end());
                break;
            default:
                input.resize(static_cast<std::size_t>(at));
                break;
        }
    }
    return input;
}

void run_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    run(cone::Bytes(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s COUNT [FILE...]\n", argv[0]);
        return 2;
    }
    const auto seeds = cone::test::seeds();
    const auto count = static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10));
    run({});
    std::for_each(seeds.begin(), seeds.end(), run);
    for (std::uint32_t number = 0; number < count; ++number) {
        run(damaged(seeds[number % seeds.size()], number));
    }
    std::for_each(argv + 2, argv + argc, run_file);
    std::printf("%zu seeds, %u damaged copies, %d files: all properties hold\n", seeds.size(), count, argc - 2);
    return 0;
}
