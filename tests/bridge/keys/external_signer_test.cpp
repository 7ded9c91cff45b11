// A signer that lies in every field, refuses, is down, or answers nonsense.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/keys/external_signer.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "bridge/eth/key_source.hpp"
#include "bridge/eth/rlp.hpp"
#include "tests/bridge/rpc/scripted_transport.hpp"

namespace cone::keys {
namespace {

using rpc::Json;
using test::Step;

const Address kTo = *fixed_from_hex<Address>("71be63f3384f5fb98995898a86b02fb2426c5788");

eth::Transaction asked() {
    eth::Transaction t{31337, 5, 3, 100, 21'000, kTo, 77, {0x12, 0x34}, {}};
    t.access_list = {{kTo, {Hash32{}}}};
    return t;
}
eth::LocalSigner holder(std::uint32_t account = 0) {
    return eth::LocalSigner(eth::dev_key(account, eth::kAnvilChainId));
}
Step answers_signed(const eth::Transaction& transaction, std::uint32_t account = 0) {
    return test::results_in(to_hex(holder(account).sign(transaction).raw));
}

struct Bench {
    explicit Bench(std::vector<Step> steps)
        : script(new test::ScriptedTransport(std::move(steps))),
          signer(std::unique_ptr<rpc::Transport>(script), holder().address(), "bridge at http://signer:9000") {}
    test::ScriptedTransport* script;
    ExternalSigner signer;
};

/// What SignerRefused says, or "taken".
std::string refusal_of(const Step& step, const eth::Transaction& transaction = asked()) {
    Bench bench({step});
    try {
        (void)bench.signer.sign(transaction);
    } catch (const SignerRefused& error) {
        EXPECT_EQ(error.code(), ExitCode::Environment);
        return error.what();
    }
    return "taken";
}
std::string refusal_of_changed(const std::function<void(eth::Transaction&)>& change) {
    eth::Transaction other = asked();
    change(other);
    return refusal_of(answers_signed(other));
}

TEST(ExternalSigner, TakesWhatItAskedForAsBytesOrAsAnObject) {
    const auto right = holder().sign(asked());
    for (const Json& answer : {Json(to_hex(right.raw)), Json{{"raw", to_hex(right.raw)}, {"tx", {{"nonce", "0x9"}}}}}) {
        Bench bench({test::results_in(answer)});
        EXPECT_EQ(bench.signer.sign(asked()), right);
    }
}

TEST(ExternalSigner, AsksForEveryField) {
    Bench bench({answers_signed(asked())});
    (void)bench.signer.sign(asked());
    const Json& request = bench.script->requests.at(0);
    EXPECT_EQ(request["method"], "eth_signTransaction");
    const Json expected = Json::parse(R"({"type": "0x2", "chainId": "0x7a69", "nonce": "0x5", "gas": "0x5208",
        "maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x3", "value": "0x4d", "data": "0x1234", "input": "0x1234",
        "from": "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "to": "0x71be63f3384f5fb98995898a86b02fb2426c5788",
        "accessList": [{"address": "0x71be63f3384f5fb98995898a86b02fb2426c5788",
          "storageKeys": ["0x0000000000000000000000000000000000000000000000000000000000000000"]}]})");
    EXPECT_EQ(request["params"], Json::array({expected}));
}

TEST(ExternalSigner, SignsACreationWithoutReceiver) {
    eth::Transaction creation = asked();
    creation.to.reset();
    Bench bench({answers_signed(creation)});
    EXPECT_EQ(bench.signer.sign(creation), holder().sign(creation));
    EXPECT_FALSE(bench.script->requests.at(0)["params"][0].contains("to"));
}

TEST(ExternalSigner, RefusesAnotherTransactionAndNamesTheField) {
    struct Case {
        std::function<void(eth::Transaction&)> change;
        const char* words;
    };
    const std::vector<Case> cases = {
        {[](auto& t) { t.chain_id = 1; }, "chain id is 1 instead of 31337"},
        {[](auto& t) { ++t.nonce; }, "nonce is 6 instead of 5"},
        {[](auto& t) { t.to->bytes[19] ^= 1; }, "to is 0x71be63f3384f5fb98995898a86b02fb2426c5789 instead of"},
        {[](auto& t) { t.to.reset(); }, "to is nobody (a creation) instead of"},
        {[](auto& t) { t.value += 1; }, "value is 78 instead of 77"},
        {[](auto& t) { t.gas_limit *= 2; }, "gas limit is 42000 instead of 21000"},
        {[](auto& t) { t.max_fee += 1; }, "max fee is 101 instead of 100"},
        {[](auto& t) { t.max_priority_fee -= 1; }, "max priority fee is 2 instead of 3"},
        {[](auto& t) { t.data[0] ^= 1; }, "data differs"},
        {[](auto& t) { t.data.clear(); }, "data differs"},
        {[](auto& t) { t.access_list.clear(); }, "access list differs"},
        {[](auto& t) { t.access_list[0].slots[0].bytes[0] = 1; }, "access list differs"},
    };
    for (const auto& [change, words] : cases) {
        const std::string why = refusal_of_changed(change);
        EXPECT_NE(why.find("signer of bridge at http://signer:9000 signed another transaction: "), std::string::npos) << why;
        EXPECT_NE(why.find(words), std::string::npos) << why;
    }
}

TEST(ExternalSigner, NamesEveryFieldThatDiffers) {
    EXPECT_EQ(
        refusal_of_changed([](auto& t) {
            t.nonce = 1;
            t.value = 0;
        }),
        "signer of bridge at http://signer:9000 signed another transaction: nonce is 1 instead of 5, value is 0 instead of 77");
}

TEST(ExternalSigner, RefusesAnotherKey) {
    EXPECT_NE(refusal_of(answers_signed(asked(), 1)).find("with the key of 0x70997970c51812dc3a010c7d01b50e0d17dc79c8"),
              std::string::npos);
}

/// The same signature with s on the other side of the group order (EIP-2 forbids it): another hash, hence another transaction.
Bytes malleated() {
    static const eth::U256 kOrder("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    auto signature = eth::decode_transaction(holder().sign(asked()).raw)->signature;
    signature.s = eth::to_word(kOrder - eth::u256_from_bytes(signature.s));
    signature.y_odd = !signature.y_odd;
    return eth::assemble(asked(), signature).raw;
}

TEST(ExternalSigner, RefusesAMalleableSignature) {
    EXPECT_NE(refusal_of(test::results_in(to_hex(malleated()))).find("canonical signature"), std::string::npos);
}

TEST(ExternalSigner, RefusesAnotherTypeAndBrokenBytes) {
    const Bytes right = holder().sign(asked()).raw;
    for (std::size_t size = 0; size < right.size(); ++size) {
        EXPECT_NE(refusal_of(test::results_in(to_hex(ByteSpan(right).first(size)))), "taken") << size;
    }
    Bytes legacy(right.begin() + 1, right.end());
    Bytes type_one = right;
    type_one[0] = 0x01;
    Bytes longer = right;
    longer.push_back(0);
    for (const Bytes& wrong : {legacy, type_one, longer}) {
        EXPECT_NE(refusal_of(test::results_in(to_hex(wrong))), "taken");
    }
}

TEST(ExternalSigner, RefusesEveryFlippedBitOfTheAnswer) {
    const Bytes right = holder().sign(asked()).raw;
    for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
        Bytes wrong = right;
        wrong[bit / 8] = static_cast<std::uint8_t>(wrong[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_NE(refusal_of(test::results_in(to_hex(wrong))), "taken") << bit;
    }
}

TEST(ExternalSigner, RefusesAnswersThatAreNoTransaction) {
    for (const Json& answer : {Json(nullptr), Json(7), Json("0xzz"), Json("0x"), Json::array(), Json::object(),
                               Json{{"raw", 7}}, Json{{"tx", "0x02"}}}) {
        EXPECT_NE(refusal_of(test::results_in(answer)), "taken") << answer;
    }
}

TEST(ExternalSigner, SaysWhenTheSignerRefuses) {
    const std::string why = refusal_of(test::refuses(-32000, "unknown account"));
    EXPECT_NE(why.find("signer of bridge at http://signer:9000 refuses: eth_signTransaction: unknown account"),
              std::string::npos)
        << why;
}

TEST(ExternalSigner, IsAskedTwiceAndThenIsAwayForNow) {
    for (const Step& away :
         {test::fails(rpc::Fault::Unreachable), test::fails(rpc::Fault::TimedOut), test::says("", 503), test::says("<html>")}) {
        Bench bench({away, away});
        try {
            (void)bench.signer.sign(asked());
            FAIL();
        } catch (const rpc::CallFailed& failed) {
            EXPECT_TRUE(rpc::is_transient(failed.fault));
            EXPECT_NE(std::string(failed.what()).find("signer of bridge at http://signer:9000: "), std::string::npos)
                << failed.what();
        }
        EXPECT_EQ(bench.script->requests.size(), 2U);
    }
}

TEST(ExternalSigner, TakesTheSecondAnswerAfterALostOne) {
    Bench bench({test::fails(rpc::Fault::Broken), answers_signed(asked())});
    EXPECT_EQ(bench.signer.sign(asked()), holder().sign(asked()));
}

TEST(ExternalSigner, ListsItsAccounts) {
    Bench bench({test::results_in(Json{to_hex(holder().address()), to_hex(kTo)})});
    EXPECT_EQ(bench.signer.accounts(), (std::vector<Address>{holder().address(), kTo}));
    for (const Json& wrong : {Json("0x12"), Json::object()}) {
        EXPECT_THROW((void)Bench({test::results_in(wrong)}).signer.accounts(), SignerRefused);
    }
    EXPECT_THROW((void)Bench({test::results_in(Json{"0x12"})}).signer.accounts(), rpc::CallFailed);
}

}  // namespace
}  // namespace cone::keys
