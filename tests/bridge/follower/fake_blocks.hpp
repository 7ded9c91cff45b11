// A chain of blocks with logs behind a Transport; a test forks it, shortens it and makes it fail.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bridge/rpc/client.hpp"
#include "bridge/rpc/types.hpp"

namespace cone::test {

inline const Address kWatched{{0xaa}};
inline const Address kForeign{{0xbb}};

class FakeBlocks final : public rpc::Transport {
public:
    FakeBlocks() { add(0); }  // genesis

    rpc::HttpReply post(const std::string& body) override;

    /// A block on top with `logs` logs of kWatched, each with data that exists once.
    void add(std::size_t logs);
    /// Forgets the newest `depth` blocks.
    void rollback(std::size_t depth) { blocks_.resize(blocks_.size() - depth); }
    [[nodiscard]] std::uint64_t head() const { return blocks_.size() - 1; }
    [[nodiscard]] rpc::BlockRef ref(std::uint64_t number) const { return {number, blocks_[number].hash}; }
    /// Data of the watched logs from block `first` on, in order.
    [[nodiscard]] std::vector<Bytes> log_data(std::uint64_t first) const;

    std::function<void(const std::string& body)> before;  ///< may throw
    std::size_t lag = 0;                                  ///< the node tells of the chain without its newest blocks
    bool fills_blooms = false;                            ///< of the blocks added from now on
    std::optional<std::size_t> final_block;               ///< nothing: it has no such tag
    std::size_t widest_range = 1 << 20;                   ///< of eth_getLogs, in blocks
    bool forge_logs = false;                              ///< tells logs with other data
    bool damages_headers = false;                         ///< tells headers with another state root
    std::vector<std::string> asked;                       ///< methods
    std::vector<std::size_t> ranges;                      ///< widths asked of eth_getLogs

private:
    struct Block {
        std::uint64_t number = 0;
        Hash32 hash;
        Hash32 parent;
        Hash32 state_root;  ///< different in each block ever made
        rpc::Bloom bloom;
        std::vector<Bytes> logs;
    };
    rpc::Json answer(const rpc::Json& question);
    [[nodiscard]] rpc::Json block_named(const std::string& which, std::size_t visible) const;
    [[nodiscard]] rpc::Json header(const Block& block) const;
    [[nodiscard]] rpc::Json logs(const Block& block) const;
    [[nodiscard]] rpc::Json logs_of(const std::string& hash) const;
    [[nodiscard]] rpc::Json logs_between(const rpc::Json& filter);

    std::vector<Block> blocks_;
    std::uint32_t made_ = 0;
};

}  // namespace cone::test
