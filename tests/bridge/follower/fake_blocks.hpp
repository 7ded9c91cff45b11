// A chain of blocks with logs behind a Transport; a test forks it, shortens it and makes it fail.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
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
    bool says_blooms_are_full = false;
    std::vector<std::string> asked;  ///< methods

private:
    struct Block {
        Hash32 hash;
        Hash32 parent;
        rpc::Bloom bloom;
        std::vector<Bytes> logs;
    };
    rpc::Json answer(const rpc::Json& question);
    [[nodiscard]] rpc::Json header(std::size_t number) const;
    [[nodiscard]] rpc::Json logs(const std::string& hash) const;

    std::vector<Block> blocks_;
    std::uint32_t made_ = 0;
};

}  // namespace cone::test
