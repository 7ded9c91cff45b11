// A profile is honoured only when every field and the known answer agree.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/profile.hpp"

#include <gmock/gmock.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "cone/base/errors.hpp"
#include "cone/job/presets.hpp"
#include "cone/model/exact_trainer.hpp"
#include "cone/model/probe.hpp"

namespace cone::training {
namespace {

using testing::HasSubstr;

std::string refusal(const job::ExecutionProfile& honest, void (*change)(job::ExecutionProfile&)) {
    auto profile = honest;
    change(profile);
    return check_profile(profile).value_or("accepted");
}

TEST(Profile, OfTheExactEngineIsAConstant) {
    const auto profile = make_profile("exact", "avx2");

    EXPECT_EQ(check_profile(profile), std::nullopt);
    EXPECT_EQ(profile.isa, "any");
    EXPECT_EQ(to_hex(profile.probe), "0x9b5770e41c5a62cc7b7c1ea779b921bd6df98711d481d36879f5c32d25b8a8f6");
}

TEST(Profile, TheReferenceGivesTheSameKnownAnswer) {
    EXPECT_EQ(model::execution_probe([](const job::ModelSpec& model) { return model::make_reference_trainer(model, 1024); }),
              make_profile("exact", "").probe);
}

TEST(Profile, RefusesEachFieldThatDiffersByName) {
    const auto honest = make_profile("exact", "");

    EXPECT_THAT(refusal(honest, [](auto& p) { p.engine = "jax"; }), HasSubstr("no engine \"jax\""));
    EXPECT_THAT(refusal(honest, [](auto& p) { p.engine_version = "2"; }),
                HasSubstr("engine_version is 1 here, the job asks for 2"));
    EXPECT_THAT(refusal(honest, [](auto& p) { p.operator_set = "exact/2"; }), HasSubstr("operator_set"));
    EXPECT_THAT(refusal(honest, [](auto& p) { p.isa = "avx2"; }), HasSubstr("isa is any here"));
    EXPECT_THAT(refusal(honest, [](auto& p) { p.threads = 2; }), HasSubstr("threads is 1 here"));
    EXPECT_THAT(refusal(honest, [](auto& p) { p.probe.bytes[31] ^= 1; }), HasSubstr("this machine computes other bits"));
}

#if defined(__SSE__)
/// A library built with -ffast-math sets these bits when it is loaded.
TEST(Profile, ExactIsRefusedWhereSubnormalsAreLost) {
    const auto honest = make_profile("exact", "");
    const unsigned before = _mm_getcsr();
    for (const unsigned lost : {0x8000u, 0x0040u, 0x6000u}) {  // flush to zero, denormals are zero, round towards zero
        _mm_setcsr(before | lost);
        const auto problem = check_profile(honest);
        bool is_made = true;
        try {
            (void)make_profile("exact", "");
        } catch (const EnvironmentError&) {
            is_made = false;
        }
        _mm_setcsr(before);
        EXPECT_THAT(problem.value_or("accepted"), HasSubstr("floating point: ")) << lost;
        EXPECT_FALSE(is_made) << lost;
    }
    EXPECT_EQ(check_profile(honest), std::nullopt);
}
#endif

TEST(Profile, HasNoTrainerForAnUnknownEngineOrLayer) {
    auto profile = make_profile("exact", "");
    EXPECT_THROW((void)make_trainer({.layers = {"convv"}}, profile), ConfigError);
    profile.engine = "jax";
    EXPECT_THROW((void)make_trainer({.layers = job::preset_layers("lenet5")}, profile), ConfigError);
}

#ifdef CONE_HAVE_LIBTORCH
TEST(Profile, LibtorchIsPinnedByVersionClassAndKnownAnswer) {
    const auto honest = make_profile("libtorch", "avx2");

    EXPECT_EQ(check_profile(honest), std::nullopt);
    EXPECT_EQ(honest.engine_version, "2.11.0");
    EXPECT_THAT(refusal(honest, [](auto& p) { p.engine_version = "2.10.0"; }), HasSubstr("engine_version"));
    EXPECT_THAT(refusal(honest, [](auto& p) { p.isa = "avx512"; }), HasSubstr("isa: "));
    EXPECT_THAT(refusal(honest, [](auto& p) { p.isa = "vax"; }), HasSubstr("unknown instruction-set class \"vax\""));
    EXPECT_THAT(refusal(honest, [](auto& p) { p.probe.bytes[31] ^= 1; }), HasSubstr("this machine computes other bits"));
}
#endif

}  // namespace
}  // namespace cone::training
