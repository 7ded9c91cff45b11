// Right answers to damage in tests: anvil's block 1 with a log, and mainnet's genesis block.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "bridge/rpc/client.hpp"
#include "cone/base/bytes.hpp"

namespace cone::test {

inline std::string zeros(std::size_t bytes) {
    return "0x" + std::string(2 * bytes, '0');
}

/// What anvil 1.7.1 (hardfork Osaka) answered; the bloom has the three bits of the log's address.
inline rpc::Json sample_block() {
    std::string bloom = zeros(256);
    for (const auto& [place, digit] : {std::pair<std::size_t, char>{200, '4'}, std::pair<std::size_t, char>{313, '2'},
                                       std::pair<std::size_t, char>{392, '4'}}) {
        bloom[place] = digit;
    }
    return {{"hash", "0xe32b2ae939183debdcad4d5e07081310026525cab0752e275f12cf8017ad8e26"},
            {"parentHash", "0x6ffa7c9e967932a706580340289d560083ff09d0d65381ce85f398b555e8121f"},
            {"sha3Uncles", "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"},
            {"miner", zeros(20)},
            {"stateRoot", "0x1961718851bc3c6cf2e1dd9514175a8f96ee71b95b6f9a182d4e89790575c9c7"},
            {"transactionsRoot", "0x845ea6e6b8c3202cdca3b419e295da776e350be10e9b619d5fa37b6444726f59"},
            {"receiptsRoot", "0xac64871d4f0c26e04b8114fd05b752237038afdef9afe1132ca00e82b5eeaa31"},
            {"logsBloom", bloom},
            {"difficulty", "0x0"},
            {"number", "0x1"},
            {"gasLimit", "0x1c9c380"},
            {"gasUsed", "0xd0bf"},
            {"timestamp", "0x6b016e6f"},
            {"extraData", "0x"},
            {"mixHash", "0xb08762ba4e2b0d4fc53eccad5280cecf0674673692233e2937158acc4a600d3e"},
            {"nonce", zeros(8)},
            {"baseFeePerGas", "0x3b9aca00"},
            {"withdrawalsRoot", "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"},
            {"blobGasUsed", "0x0"},
            {"excessBlobGas", "0x0"},
            {"parentBeaconBlockRoot", zeros(32)},
            {"requestsHash", "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
            {"totalDifficulty", "0x0"},
            {"size", "0x2cc"},
            {"uncles", rpc::Json::array()}};
}

/// Ethereum mainnet's block 0: a header without any fork's fields.
inline rpc::Json mainnet_genesis() {
    const char* empty_root = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
    return {{"hash", "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"},
            {"parentHash", zeros(32)},
            {"sha3Uncles", "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"},
            {"miner", zeros(20)},
            {"stateRoot", "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"},
            {"transactionsRoot", empty_root},
            {"receiptsRoot", empty_root},
            {"logsBloom", zeros(256)},
            {"difficulty", "0x400000000"},
            {"number", "0x0"},
            {"gasLimit", "0x1388"},
            {"gasUsed", "0x0"},
            {"timestamp", "0x0"},
            {"extraData", "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa"},
            {"mixHash", zeros(32)},
            {"nonce", "0x0000000000000042"}};
}

inline Hash32 sample_transaction() {
    return fixed_from_hex<Hash32>("0xa03ba41816d1358c6a3a1ca2e4d85d924d13cad6cab6a1e6009f2df2e0c378a5").value();
}

inline rpc::Json sample_log() {
    return {{"address", "0x5fbdb2315678afecb367f032d93f642f64180aa3"},
            {"topics", rpc::Json::array()},
            {"data", "0x"},
            {"blockHash", "0xe32b2ae939183debdcad4d5e07081310026525cab0752e275f12cf8017ad8e26"},
            {"blockNumber", "0x1"},
            {"transactionHash", to_hex(sample_transaction())},
            {"transactionIndex", "0x0"},
            {"logIndex", "0x0"},
            {"removed", false}};
}

inline rpc::Json sample_receipt() {
    return {{"transactionHash", to_hex(sample_transaction())},
            {"status", "0x1"},
            {"blockHash", "0xe32b2ae939183debdcad4d5e07081310026525cab0752e275f12cf8017ad8e26"},
            {"blockNumber", "0x1"},
            {"from", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"},
            {"to", nullptr},
            {"contractAddress", "0x5fbdb2315678afecb367f032d93f642f64180aa3"},
            {"gasUsed", "0xd0bf"},
            {"effectiveGasPrice", "0x77359400"},
            {"logs", rpc::Json::array({sample_log()})}};
}

}  // namespace cone::test
