// Which job specs make sense: each field in its range, then what must fit together.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <sstream>

#include "cone/job/job_spec.hpp"
#include "cone/job/lead.hpp"
#include "cone/job/names.hpp"

namespace cone::job {
namespace {

/// Widths of the contract's Request (contracts/src/Types.sol).
constexpr std::uint32_t kMostU16 = std::numeric_limits<std::uint16_t>::max();

/// An interval of doubles; an open end is not part of it. All our bounds are >= 0, so -0.0 is refused with the negatives:
/// it equals 0.0 but has other canonical bytes.
struct Interval {
    double low, high;
    bool open_low = false, open_high = false;

    [[nodiscard]] bool contains(double value) const {
        return (open_low ? value > low : value >= low) && (open_high ? value < high : value <= high) && !std::signbit(value);
    }
    [[nodiscard]] std::string text() const {
        std::ostringstream out;
        out << (open_low ? '(' : '[') << low << ", " << high << (open_high ? ')' : ']');
        return out.str();
    }
};

std::string shown(double value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

/// Remembers the first problem and ignores what comes after it.
class Check {
public:
    void require(bool good, const char* field, const std::string& reason, const std::string& hint) {
        if (!good && !problem_) {
            problem_ = SpecProblem{field, reason, hint};
        }
    }
    void range(const char* field, std::uint32_t value, std::uint32_t low, std::uint32_t high) {
        require(value >= low && value <= high, field, "is " + std::to_string(value),
                low == high ? "must be " + std::to_string(low)
                            : "choose a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    void range(const char* field, double value, const Interval& allowed) {
        require(allowed.contains(value), field, "is " + shown(value), "choose a number in " + allowed.text());
    }
    void one_of(const char* field, const std::string& value, std::span<const std::string_view> known) {
        require(std::find(known.begin(), known.end(), value) != known.end(), field, "\"" + printable(value) + "\" is unknown",
                "choose " + list_choices(known));
    }
    void word(const char* field, const std::string& value, std::string_view extra) {
        const bool good = !value.empty() && value.size() <= kMostCharacters &&
                          std::all_of(value.begin(), value.end(),
                                      [&](char c) { return is_letter_or_digit(c) || extra.find(c) != extra.npos; });
        require(good, field, "\"" + printable(value) + "\" is not a name",
                "use 1 to 64 of a-z, A-Z, 0-9 and " + std::string(extra));
    }
    void line(const char* field, const std::string& value) {
        const bool good = !value.empty() && value.size() <= 2 * kMostCharacters &&
                          std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
        require(good, field, "\"" + printable(value) + "\" is no line of text", "use 1 to 128 printable characters a layer");
    }
    void not_zero(const char* field, const Hash32& value, const char* hint) {
        require(!value.is_zero(), field, "is zero", hint);
    }

    [[nodiscard]] std::optional<SpecProblem> take() { return std::move(problem_); }

private:
    static constexpr std::size_t kMostCharacters = 64;

    static bool is_letter_or_digit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
    /// What may go to a terminal or a log: at most 64 characters, foreign bytes as '?'.
    static std::string printable(const std::string& value) {
        std::string text = value.substr(0, kMostCharacters);
        std::replace_if(
            text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
        return text;
    }

    std::optional<SpecProblem> problem_;
};

std::uint32_t narrow_count(std::size_t count) {
    return static_cast<std::uint32_t>(std::min<std::size_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

void check_model(Check& check, const ModelSpec& model) {
    check.range("model.layers", narrow_count(model.layers.size()), 1, 512);
    for (const auto& layer : model.layers) {
        check.line("model.layers", layer);
    }
    check.range("model.channels", model.channels, 1, 16);
    check.range("model.height", model.height, 1, 1024);
    check.range("model.width", model.width, 1, 1024);
    check.range("model.classes", model.classes, 2, 256);
}

void check_local(Check& check, const LocalTraining& local) {
    check.range("local.epochs", local.epochs, 1, 1000);
    check.range("local.batch", local.batch, 1, 65536);
    check.range("local.learning_rate", local.learning_rate, {.low = 0, .high = 10, .open_low = true});
    check.range("local.momentum", local.momentum, {.low = 0, .high = 1, .open_high = true});
    check.range("local.weight_decay", local.weight_decay, {.low = 0, .high = 1});
    check.require(local.optimiser <= OptimiserKind::AdamW, "local.optimiser", "is none of the known rules",
                  "choose " + list_choices(kOptimiserNames));
    check.range("local.max_gradient_norm", local.max_gradient_norm, {.low = 0, .high = 1e9});
    check.range("local.virtual_shards", local.virtual_shards, 1, 1024);
    check.require(local.virtual_shards == 0 || local.batch % local.virtual_shards == 0, "local.virtual_shards",
                  std::to_string(local.virtual_shards) + " shards do not divide a batch of " + std::to_string(local.batch),
                  "choose a divisor of the batch");
    check.range("local.learning_rate_decay", local.learning_rate_decay, {.low = 0, .high = 1, .open_low = true});
}

void check_osmd(Check& check, const OsmdSpec& osmd) {
    check.require(osmd.aggregation <= Aggregation::FedAvg, "osmd.aggregation", "is none of the known rules",
                  "choose " + list_choices(kAggregationNames));
    check.range("osmd.draws", osmd.draws, 1, 65536);
    check.range("osmd.alpha", osmd.alpha, {.low = 0, .high = 1, .open_low = true});
    check.range("osmd.eta", osmd.eta, {.low = 0, .high = 1000, .open_low = true});
    check.range("osmd.clip", osmd.clip, {.low = 0, .high = 1000, .open_low = true});
}

void check_schedule(Check& check, const Schedule& schedule) {
    check.range("schedule.rounds", schedule.rounds, 1, 1'000'000);
    check.range("schedule.rounds_per_segment", schedule.rounds_per_segment, 1, 1'000'000);
    const std::uint32_t step = std::max(schedule.rounds_per_segment, 1u);
    check.require(schedule.rounds % step == 0, "schedule.rounds_per_segment",
                  std::to_string(schedule.rounds) + " rounds do not divide into segments of " + std::to_string(step),
                  "choose a divisor of " + std::to_string(schedule.rounds));
    check.require(schedule.rounds / step <= kMostU16, "schedule.rounds_per_segment",
                  "makes " + std::to_string(schedule.rounds / step) + " segments, the contract counts to 65535",
                  "put more rounds into a segment");
}

void check_lead(Check& check, const AgreementSpec& agreement) {
    const Interval half{.low = 0, .high = 0.5, .open_low = true, .open_high = true};
    check.range("agreement.fault_share", agreement.fault_share, half);
    check.range("agreement.error_target", agreement.error_target, half);
    check.range("agreement.lead", agreement.lead, 1, kMostU16);
    const std::uint32_t needed = required_lead(agreement.fault_share, agreement.error_target);
    check.require(agreement.lead >= needed, "agreement.lead",
                  std::to_string(agreement.lead) + " is below what f = " + shown(agreement.fault_share) +
                      " and beta = " + shown(agreement.error_target) + " ask for",
                  "use at least " + std::to_string(needed));
}

void check_growth(Check& check, const AgreementSpec& agreement) {
    check.require(agreement.growth <= Growth::Lead, "agreement.growth", "is none of the known policies",
                  "choose " + list_choices(kGrowthNames));
    check.range("agreement.min_size", agreement.min_size, 1, kMostU16);
    check.range("agreement.c_den", agreement.c_den, 1, kMostU16);
    check.range("agreement.c_num", agreement.c_num, 1, kMostU16);
    check.require(agreement.c_num >= agreement.c_den, "agreement.c_num",
                  "c = " + std::to_string(agreement.c_num) + "/" + std::to_string(agreement.c_den) + " is below 1",
                  "use at least " + std::to_string(agreement.c_den));
}

void check_profile(Check& check, const ExecutionProfile& profile) {
    check.one_of("profile.engine", profile.engine, kEngines);
    check.word("profile.engine_version", profile.engine_version, ".+-_");
    check.one_of("profile.operator_set", profile.operator_set, kOperatorSets);
    check.require(profile.operator_set == profile.engine + "/1", "profile.operator_set",
                  "does not belong to the engine \"" + profile.engine + "\"", "use " + profile.engine + "/1");
    check.one_of("profile.isa", profile.isa, kIsaClasses);
    check.require((profile.engine == "exact") == (profile.isa == "any"), "profile.isa",
                  "the engine \"" + profile.engine + "\" does not go with the class \"" + profile.isa + "\"",
                  "exact goes with any, libtorch with avx2 or avx512");
    check.range("profile.threads", profile.threads, 1, 1);
    check.range("profile.block", profile.block, 16, 1u << 20);
    check.require(std::has_single_bit(profile.block), "profile.block", std::to_string(profile.block) + " is no power of two",
                  "use 1024");
    check.not_zero("profile.probe", profile.probe, "run the probe; `cone submit` does it");
}

}  // namespace

std::optional<SpecProblem> validate(const JobSpec& spec) {
    Check check;
    check.word("name", spec.name, "._-");
    check_model(check, spec.model);
    check_local(check, spec.local);
    check_osmd(check, spec.osmd);
    check_schedule(check, spec.schedule);
    check_lead(check, spec.agreement);
    check_growth(check, spec.agreement);
    check.range("min_sellers", spec.min_sellers, 1, kMostU16);
    check.range("threshold_bp", spec.threshold_bp, 0, 10000);
    check.not_zero("validation_root", spec.validation_root, "store the validation shard first");
    check.not_zero("test_root", spec.test_root, "store the test shard first");
    check_profile(check, spec.profile);
    return check.take();
}

}  // namespace cone::job
