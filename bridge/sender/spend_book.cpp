// A text file of lines "v1 NONCE CLASS FROM UNTIL TIME WEI".
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/spend_book.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include "cone/base/errors.hpp"

namespace cone::sender {
namespace {

constexpr std::uint64_t kDay = 86'400;
constexpr auto kFormat = "v1";

std::string line_of(const Spend& spend) {
    std::ostringstream out;
    out << kFormat << ' ' << spend.nonce << ' ' << to_string(spend.fee_class) << ' ' << spend.term.from << ' '
        << spend.term.until << ' ' << spend.at << ' ' << spend.wei << '\n';
    return out.str();
}

std::optional<FeeClass> class_from(const std::string& name) {
    for (const FeeClass fee_class : {FeeClass::Dispute, FeeClass::Commit, FeeClass::Payout}) {
        if (name == to_string(fee_class)) {
            return fee_class;
        }
    }
    return std::nullopt;
}

std::optional<U256> wei_from(const std::string& digits) {
    const bool decimal = !digits.empty() && digits.size() <= 60 && digits.find_first_not_of("0123456789") == std::string::npos;
    const bool octal = digits.size() > 1 && digits[0] == '0';  // as the number's own reader would take it
    return decimal && !octal ? std::optional(U256(digits)) : std::nullopt;
}

std::optional<Spend> spend_from(const std::string& line) {
    std::istringstream in(line);
    std::string version;
    std::string name;
    std::string digits;
    Spend spend;
    in >> version >> spend.nonce >> name >> spend.term.from >> spend.term.until >> spend.at >> digits;
    const auto fee_class = class_from(name);
    const auto wei = wei_from(digits);
    if (!in || !fee_class || !wei) {
        return std::nullopt;
    }
    spend.fee_class = *fee_class;
    spend.wei = *wei;
    return line_of(spend) == line + '\n' ? std::optional(spend) : std::nullopt;
}

/// Throws EnvironmentError; `flags` say whether it is appended or made anew.
void write_text(const std::filesystem::path& file, int flags, const std::string& text, bool wait_for_disk) {
    const int fd = ::open(file.c_str(), flags | O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         (!wait_for_disk || ::fdatasync(fd) == 0);
    const int why = errno;
    if (fd >= 0) {
        ::close(fd);
    }
    if (!written) {
        throw EnvironmentError("cannot write what was spent to " + file.string() + ": " + std::strerror(why),
                               "free space on its disk or mend its folder; nothing is sent until then");
    }
}

}  // namespace

SpendBook::SpendBook(std::filesystem::path file) : file_(std::move(file)) {
    if (!file_.empty()) {
        load();
        compact();
    }
}

void SpendBook::load() {
    std::ifstream in(file_);
    std::string line;
    while (std::getline(in, line) && !in.eof()) {
        const auto spend = spend_from(line);
        if (!spend) {
            throw DataError("'" + line.substr(0, 80) + "' in " + file_.string() + " is no line of a spend book",
                            "move the file away: the day's budgets then begin anew");
        }
        spends_[spend->nonce] = *spend;
    }
}

/// Nobody asks for what is older than a day.
void SpendBook::compact() {
    std::uint64_t newest = 0;
    for (const auto& [nonce, spend] : spends_) {
        newest = std::max(newest, spend.at);
    }
    std::erase_if(spends_, [&](const auto& entry) { return entry.second.at + 2 * kDay < newest; });
    std::string text;
    for (const auto& [nonce, spend] : spends_) {
        text += line_of(spend);
    }
    std::filesystem::create_directories(file_.parent_path());
    const std::filesystem::path fresh = file_.string() + ".new";
    write_text(fresh, O_TRUNC, text, true);
    std::filesystem::rename(fresh, file_);
}

void SpendBook::write(const Spend& spend, bool wait_for_disk) {
    if (!file_.empty()) {
        std::error_code ignored;
        const auto whole = std::filesystem::file_size(file_, ignored);
        try {
            write_text(file_, O_APPEND, line_of(spend), wait_for_disk);
        } catch (const EnvironmentError&) {
            std::filesystem::resize_file(file_, whole, ignored);  // half a line must not meet the next one
            throw;
        }
    }
    spends_[spend.nonce] = spend;
}

std::optional<Spend> SpendBook::of(std::uint64_t nonce) const {
    const auto found = spends_.find(nonce);
    return found == spends_.end() ? std::nullopt : std::optional(found->second);
}

U256 SpendBook::spent(FeeClass fee_class, std::uint64_t now, std::uint64_t except) const {
    U256 sum = 0;
    for (const auto& [nonce, spend] : spends_) {
        if (spend.fee_class == fee_class && nonce != except && spend.at + kDay > now) {
            sum += spend.wei;
        }
    }
    return sum;
}

}  // namespace cone::sender
