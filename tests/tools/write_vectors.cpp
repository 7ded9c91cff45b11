// write_vectors FOLDER [--check]: writes the golden vectors, or says which file differs from what the code gives.
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string_view>
#include <vector>

#include "tests/tools/vectors.hpp"

namespace {

struct VectorFile {
    const char* name;
    cone::test::Json (*content)();
};

constexpr VectorFile kFiles[] = {
    {"keccak.json", cone::test::keccak_vectors},
    {"merkle.json", cone::test::merkle_vectors},
    {"records.json", cone::test::records_vectors},
    {"job_spec.json", cone::test::job_spec_vectors},
};

std::string text_of(const VectorFile& file) {
    return file.content().dump(1) + "\n";
}

bool write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary);
    out << text;
    return out.flush().good();
}

bool same(const std::filesystem::path& path, const std::string& text) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream found;
    found << in.rdbuf();
    return in && found.str() == text;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    const bool check = arguments.size() == 2 && arguments[1] == "--check";
    if (arguments.empty() || (arguments.size() > 1 && !check)) {
        std::cerr << "usage: write_vectors FOLDER [--check]\n";
        return 2;
    }
    int status = 0;
    for (const VectorFile& file : kFiles) {
        const auto path = std::filesystem::path(arguments[0]) / file.name;
        const bool good = check ? same(path, text_of(file)) : write(path, text_of(file));
        if (!good) {
            std::cerr << path.string()
                      << (check ? ": differs from the code; run write_vectors and review the change\n" : ": cannot write\n");
            status = 5;
        }
    }
    return status;
}
