// Does this machine have room, and do its files stay written?
// SPDX-License-Identifier: Apache-2.0
#include <sys/statfs.h>
#include <unistd.h>

#include <clocale>
#include <filesystem>
#include <map>
#include <thread>

#include "cone/base/errors.hpp"
#include "cone/cli/doctor.hpp"
#include "cone/cli/run_ranks.hpp"
#include "cone/data/file.hpp"
#include "cone/data/idx.hpp"

namespace cone::cli {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kMemoryPerRankMiB = 600;  // measured: a rank of the demo peaks below this
constexpr std::uint64_t kDiskMiB = 1024;

std::uint32_t ranks_of(const config::Config& config) {
    return static_cast<std::uint32_t>(plan_of(config).world_size());
}

Finding cores(const config::Config& config) {
    const auto have = std::thread::hardware_concurrency();
    const std::string detail = std::to_string(have) + " cores for " + std::to_string(ranks_of(config)) + " ranks";
    if (have >= ranks_of(config)) {
        return {"cores", Verdict::Pass, detail, ""};
    }
    return {"cores", Verdict::Warn, detail, "fine for the demo (mpirun --oversubscribe); give every rank a core for speed"};
}

Finding memory(const config::Config& config) {
    const auto pages = static_cast<std::uint64_t>(sysconf(_SC_AVPHYS_PAGES));
    const std::uint64_t have = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / kMiB;
    const std::uint64_t need = kMemoryPerRankMiB * ranks_of(config);
    const std::string detail = std::to_string(have) + " MiB free, " + std::to_string(need) + " MiB wanted";
    return have >= need ? Finding{"memory", Verdict::Pass, detail, ""}
                        : Finding{"memory", Verdict::Warn, detail, "fewer executors, or spread the ranks over nodes"};
}

Finding store_writable(const std::filesystem::path& store) {
    try {
        std::filesystem::create_directories(store);
        const auto file = store / (".doctor-" + std::to_string(getpid()));
        const Bytes mark{1};
        data::write_file_atomically(file, mark);
        std::filesystem::remove(file);
        return {"store", Verdict::Pass, store.string() + " can be written", ""};
    } catch (const std::exception& error) {
        return {"store", Verdict::Fail, error.what(), "set output.dir or data.store to a folder you can write to"};
    }
}

Finding disk(const std::filesystem::path& store) {
    std::error_code error;
    const auto space = std::filesystem::space(store, error);
    const std::string detail = std::to_string(space.available / kMiB) + " MiB free in " + store.string();
    if (!error && space.available / kMiB >= kDiskMiB) {
        return {"disk", Verdict::Pass, detail, ""};
    }
    return {"disk", Verdict::Warn, detail, "at least " + std::to_string(kDiskMiB) + " MiB for shards, states and logs"};
}

// f_type values of statfs(2) on which rename and fsync promise less than on a local disk.
Finding file_system(const std::filesystem::path& store) {
    static const std::map<long, std::string> kRemote = {
        {0x6969, "NFS"}, {0x0BD00BD0, "Lustre"}, {0xFF534D42, "CIFS"}, {0x65735546, "FUSE"}};
    struct statfs info {};
    if (statfs(store.c_str(), &info) != 0) {
        return {"file system", Verdict::Warn, "unknown", "check that " + store.string() + " exists"};
    }
    const auto remote = kRemote.find(static_cast<long>(info.f_type));
    if (remote == kRemote.end()) {
        return {"file system", Verdict::Pass, "local", ""};
    }
    return {"file system", Verdict::Warn, remote->second, "shared stores work, but keep the bridge's cursor on a local disk"};
}

Finding locale() {
    const std::string point = std::localeconv()->decimal_point;
    return point == "." ? Finding{"locale", Verdict::Pass, "decimal point '.'", ""}
                        : Finding{"locale", Verdict::Fail, "decimal point '" + point + "'", "export LC_ALL=C.UTF-8"};
}

}  // namespace

std::vector<Finding> check_system(const config::Config& config) {
    const auto store = config::store_dir(config);
    return {cores(config), memory(config), store_writable(store), disk(store), file_system(store), locale()};
}

std::vector<Finding> check_data(const config::Config& config) {
    const std::uint64_t need =
        std::uint64_t{config.data.sellers} * config.data.images_per_seller + config.data.validation_images;
    try {
        const auto sets = data::read_mnist_folder(config.data.dir, 10);
        const std::string detail =
            std::to_string(sets.train.images) + " training and " + std::to_string(sets.test.images) + " test images";
        if (sets.train.images >= need && sets.test.images >= config.data.test_images) {
            return {{"data", Verdict::Pass, detail, ""}};
        }
        return {{"data", Verdict::Fail, detail + ", " + std::to_string(need) + " wanted",
                 "lower data.sellers or data.images_per_seller"}};
    } catch (const Error& error) {
        return {{"data", Verdict::Fail, error.what(),
                 error.hint().empty() ? "point data.dir to the four IDX files" : error.hint()}};
    }
}

}  // namespace cone::cli
