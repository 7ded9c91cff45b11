// A profile is honoured only when every field and the known answer agree.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/profile.hpp"

#include <gmock/gmock.h>

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
