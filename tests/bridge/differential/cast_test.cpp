// Random values through our code and through Foundry's `cast`: one process of cast a check, no difference allowed.
// CONE_CAST_CHECKS says how many (1,000 unless told; the slow tier takes 10,000), CONE_CAST_SEED from which seed.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bridge/eth/address.hpp"
#include "bridge/eth/key_source.hpp"
#include "cone/hash/keccak.hpp"
#include "tests/bridge/differential/random_values.hpp"
#include "tests/support/process.hpp"

namespace cone::test {
namespace {

using namespace cone::eth;

std::string cast(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CONE_CAST);
    Finished done = run(arguments);
    while (!done.output.empty() && done.output.back() == '\n') {
        done.output.pop_back();
    }
    return done.exit_code == 0 ? done.output : "cast failed: " + done.errors;
}

/// Both answers to one question.
struct Answers {
    std::string ours;
    std::string casts;
};

Answers check_keccak(Draw& draw) {
    const Bytes data = draw.bytes(draw.below(600));
    return {to_hex(hash::keccak256(data)), cast({"keccak", to_hex(data)})};
}

Answers check_rlp_encoding(Draw& draw) {
    const RlpItem item = draw.rlp(4);
    return {to_hex(rlp_encode(item)), cast({"to-rlp", cast_text(item)})};
}

Answers check_rlp_decoding(Draw& draw) {
    const Bytes encoded = rlp_encode(draw.rlp(4));
    const auto decoded = rlp_decode(encoded);
    return {decoded ? cast_text(*decoded) : "refused", cast({"from-rlp", to_hex(encoded)})};
}

/// What `cast from-rlp` makes of bytes as far as we know it: it reads one item and ignores what follows, which we refuse.
std::string as_cast_reads(ByteSpan encoded) {
    const auto decoded = rlp_decode(encoded);
    if (decoded) {
        return cast_text(*decoded);
    }
    for (std::size_t size = 1; decoded.error() == RlpError::TrailingBytes && size < encoded.size(); ++size) {
        if (const auto first = rlp_decode(encoded.first(size))) {
            return cast_text(*first);
        }
    }
    return "refused";
}

/// One changed byte: both accept the same value, or both refuse.
Answers check_rlp_refusal(Draw& draw) {
    Bytes encoded = rlp_encode(draw.rlp(3));
    encoded[draw.below(encoded.size())] ^= static_cast<std::uint8_t>(1 + draw.below(255));
    const std::string theirs = cast({"from-rlp", to_hex(encoded)});
    return {as_cast_reads(encoded), theirs.starts_with("cast failed") ? "refused" : theirs};
}

Answers check_abi(Draw& draw) {
    AbiType types{AbiType::Kind::Tuple, 0, {}};
    std::vector<std::string> arguments;
    AbiValues values;
    for (std::size_t n = 1 + draw.below(4); n > 0; --n) {
        types.parts.push_back(draw.abi_type(3));
        values.push_back(draw.abi_value(types.parts.back()));
        arguments.push_back(cast_text(types.parts.back(), values.back()));
    }
    arguments.insert(arguments.begin(), {"abi-encode", "f" + to_string(types), "--"});
    const std::string theirs = cast(arguments);
    const auto decoded = abi_decode(types, bytes_from_hex(theirs).value_or(Bytes{}));
    const bool same = decoded && *decoded == values;
    return {to_hex(abi_encode(types, values)), same ? theirs : "decodes to something else: " + theirs};
}

Answers check_selector(Draw& draw) {
    AbiType types{AbiType::Kind::Tuple, 0, {draw.abi_type(3), draw.abi_type(2)}};
    const std::string signature = "f" + to_string(types);
    const bool event = draw.below(2) == 0;
    return {event ? to_hex(event_topic(signature)) : to_hex(selector(signature)),
            cast({event ? "sig-event" : "sig", signature})};
}

std::string access_list_json(const Transaction& t) {
    std::string text = "[";
    for (const AccessListEntry& entry : t.access_list) {
        text += (text.size() > 1 ? "," : "") + std::string(R"({"address":")") + to_hex(entry.address) + R"(","storageKeys":[)";
        for (std::size_t i = 0; i < entry.slots.size(); ++i) {
            text += (i == 0 ? "\"" : ",\"") + to_hex(entry.slots[i]) + "\"";
        }
        text += "]}";
    }
    return text + "]";
}

Answers check_transaction(Draw& draw) {
    Hash32 secret;
    const SecretKey key = draw.key(secret);
    const Transaction t = draw.transaction();
    std::vector<std::string> arguments{"mktx",
                                       "--private-key",
                                       to_hex(secret),
                                       "--chain",
                                       std::to_string(t.chain_id),
                                       "--nonce",
                                       std::to_string(t.nonce),
                                       "--gas-limit",
                                       std::to_string(t.gas_limit),
                                       "--gas-price",
                                       t.max_fee.str(),
                                       "--priority-gas-price",
                                       t.max_priority_fee.str(),
                                       "--value",
                                       t.value.str()};
    if (!t.access_list.empty()) {
        arguments.insert(arguments.end(), {"--access-list", access_list_json(t)});
    }
    if (t.to) {
        arguments.insert(arguments.end(), {to_hex(*t.to), to_hex(t.data)});
    } else {
        arguments.insert(arguments.end(), {"--create", to_hex(t.data)});
    }
    const std::string theirs = cast(arguments);
    const auto decoded = decode_transaction(bytes_from_hex(theirs).value_or(Bytes{}));
    const bool same = decoded && decoded->transaction == t && decoded->sender == key.address();
    return {to_hex(sign(t, key).raw), same ? theirs : "decodes to something else: " + theirs};
}

std::string vote_json(std::uint64_t chain_id, const Address& board, const Vote& vote) {
    return R"({"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},)"
           R"({"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],)"
           R"("Vote":[{"name":"jobId","type":"uint64"},{"name":"segment","type":"uint32"},{"name":"attempt","type":"uint32"},)"
           R"({"name":"digest","type":"bytes32"},{"name":"witness","type":"bytes32"}]},"primaryType":"Vote",)"
           R"("domain":{"name":"CONE","version":"1","chainId":)" +
           std::to_string(chain_id) + R"(,"verifyingContract":")" + to_hex(board) + R"("},"message":{"jobId":")" +
           std::to_string(vote.job.value) + R"(","segment":)" + std::to_string(vote.segment.value) + R"(,"attempt":)" +
           std::to_string(vote.attempt.value) + R"(,"digest":")" + to_hex(vote.digest) + R"(","witness":")" +
           to_hex(vote.witness) + R"("}})";
}

/// r || s || v in 65 bytes, as cast prints it.
std::string long_form(ByteSpan compact) {
    const auto signature = signature_from_compact(compact);
    Bytes out(signature->r.begin(), signature->r.end());
    out.insert(out.end(), signature->s.begin(), signature->s.end());
    out.push_back(signature->y_odd ? 28 : 27);
    return to_hex(out);
}

Answers check_vote(Draw& draw) {
    Hash32 secret;
    const SecretKey key = draw.key(secret);
    const std::uint64_t chain_id = draw.below(std::uint64_t{1} << 53);
    const Address board = draw.address();
    const Vote vote = draw.vote();
    const Hash32 domain = domain_separator(chain_id, board);
    const Bytes signature = sign_vote(domain, vote, key);
    const bool recovered = recover_voter(domain, vote, signature) == key.address();
    return {recovered ? long_form(signature) : "recovers to somebody else",
            cast({"wallet", "sign", "--private-key", to_hex(secret), "--data", vote_json(chain_id, board, vote)})};
}

Answers check_key_address(Draw& draw) {
    Hash32 secret;
    const SecretKey key = draw.key(secret);
    return {to_checksum(key.address()), cast({"wallet", "address", "--private-key", to_hex(secret)})};
}

Answers check_dev_key(Draw& draw) {
    const auto index = static_cast<std::uint32_t>(draw.below(1000));
    return {to_checksum(dev_key(index, kAnvilChainId).address()),
            cast({"wallet", "address", "--mnemonic", "test test test test test test test test test test test junk",
                  "--mnemonic-index", std::to_string(index)})};
}

Answers check_checksum(Draw& draw) {
    const Address address = draw.address();
    return {to_checksum(address), cast({"to-check-sum-address", to_hex(address)})};
}

Answers check_created_address(Draw& draw) {
    const Address creator = draw.address();
    const auto nonce = static_cast<std::uint64_t>(draw.u256(63));
    return {"Computed Address: " + to_checksum(created_address(creator, nonce)),
            cast({"compute-address", to_hex(creator), "--nonce", std::to_string(nonce)})};
}

struct Kind {
    const char* name;
    Answers (*check)(Draw&);
    unsigned share;  ///< of 100 checks
};

constexpr std::array kKinds{Kind{"keccak", check_keccak, 8},
                            Kind{"RLP encoding", check_rlp_encoding, 10},
                            Kind{"RLP decoding", check_rlp_decoding, 8},
                            Kind{"RLP refusal", check_rlp_refusal, 8},
                            Kind{"ABI both ways", check_abi, 20},
                            Kind{"selector or topic", check_selector, 6},
                            Kind{"EIP-1559 transaction both ways", check_transaction, 16},
                            Kind{"EIP-712 vote", check_vote, 12},
                            Kind{"address of a key", check_key_address, 4},
                            Kind{"test mnemonic", check_dev_key, 2},
                            Kind{"EIP-55 checksum", check_checksum, 3},
                            Kind{"created address", check_created_address, 3}};

const Kind& kind_of(std::uint32_t check) {
    unsigned place = check % 100;
    for (const Kind& kind : kKinds) {
        if (place < kind.share) {
            return kind;
        }
        place -= kind.share;
    }
    throw std::logic_error("the shares do not add up to 100");
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

TEST(Cast, AgreesOnEveryRandomCheck) {
    const auto checks = static_cast<std::uint32_t>(from_environment("CONE_CAST_CHECKS", 1000));
    const std::uint64_t seed = from_environment("CONE_CAST_SEED", 20261121);
    ASSERT_GT(checks, 0u);
    std::atomic<std::uint32_t> next{0};
    std::mutex mutex;
    std::map<std::string, int> done;
    const auto work = [&] {
        for (std::uint32_t check = next++; check < checks; check = next++) {
            const Kind& kind = kind_of(check);
            Draw draw(seed, check);
            const Answers answers = kind.check(draw);
            const std::lock_guard lock(mutex);
            ++done[kind.name];
            EXPECT_EQ(answers.ours, answers.casts) << kind.name << ", check " << check << ", seed " << seed;
        }
    };
    std::thread other(work);
    work();
    other.join();
    int total = 0;
    for (const auto& [name, count] : done) {
        std::cout << name << ": " << count << '\n';
        total += count;
    }
    std::cout << total << " checks against cast\n";
    EXPECT_EQ(total, static_cast<int>(checks));
}

}  // namespace
}  // namespace cone::test
