// Signed transactions and votes against known bytes, and broken ones.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/transaction.hpp"

#include <gtest/gtest.h>

#include <string>

#include "bridge/eth/address.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/eth/rlp.hpp"
#include "bridge/eth/signer.hpp"
#include "bridge/eth/typed_data.hpp"

namespace cone::eth {
namespace {

Transaction example() {
    Transaction t;
    t.chain_id = 31337;
    t.nonce = 5;
    t.max_priority_fee = 3;
    t.max_fee = 100;
    t.gas_limit = 21000;
    t.to = address_from_text("0x71bE63f3384f5fb98995898A86B02Fb2426c5788");
    t.value = 77;
    t.data = {0x12, 0x34};
    return t;
}

// `cast mktx` 1.7.1 with anvil's key 0 and these fields.
constexpr auto kExampleRaw =
    "0x02f866827a690503648252089471be63f3384f5fb98995898a86b02fb2426c57884d821234c001a0076708e7822d7d7661b6f4724982d327831bcc4c"
    "c3393d86"
    "5bf875424d8968aaa05cca6f33352be668a80f8e0ecf45883ebe7a28354ab321ed005ebb616e1dc17b";

TEST(Transaction, SignsTheKnownBytes) {
    const SignedTransaction made = sign(example(), dev_key(0, 31337));
    EXPECT_EQ(to_hex(made.raw), kExampleRaw);
}

TEST(LocalSigner, SignsTheKnownBytesWithItsKey) {
    LocalSigner local(dev_key(0, 31337));
    Signer& signer = local;

    const SignedTransaction made = signer.sign(example());

    EXPECT_EQ(to_hex(made.raw), kExampleRaw);
    EXPECT_EQ(decode_transaction(made.raw)->sender, signer.address());
}

TEST(Transaction, ReadsBackWhatItSigned) {
    Transaction creation = example();
    creation.to.reset();
    creation.value = U256(1) << 200;
    creation.access_list = {{example().to.value(), {Hash32{}, Hash32{}}}, {Address{}, {}}};
    for (const Transaction& t : {example(), creation, Transaction{}}) {
        const SecretKey key = dev_key(3, 31337);
        const SignedTransaction made = sign(t, key);
        const auto decoded = decode_transaction(made.raw);
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->transaction, t);
        EXPECT_EQ(decoded->sender, key.address());
        EXPECT_EQ(decoded->hash, made.hash);
    }
}

TEST(Transaction, IsRefusedCutAtAnyByte) {
    const Bytes raw = *bytes_from_hex(kExampleRaw);
    for (std::size_t size = 0; size < raw.size(); ++size) {
        EXPECT_FALSE(decode_transaction(ByteSpan(raw).first(size))) << size;
    }
}

TEST(Transaction, WithAChangedByteIsAnotherSendersOrNone) {
    const Bytes raw = *bytes_from_hex(kExampleRaw);
    const Address sender = dev_key(0, 31337).address();
    for (std::size_t i = 0; i < raw.size(); ++i) {
        Bytes changed = raw;
        changed[i] ^= 1;
        const auto decoded = decode_transaction(changed);
        EXPECT_TRUE(!decoded || decoded->sender != sender) << i;
    }
}

TEST(Transaction, IsRefusedWithFieldsOfAnotherShape) {
    const auto list = rlp_decode(ByteSpan(*bytes_from_hex(kExampleRaw)).subspan(1));
    const auto refused = [&](std::size_t field, const RlpItem& value) {
        RlpItem changed = *list;
        changed.items[field] = value;
        Bytes raw{0x02};
        append(raw, rlp_encode(changed));
        return !decode_transaction(raw);
    };
    const RlpItem empty_list{true, {}, {}};
    for (std::size_t field = 0; field < 12; ++field) {
        EXPECT_TRUE(refused(field, field == 8 ? RlpItem{false, {1}, {}} : empty_list)) << field;
    }
    EXPECT_TRUE(refused(1, {false, Bytes(9, 1), {}}));   // nonce above 64 bits
    EXPECT_TRUE(refused(1, {false, Bytes{0, 1}, {}}));   // leading zero
    EXPECT_TRUE(refused(2, {false, Bytes(33, 1), {}}));  // fee above 256 bits
    EXPECT_TRUE(refused(5, {false, Bytes(19, 1), {}}));  // short address
    EXPECT_TRUE(refused(9, {false, Bytes{2}, {}}));      // parity
    EXPECT_TRUE(refused(8, {true, {}, {RlpItem{false, Bytes(20, 1), {}}}}));
    RlpItem longer = *list;
    longer.items.push_back({false, {1}, {}});
    Bytes raw{0x02};
    append(raw, rlp_encode(longer));
    EXPECT_FALSE(decode_transaction(raw));
}

Vote example_vote() {
    Vote vote{JobId(1), SegmentIndex(2), AttemptIndex(3), {}, {}};
    vote.digest.bytes.fill(1);
    vote.witness = vote.digest;
    vote.witness.bytes[0] = 2;
    return vote;
}

// `cast wallet sign --data` 1.7.1 with anvil's key 0.
TEST(Vote, SignsTheKnownBytes) {
    const Hash32 domain = domain_separator(31337, *address_from_text("0x71bE63f3384f5fb98995898A86B02Fb2426c5788"));
    const Bytes signature = sign_vote(domain, example_vote(), dev_key(0, 31337));
    EXPECT_EQ(to_hex(signature),
              "0x8aea085aadfc737480fcef6303bcb4148e631e864c7c44bc61bf32667b0a35c0"
              "e6f1eba1a46613db51676bfc51396210c132089afb4048896170558d43f11b8f");
    EXPECT_EQ(recover_voter(domain, example_vote(), signature), dev_key(0, 31337).address());
}

TEST(Vote, WithAnyFieldChangedIsNotTheSigners) {
    const Hash32 domain = domain_separator(31337, *address_from_text("0x71bE63f3384f5fb98995898A86B02Fb2426c5788"));
    const SecretKey key = dev_key(0, 31337);
    const Bytes signature = sign_vote(domain, example_vote(), key);
    std::vector<Vote> others(5, example_vote());
    others[0].job = JobId(2);
    others[1].segment = SegmentIndex(3);
    others[2].attempt = AttemptIndex(4);
    others[3].digest.bytes[31] ^= 1;
    others[4].witness.bytes[31] ^= 1;
    for (const Vote& other : others) {
        EXPECT_NE(recover_voter(domain, other, signature), key.address());
    }
    EXPECT_NE(recover_voter(domain_separator(1, Address{}), example_vote(), signature), key.address());
    EXPECT_FALSE(recover_voter(domain, example_vote(), ByteSpan(signature).first(63)));
}

}  // namespace
}  // namespace cone::eth
