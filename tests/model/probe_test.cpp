// A profile is honoured only when every field and the known answer agree.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/probe.hpp"

#include <gmock/gmock.h>

namespace cone::model {
namespace {

using testing::HasSubstr;

const job::ExecutionProfile& profile_here() {
    static const auto kProfile = make_profile("avx2");
    return kProfile;
}

TEST(Profile, OfThisMachineIsHonouredHere) {
    EXPECT_EQ(check_profile(profile_here()), std::nullopt);
    EXPECT_EQ(profile_here().engine_version, "2.11.0");
    EXPECT_FALSE(profile_here().probe.is_zero());
    EXPECT_EQ(execution_probe(), profile_here().probe);
}

TEST(Profile, RefusesEachFieldThatDiffersByName) {
    const auto refusal = [](auto change) {
        auto profile = profile_here();
        change(profile);
        return check_profile(profile).value_or("accepted");
    };

    EXPECT_THAT(refusal([](auto& p) { p.engine = "jax"; }), HasSubstr("engine is libtorch here, the job asks for jax"));
    EXPECT_THAT(refusal([](auto& p) { p.engine_version = "2.10.0"; }), HasSubstr("engine_version"));
    EXPECT_THAT(refusal([](auto& p) { p.operator_set = "libtorch/2"; }), HasSubstr("operator_set"));
    EXPECT_THAT(refusal([](auto& p) { p.threads = 2; }), HasSubstr("threads is 1 here"));
    EXPECT_THAT(refusal([](auto& p) { p.isa = "avx512"; }), HasSubstr("isa: "));
    EXPECT_THAT(refusal([](auto& p) { p.isa = "vax"; }), HasSubstr("unknown instruction-set class \"vax\""));
    EXPECT_THAT(refusal([](auto& p) { p.probe.bytes[31] ^= 1; }), HasSubstr("this machine computes other bits"));
}

}  // namespace
}  // namespace cone::model
