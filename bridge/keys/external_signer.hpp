// A signer that keeps its keys to itself and is asked over HTTP: web3signer, Clef, a node with unlocked accounts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "bridge/eth/signer.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/pause.hpp"
#include "bridge/rpc/transport.hpp"

namespace cone::keys {

/// The signer answered, but not with what was asked. Nothing of it is sent, and asking again will not help.
struct SignerRefused : Error {
    SignerRefused(const std::string& what, const std::string& hint) : Error(ExitCode::Environment, what, hint) {}
};

/// eth_signTransaction. The answer is believed only when it is, byte for byte, the transaction that was asked for with a
/// signature of `account`: a signer that is broken, mistaken for another or taken over can refuse, but not redirect money.
class ExternalSigner final : public eth::Signer {
public:
    /// `name` is what the signer is called in messages: "bridge at http://127.0.0.1:9000".
    ExternalSigner(std::unique_ptr<rpc::Transport> transport, const Address& account, std::string name);

    [[nodiscard]] const Address& address() const override { return account_; }
    /// Throws CallFailed when there is no usable answer (transient faults may pass), SignerRefused on a refusal or on any other
    /// transaction, chain, type, sender, or a malleable signature.
    [[nodiscard]] eth::SignedTransaction sign(const eth::Transaction& transaction) override;

    /// The accounts that it signs for (eth_accounts). Throws as `sign`.
    [[nodiscard]] std::vector<Address> accounts();

private:
    [[nodiscard]] rpc::Json ask(const std::string& method, rpc::Json params);
    [[noreturn]] void refuse(const std::string& what) const;

    std::unique_ptr<rpc::Transport> transport_;
    rpc::StoppablePause pause_;
    rpc::Client client_;
    Address account_;
    std::string name_;
};

/// The request's one parameter, as all known signers read it.
[[nodiscard]] rpc::Json sign_request(const eth::Transaction& transaction, const Address& from);

/// Which fields of `signed_one` are not as `asked`: "nonce is 6 instead of 5, value ..."; empty when all are.
[[nodiscard]] std::string differences(const eth::Transaction& asked, const eth::Transaction& signed_one);

}  // namespace cone::keys
