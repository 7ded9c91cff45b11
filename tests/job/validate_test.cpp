// validate() names the first bad field; the table has a bad value for every bound.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "cone/job/job_spec.hpp"
#include "cone/job/lead.hpp"
#include "cone/job/presets.hpp"
#include "tests/support/sample_spec.hpp"

namespace cone::job {
namespace {

using test::sample_spec;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct BadSpec {
    const char* field;
    const char* fragment;  ///< of "reason; hint"
    std::function<void(JobSpec&)> change;
};

std::vector<BadSpec> bad_text_and_choices() {
    return {
        {"name", "is not a name", [](auto& s) { s.name = ""; }},
        {"name", "1 to 64", [](auto& s) { s.name = std::string(65, 'a'); }},
        {"name", "\"a/b\"", [](auto& s) { s.name = "a/b"; }},
        {"name", "\"a?b\"", [](auto& s) { s.name = "a\nb"; }},
        {"name", "\"??\"", [](auto& s) { s.name = "\xc3\xa9"; }},
        {"model.layers", "is 0", [](auto& s) { s.model.layers.clear(); }},
        {"model.layers", "is 513", [](auto& s) { s.model.layers.assign(513, "relu"); }},
        {"model.layers", "no line of text", [](auto& s) { s.model.layers[1] = ""; }},
        {"model.layers", "\"re?lu\"", [](auto& s) { s.model.layers[1] = "re\nlu"; }},
        {"model.layers", "1 to 128", [](auto& s) { s.model.layers[1] = std::string(129, 'a'); }},
        {"local.optimiser", "sgd, adam or adamw", [](auto& s) { s.local.optimiser = OptimiserKind{3}; }},
        {"local.virtual_shards", "5 shards do not divide a batch of 32", [](auto& s) { s.local.virtual_shards = 5; }},
        {"local.virtual_shards", "is 0", [](auto& s) { s.local.virtual_shards = 0; }},
        {"local.max_gradient_norm", "choose a number", [](auto& s) { s.local.max_gradient_norm = -1; }},
        {"local.max_gradient_norm", "nan", [](auto& s) { s.local.max_gradient_norm = kNan; }},
        {"osmd.aggregation", "c-osmd, osmd-dm or fedavg", [](auto& s) { s.osmd.aggregation = Aggregation{3}; }},
        {"agreement.growth", "doubling, d2m or lead", [](auto& s) { s.agreement.growth = Growth{3}; }},
        {"profile.engine", "choose exact or libtorch", [](auto& s) { s.profile.engine = "tensorflow"; }},
        {"profile.engine_version", "is not a name", [](auto& s) { s.profile.engine_version = ""; }},
        {"profile.engine_version", "\"2 11\"", [](auto& s) { s.profile.engine_version = "2 11"; }},
        {"profile.operator_set", "choose exact/1 or libtorch/1", [](auto& s) { s.profile.operator_set = "libtorch/9"; }},
        {"profile.operator_set", "does not belong", [](auto& s) { s.profile.operator_set = "libtorch/1"; }},
        {"profile.isa", "any, default, avx2 or avx512", [](auto& s) { s.profile.isa = "sse9"; }},
        {"profile.isa", "exact goes with any", [](auto& s) { s.profile.isa = "avx2"; }},
        {"validation_root", "zero", [](auto& s) { s.validation_root = {}; }},
        {"test_root", "zero", [](auto& s) { s.test_root = {}; }},
        {"profile.probe", "cone submit", [](auto& s) { s.profile.probe = {}; }},
    };
}

std::vector<BadSpec> bad_numbers() {
    return {
        {"model.channels", "from 1 to 16", [](auto& s) { s.model.channels = 0; }},
        {"model.channels", "is 17", [](auto& s) { s.model.channels = 17; }},
        {"model.height", "is 0", [](auto& s) { s.model.height = 0; }},
        {"model.height", "is 1025", [](auto& s) { s.model.height = 1025; }},
        {"model.width", "is 0", [](auto& s) { s.model.width = 0; }},
        {"model.width", "is 4294967295", [](auto& s) { s.model.width = ~0u; }},
        {"model.classes", "is 1", [](auto& s) { s.model.classes = 1; }},
        {"model.classes", "is 257", [](auto& s) { s.model.classes = 257; }},
        {"local.epochs", "is 0", [](auto& s) { s.local.epochs = 0; }},
        {"local.epochs", "is 1001", [](auto& s) { s.local.epochs = 1001; }},
        {"local.batch", "is 0", [](auto& s) { s.local.batch = 0; }},
        {"local.batch", "is 65537", [](auto& s) { s.local.batch = 65537; }},
        {"osmd.draws", "is 0", [](auto& s) { s.osmd.draws = 0; }},
        {"osmd.draws", "is 65537", [](auto& s) { s.osmd.draws = 65537; }},
        {"schedule.rounds", "is 0", [](auto& s) { s.schedule.rounds = 0; }},
        {"schedule.rounds", "is 1000001", [](auto& s) { s.schedule.rounds = 1'000'001; }},
        {"schedule.rounds_per_segment", "is 0", [](auto& s) { s.schedule.rounds_per_segment = 0; }},
        {"schedule.rounds_per_segment", "divisor of 6", [](auto& s) { s.schedule.rounds_per_segment = 4; }},
        {"schedule.rounds_per_segment", "divisor of 6", [](auto& s) { s.schedule.rounds_per_segment = 12; }},
        {"schedule.rounds_per_segment", "65535", [](auto& s) { s.schedule = {.rounds = 65536, .rounds_per_segment = 1}; }},
        {"agreement.lead", "is 0", [](auto& s) { s.agreement.lead = 0; }},
        {"agreement.lead", "at least 3", [](auto& s) { s.agreement.lead = 2; }},
        {"agreement.lead", "at least 23", [](auto& s) { s.agreement.fault_share = 0.4667; }},
        {"agreement.lead", "is 65536", [](auto& s) { s.agreement.lead = 65536; }},
        {"agreement.min_size", "is 0", [](auto& s) { s.agreement.min_size = 0; }},
        {"agreement.min_size", "is 65536", [](auto& s) { s.agreement.min_size = 65536; }},
        {"agreement.c_den", "is 0", [](auto& s) { s.agreement.c_den = 0; }},
        {"agreement.c_num", "is 0", [](auto& s) { s.agreement.c_num = 0; }},
        {"agreement.c_num", "c = 2/3 is below 1", [](auto& s) { s.agreement.c_num = 2, s.agreement.c_den = 3; }},
        {"min_sellers", "is 0", [](auto& s) { s.min_sellers = 0; }},
        {"min_sellers", "is 65536", [](auto& s) { s.min_sellers = 65536; }},
        {"threshold_bp", "from 0 to 10000", [](auto& s) { s.threshold_bp = 10001; }},
        {"profile.threads", "must be 1", [](auto& s) { s.profile.threads = 0; }},
        {"profile.threads", "must be 1", [](auto& s) { s.profile.threads = 2; }},
        {"profile.block", "is 0", [](auto& s) { s.profile.block = 0; }},
        {"profile.block", "is 8", [](auto& s) { s.profile.block = 8; }},
        {"profile.block", "no power of two", [](auto& s) { s.profile.block = 1000; }},
        {"profile.block", "is 2097152", [](auto& s) { s.profile.block = 1u << 21; }},
    };
}

void expect_refused(const BadSpec& bad) {
    JobSpec spec = sample_spec();
    bad.change(spec);
    const auto problem = validate(spec);
    ASSERT_TRUE(problem.has_value()) << bad.field << ", " << bad.fragment;
    EXPECT_EQ(problem->field, bad.field) << bad.fragment;
    EXPECT_THAT(problem->reason + "; " + problem->hint, testing::HasSubstr(bad.fragment));
    EXPECT_FALSE(problem->hint.empty());
}

TEST(Validate, AcceptsTheSample) {
    EXPECT_FALSE(validate(sample_spec()).has_value());
}

TEST(Validate, NamesBadTextAndChoices) {
    for (const BadSpec& bad : bad_text_and_choices()) {
        expect_refused(bad);
    }
}

TEST(Validate, NamesBadNumbers) {
    for (const BadSpec& bad : bad_numbers()) {
        expect_refused(bad);
    }
}

struct RealField {
    const char* name;
    double& (*of)(JobSpec&);
    std::vector<double> bad;
    std::vector<double> good;
};

/// NaN, infinities, negatives and -0.0 are bad for every one of them.
std::vector<RealField> real_fields() {
    return {
        {"local.learning_rate", [](JobSpec& s) -> double& { return s.local.learning_rate; }, {0, 10.5}, {1e-9, 10}},
        {"local.momentum", [](JobSpec& s) -> double& { return s.local.momentum; }, {1, 2}, {0, 0.999}},
        {"local.weight_decay", [](JobSpec& s) -> double& { return s.local.weight_decay; }, {1.1}, {0, 1}},
        {"local.learning_rate_decay", [](JobSpec& s) -> double& { return s.local.learning_rate_decay; }, {0, 1.1}, {1e-9, 1}},
        {"osmd.alpha", [](JobSpec& s) -> double& { return s.osmd.alpha; }, {0, 1.1}, {1e-9, 1}},
        {"osmd.eta", [](JobSpec& s) -> double& { return s.osmd.eta; }, {0, 1001}, {1e-9, 1000}},
        {"osmd.clip", [](JobSpec& s) -> double& { return s.osmd.clip; }, {0, 1001}, {1e-9, 1000}},
        {"agreement.fault_share", [](JobSpec& s) -> double& { return s.agreement.fault_share; }, {0, 0.5, 1}, {1e-9, 0.25}},
        {"agreement.error_target", [](JobSpec& s) -> double& { return s.agreement.error_target; }, {0, 0.5, 1}, {0.04, 0.499}},
    };
}

TEST(Validate, NamesEveryRealOutOfRange) {
    for (const RealField& field : real_fields()) {
        std::vector<double> bad = field.bad;
        bad.insert(bad.end(), {kNan, kInfinity, -kInfinity, -1, -0.0});
        for (const double value : bad) {
            JobSpec spec = sample_spec();
            field.of(spec) = value;
            const auto problem = validate(spec);
            ASSERT_TRUE(problem.has_value()) << field.name << " = " << value;
            EXPECT_EQ(problem->field, field.name) << value;
        }
        for (const double value : field.good) {
            JobSpec spec = sample_spec();
            field.of(spec) = value;
            EXPECT_FALSE(validate(spec).has_value()) << field.name << " = " << value;
        }
    }
}

TEST(Validate, NamesTheFirstOfSeveral) {
    JobSpec spec = sample_spec();
    spec.profile.threads = 9;
    spec.osmd.draws = 0;
    spec.min_sellers = 0;
    EXPECT_EQ(validate(spec)->field, "osmd.draws");
    EXPECT_EQ(validate(JobSpec{})->field, "name");
}

/// Known answers: the table of the lead rule, and quotients that are whole in decimal.
TEST(RequiredLead, GivesTheFormulasValues) {
    EXPECT_EQ(required_lead(0.25, 0.05), 3u);
    EXPECT_EQ(required_lead(0.25, 0.1), 2u);
    EXPECT_EQ(required_lead(0.1, 0.1), 1u);
    EXPECT_EQ(required_lead(0.1, 0.01), 3u);
    EXPECT_EQ(required_lead(0.2, 0.001), 5u);
    EXPECT_EQ(required_lead(0.4, 0.01), 12u);
    EXPECT_EQ(required_lead(0.01, 0.49), 1u);
}

TEST(RequiredLead, IsNeverReachedOutsideTheDomain) {
    constexpr auto kNever = std::numeric_limits<std::uint32_t>::max();
    for (const double bad : {0.0, 0.5, 1.0, -0.1, kNan, kInfinity}) {
        EXPECT_EQ(required_lead(bad, 0.05), kNever) << bad;
        EXPECT_EQ(required_lead(0.25, bad), kNever) << bad;
    }
    EXPECT_EQ(required_lead(std::nextafter(0.5, 0), 1e-300), kNever);
}

}  // namespace
}  // namespace cone::job
