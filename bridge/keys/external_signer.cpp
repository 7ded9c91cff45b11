// Ask, decode, compare.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/keys/external_signer.hpp"

#include <utility>

#include "bridge/rpc/decode.hpp"
#include "cone/base/errors.hpp"

namespace cone::keys {
namespace {

constexpr int kTries = 2;

std::string quantity(const eth::U256& value) {
    return "0x" + value.str(0, std::ios_base::hex);
}

/// web3signer and anvil answer with the bytes, geth and Clef with {raw, tx}.
const rpc::Json* raw_of(const rpc::Json& answer) {
    if (answer.is_string()) {
        return &answer;
    }
    return answer.is_object() && answer.contains("raw") && answer["raw"].is_string() ? &answer["raw"] : nullptr;
}

std::string text_of(const std::optional<Address>& to) {
    return to ? to_hex(*to) : "nobody (a creation)";
}

}  // namespace

rpc::Json sign_request(const eth::Transaction& t, const Address& from) {
    rpc::Json request = {{"type", "0x2"},
                         {"chainId", quantity(t.chain_id)},
                         {"from", to_hex(from)},
                         {"nonce", quantity(t.nonce)},
                         {"gas", quantity(t.gas_limit)},
                         {"maxFeePerGas", quantity(t.max_fee)},
                         {"maxPriorityFeePerGas", quantity(t.max_priority_fee)},
                         {"value", quantity(t.value)},
                         {"data", to_hex(t.data)},
                         {"input", to_hex(t.data)}};
    if (t.to) {
        request["to"] = to_hex(*t.to);
    }
    for (const auto& entry : t.access_list) {
        rpc::Json slots = rpc::Json::array();
        for (const auto& slot : entry.slots) {
            slots.push_back(to_hex(slot));
        }
        request["accessList"].push_back({{"address", to_hex(entry.address)}, {"storageKeys", slots}});
    }
    return request;
}

std::string differences(const eth::Transaction& asked, const eth::Transaction& got) {
    std::string out;
    const auto compare = [&](const char* field, const std::string& wanted, const std::string& found) {
        if (wanted != found) {
            out += (out.empty() ? "" : ", ") + std::string(field) + " is " + found + " instead of " + wanted;
        }
    };
    compare("chain id", std::to_string(asked.chain_id), std::to_string(got.chain_id));
    compare("nonce", std::to_string(asked.nonce), std::to_string(got.nonce));
    compare("to", text_of(asked.to), text_of(got.to));
    compare("value", asked.value.str(), got.value.str());
    compare("gas limit", std::to_string(asked.gas_limit), std::to_string(got.gas_limit));
    compare("max fee", asked.max_fee.str(), got.max_fee.str());
    compare("max priority fee", asked.max_priority_fee.str(), got.max_priority_fee.str());
    if (asked.data != got.data) {
        out += (out.empty() ? "" : ", ") + std::string("data differs");
    }
    if (asked.access_list != got.access_list) {
        out += (out.empty() ? "" : ", ") + std::string("access list differs");
    }
    return out;
}

ExternalSigner::ExternalSigner(std::unique_ptr<rpc::Transport> transport, const Address& account, std::string name)
    : transport_(std::move(transport)),
      client_(*transport_, pause_, {.tries = kTries}),
      account_(account),
      name_("signer of " + std::move(name)) {}

void ExternalSigner::refuse(const std::string& what) const {
    throw SignerRefused(name_ + " " + what, "nothing was sent; find out who answers there before you go on");
}

rpc::Json ExternalSigner::ask(const std::string& method, rpc::Json params) {
    try {
        return client_.ask(method, std::move(params));
    } catch (const rpc::NodeError& error) {
        throw SignerRefused(name_ + " refuses: " + error.what(), "does it know the account " + to_hex(account_) + "?");
    } catch (const rpc::CallFailed& failed) {
        const std::string detail = std::string(failed.what()).substr(rpc::to_string(failed.fault).size());
        throw rpc::CallFailed(failed.fault, name_ + detail, "start the signer, or mend its address in [keys]");
    }
}

eth::SignedTransaction ExternalSigner::sign(const eth::Transaction& asked) {
    const rpc::Json answer = ask("eth_signTransaction", {sign_request(asked, account_)});
    const rpc::Json* text = raw_of(answer);
    const auto raw = text != nullptr ? bytes_from_hex(text->get_ref<const std::string&>()) : std::nullopt;
    if (!raw) {
        refuse("answers with no signed transaction");
    }
    const auto got = eth::decode_transaction(*raw);
    if (!got) {
        refuse("answers with no EIP-1559 transaction under a canonical signature");
    }
    if (const std::string wrong = differences(asked, got->transaction); !wrong.empty()) {
        refuse("signed another transaction: " + wrong);
    }
    if (got->sender != account_) {
        refuse("signed with the key of " + to_hex(got->sender) + " instead of " + to_hex(account_));
    }
    auto expected = eth::assemble(asked, got->signature);
    if (expected.raw != *raw) {
        refuse("answers with other bytes than were asked for");
    }
    return expected;
}

std::vector<Address> ExternalSigner::accounts() {
    const rpc::Json answer = ask("eth_accounts", rpc::Json::array());
    if (!answer.is_array()) {
        refuse("names no list of accounts");
    }
    std::vector<Address> out;
    for (const rpc::Json& entry : answer) {
        out.push_back(rpc::fixed_from<Address>(entry, "account"));
    }
    return out;
}

}  // namespace cone::keys
