// Files by way of cone/data's atomic write; the link by way of a rename.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/run_folder.hpp"

#include <unistd.h>

#include <string>
#include <system_error>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/report/receipt_json.hpp"
#include "cone/report/report_html.hpp"
#include "cone/report/result_json.hpp"

namespace cone::report {
namespace {

void write_text(const std::filesystem::path& file, const std::string& text) {
    data::write_file_atomically(file, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void require(const std::error_code& error, const std::string& what) {
    if (error) {
        throw EnvironmentError(what + ": " + error.message(), "check the folder's owner and the free space");
    }
}

/// Reads a document and says which file it was when it is malformed.
template <class Read>
auto load(const std::filesystem::path& file, Read read) {
    const Bytes bytes = data::read_file(file);
    try {
        return read(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    } catch (const DataError& error) {
        throw DataError(file.string() + ": " + error.what(), error.hint());
    }
}

}  // namespace

RunFolder run_folder(const std::filesystem::path& root, JobId job) {
    return {root / ("job-" + std::to_string(job.value))};
}

void create_folder(const RunFolder& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder.path, error);
    require(error, folder.path.string() + ": cannot create the folder");
}

void publish(const RunFolder& folder, const RunResult& result, const Receipt& receipt) {
    write_text(folder.result(), to_json(result));
    write_text(folder.receipt(), to_json(receipt));
    write_text(folder.page(), write_report_html(result));
    point_latest_at(folder);
}

void point_latest_at(const RunFolder& folder) {
    const std::filesystem::path latest = folder.path.parent_path() / "latest";
    const std::filesystem::path fresh = latest.string() + "." + std::to_string(::getpid());
    std::error_code error;
    std::filesystem::remove(fresh, error);
    std::filesystem::create_directory_symlink(folder.path.filename(), fresh, error);
    require(error, fresh.string() + ": cannot create the link");
    std::filesystem::rename(fresh, latest, error);
    if (error) {
        std::error_code ignored;
        std::filesystem::remove(fresh, ignored);
    }
    require(error, latest.string() + ": cannot turn the link to the new run");
}

RunResult load_result(const std::filesystem::path& file) {
    return load(file, [](std::string_view text) { return result_from_json(text); });
}

Receipt load_receipt(const std::filesystem::path& file) {
    return load(file, [](std::string_view text) { return receipt_from_json(text); });
}

}  // namespace cone::report
