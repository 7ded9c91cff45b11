// replay_X COUNT [FILE...]: runs a fuzz target on its seeds, on its committed corpus, on COUNT damaged copies of both, always
// the same ones, and on files that libFuzzer has found. replay_X --write DIR: leaves the seeds there, for libFuzzer.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

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

cone::Bytes content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return cone::Bytes(std::istreambuf_iterator<char>(file), {});
}

/// Seeds, then the corpus by file name.
std::vector<cone::Bytes> good_inputs() {
    std::vector<cone::Bytes> inputs = cone::test::seeds();
    const std::filesystem::path folder = CONE_SOURCE_DIR "/tests/fuzz/corpus/" CONE_FUZZ_TARGET;
    std::vector<std::filesystem::path> files;
    if (std::filesystem::exists(folder)) {
        std::copy(std::filesystem::directory_iterator(folder), {}, std::back_inserter(files));
    }
    std::sort(files.begin(), files.end());
    std::transform(files.begin(), files.end(), std::back_inserter(inputs), content_of);
    return inputs;
}

int write_seeds(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const auto seeds = cone::test::seeds();
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        std::ofstream file(folder / ("seed" + std::to_string(i)), std::ios::binary);
        file.write(reinterpret_cast<const char*>(seeds[i].data()), static_cast<std::streamsize>(seeds[i].size()));
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s COUNT [FILE...] | --write DIR\n", argv[0]);
        return 2;
    }
    if (argc == 3 && std::strcmp(argv[1], "--write") == 0) {
        return write_seeds(argv[2]);
    }
    const auto inputs = good_inputs();
    const auto count = static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10));
    run({});
    std::for_each(inputs.begin(), inputs.end(), run);
    for (std::uint32_t number = 0; number < count; ++number) {
        run(damaged(inputs[number % inputs.size()], number));
    }
    std::for_each(argv + 2, argv + argc, [](const char* path) { run(content_of(path)); });
    std::printf("%zu good inputs, %u damaged copies, %d files: all properties hold\n", inputs.size(), count, argc - 2);
    return 0;
}
