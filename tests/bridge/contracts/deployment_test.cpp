// The deployment file: what is written is read, what is broken is named.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/deployment.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "bridge/contracts/deploy.hpp"
#include "cone/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::contracts {
namespace {

Deployment example() {
    Deployment deployment{31337, 5, {}};
    for (std::size_t i = 0; i < kContracts.size(); ++i) {
        deployment.contracts[i].address.bytes[19] = static_cast<std::uint8_t>(i + 1);
        deployment.contracts[i].code_hash.bytes[0] = static_cast<std::uint8_t>(i + 11);
    }
    return deployment;
}

class DeploymentFile : public testing::Test {
protected:
    /// Writes the example with one change, and returns what reading it back says.
    std::string complaint(const std::function<void(nlohmann::json&)>& change) {
        save_deployment(file_, example());
        std::ifstream in(file_);
        nlohmann::json json = nlohmann::json::parse(in);
        change(json);
        std::ofstream(file_) << json.dump();
        try {
            (void)load_deployment(file_);
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "no complaint";
    }

    tests::TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "sub" / "deployment.json";
};

TEST_F(DeploymentFile, IsReadAsItWasWritten) {
    save_deployment(file_, example());
    EXPECT_EQ(load_deployment(file_), example());
    EXPECT_FALSE(std::filesystem::exists(file_.string() + ".tmp"));
}

TEST_F(DeploymentFile, NamesWhatIsWrongWithIt) {
    EXPECT_NE(complaint([](auto& j) { j.erase("block"); }).find("block is missing"), std::string::npos);
    EXPECT_NE(complaint([](auto& j) { j["chain_id"] = "1"; }).find("chain_id is not a number"), std::string::npos);
    EXPECT_NE(complaint([](auto& j) { j["schema_version"] = 2; }).find("schema_version is 2"), std::string::npos);
    EXPECT_NE(complaint([](auto& j) { j["contracts"].erase("JobBoard"); }).find("JobBoard is missing"), std::string::npos);
    EXPECT_NE(complaint([](auto& j) { j["contracts"]["JobBoard"]["address"] = "0x12"; }).find("JobBoard.address"),
              std::string::npos);
    EXPECT_NE(complaint([](auto& j) {
                  j["contracts"]["JobBoard"]["address"] = std::string("0x") + std::string(40, '0');
              }).find("JobBoard.address"),
              std::string::npos);
    EXPECT_NE(complaint([](auto& j) { j["contracts"]["JobBoard"]["code_hash"] = 5; }).find("JobBoard.code_hash"),
              std::string::npos);
    EXPECT_NE(complaint([](auto& j) { j["contracts"]["JobBoard"] = j["contracts"]["Settlement"]; }).find("two contracts"),
              std::string::npos);
    EXPECT_NE(complaint([](auto& j) { j = nlohmann::json::array(); }).find("is missing"), std::string::npos);
}

TEST_F(DeploymentFile, ThatIsMissingOrNotJsonIsRefused) {
    EXPECT_THROW((void)load_deployment(file_), ConfigError);
    save_deployment(file_, example());
    std::ofstream(file_) << "{\"schema_version\": 1,";
    EXPECT_THROW((void)load_deployment(file_), ConfigError);
}

TEST_F(DeploymentFile, ThatCannotBeWrittenIsAnError) {
    EXPECT_THROW(save_deployment("/proc/none/deployment.json", example()), EnvironmentError);
}

class Artifacts : public testing::Test {
protected:
    void write(const std::string& text) {
        for (const Contract contract : kContracts) {
            const std::string name(name_of(contract));
            std::filesystem::create_directories(folder_.path() / (name + ".sol"));
            std::ofstream(folder_.path() / (name + ".sol") / (name + ".json")) << text;
        }
    }
    [[nodiscard]] std::vector<Creation> plan() const { return plan_deployment(folder_.path(), {}, Address{}, 0); }

    tests::TemporaryFolder folder_;
};

TEST_F(Artifacts, ThatAreMissingBrokenOrNotLinkedAreRefused) {
    EXPECT_THROW((void)plan(), EnvironmentError);
    for (const auto* text : {"", "[]", "{}", R"({"bytecode":{}})", R"({"bytecode":{"object":"0x"}})",
                             R"({"bytecode":{"object":7}})", R"({"bytecode":{"object":"0x60__$aabb$__00"}})"}) {
        write(text);
        EXPECT_THROW((void)plan(), EnvironmentError) << text;
    }
}

TEST_F(Artifacts, MakeFiveCreationsInOrderAtKnownAddresses) {
    write(R"({"bytecode":{"object":"0x6000"}})");
    const auto creations = plan();
    ASSERT_EQ(creations.size(), 5u);
    for (std::size_t i = 0; i < creations.size(); ++i) {
        EXPECT_EQ(creations[i].contract, kContracts[i]);
    }
    EXPECT_EQ(creations[0].init_code, (Bytes{0x60, 0x00}));
    EXPECT_EQ(creations[1].init_code.size(), 2u + 3 * 32);
    EXPECT_EQ(creations[2].init_code.size(), 2u + 4 * 32);
    EXPECT_EQ(creations[3].init_code.size(), 2u + 12 * 32);
    EXPECT_EQ(creations[4].init_code.size(), 2u + 7 * 32);
}

}  // namespace
}  // namespace cone::contracts
