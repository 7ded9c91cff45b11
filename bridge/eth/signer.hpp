// Who signs transactions: a key of this process, or somebody who keeps the key elsewhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "bridge/eth/key.hpp"
#include "bridge/eth/transaction.hpp"

namespace cone::eth {

/// The port of the sender. One thread at a time; `address` may be asked for from any.
class Signer {
public:
    virtual ~Signer() = default;
    [[nodiscard]] virtual const Address& address() const = 0;
    /// The same fields, signed by `address`. Throws an Error when the signer does not answer, or answers something else.
    [[nodiscard]] virtual SignedTransaction sign(const Transaction& transaction) = 0;
};

/// The key is in this process.
class LocalSigner final : public Signer {
public:
    explicit LocalSigner(SecretKey key) : key_(std::move(key)) {}
    [[nodiscard]] const Address& address() const override { return key_.address(); }
    [[nodiscard]] SignedTransaction sign(const Transaction& transaction) override { return eth::sign(transaction, key_); }

private:
    SecretKey key_;
};

}  // namespace cone::eth
