// The summary, line by line.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/summary.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <numeric>
#include <vector>

#include "cone/report/result_json.hpp"

namespace cone::report {
namespace {

constexpr std::size_t kNamesShown = 6;

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof(text), "%.*f", decimals, value);
    return text;
}

std::string percent(double basis_points) {
    return fixed(basis_points / 100.0, 2) + "%";
}

std::string counted(std::size_t number, const std::string& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string line(const std::string& name, const std::string& text) {
    return "  " + name + std::string(name.size() < 11 ? 11 - name.size() : 1, ' ') + text + "\n";
}

std::vector<Payout> credits_of(const RunResult& result, const std::string& role) {
    std::vector<Payout> credits;
    std::copy_if(result.payouts.begin(), result.payouts.end(), std::back_inserter(credits),
                 [&](const Payout& payout) { return payout.role == role && payout.wei > Wei(); });
    std::stable_sort(credits.begin(), credits.end(), [](const Payout& a, const Payout& b) { return a.wei > b.wei; });
    return credits;
}

Wei total_of(const std::vector<Payout>& credits) {
    return std::accumulate(credits.begin(), credits.end(), Wei(),
                           [](Wei sum, const Payout& credit) { return sum + credit.wei; });
}

/// "2.1 ETH: seller 5 0.5, seller 2 0.4, ... and 2 others", the largest first.
std::string payees(const std::vector<Payout>& credits) {
    std::string text = to_ether_string(total_of(credits)) + " ETH";
    for (std::size_t i = 0; i < std::min(credits.size(), kNamesShown); ++i) {
        const std::string name = credits[i].label.empty() ? to_hex(credits[i].address) : credits[i].label;
        text += (i == 0 ? ": " : ", ") + name + " " + to_ether_string(credits[i].wei);
    }
    return credits.size() > kNamesShown ? text + " and " + counted(credits.size() - kNamesShown, "other") : text;
}

std::string accuracy(const RunResult& result) {
    if (result.rounds.empty()) {
        return "none: no round was accepted";
    }
    return percent(final_metric_bp(result)) + " after " + counted(result.rounds.size(), "round") + " (asked for " +
           percent(result.spec.threshold_bp) + ")";
}

std::string corrupted(const RunResult& result) {
    Wei bad;
    Wei all;
    std::size_t number = 0;
    for (const SellerView& seller : result.sellers) {
        all += seller.paid;
        bad += seller.corrupted ? seller.paid : Wei();
        number += seller.corrupted ? 1 : 0;
    }
    const std::string share =
        all == Wei() ? "nothing, like all others"
                     : percent(static_cast<double>(mul_div_down(bad, 10'000, all.value).value)) + " of the sellers' pay";
    return number == 0 ? "" : line("corrupted", counted(number, "seller") + " got " + share);
}

std::string caught(const RunResult& result) {
    std::string text;
    for (const FaultCaught& fault : result.faults_caught) {
        const std::string slashed =
            fault.slashed ? ", " + to_ether_string(fault.slashed_wei) + " ETH slashed" : ", not slashed";
        text += line(text.empty() ? "caught" : "", "executor " + std::to_string(fault.executor_index) + " in segment " +
                                                       std::to_string(fault.segment.value) + ": " + fault.kind + slashed);
    }
    return text.empty() ? line("caught", "nobody") : text;
}

std::string times(const RunResult& result) {
    std::string parts;
    for (const auto& [name, seconds] : result.wall_seconds) {
        if (name != "total") {
            parts += (parts.empty() ? "" : ", ") + name + " " + fixed(seconds, 1) + " s";
        }
    }
    const auto total = result.wall_seconds.find("total");
    return total == result.wall_seconds.end() ? parts : fixed(total->second, 1) + " s (" + parts + ")";
}

}  // namespace

std::string summary(const RunResult& result, const std::filesystem::path& folder) {
    std::string text = "job " + std::to_string(result.job.value) + " (" + result.name + "): " + result.status + "\n";
    text += line("accuracy", accuracy(result));
    text += line("escrow", to_ether_string(result.escrow) + " ETH");
    text += line("sellers", payees(credits_of(result, "seller")));
    text += line("executors", payees(credits_of(result, "executor")));
    text += line("refund", payees(credits_of(result, "buyer-refund")));
    text += corrupted(result);
    text += caught(result);
    text += line("time", times(result));
    text += line("report", (folder / "report.html").string());
    text += line("check", "cone verify --receipt " + (folder / "receipt.json").string());
    return text;
}

}  // namespace cone::report
