// A group of ranks that work as one: the port under an executor's team. Implementations: threads (tests), MPI.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::comm {

/// Blocking collectives over a fixed group. Every call is collective: all ranks call it in the same order with the same
/// sizes. Throws CommError when a rank of the group is gone or the group's deadline passes.
class Communicator {
public:
    virtual ~Communicator() = default;
    [[nodiscard]] virtual int rank() const = 0;
    [[nodiscard]] virtual int size() const = 0;
    /// Cores this process may use, for each rank on its machine, of whatever group; 0 when this group spans machines. What a rank that waits
    /// does not use, its neighbours may.
    [[nodiscard]] virtual int cores_each() const = 0;

    /// In place; integers, so the result does not depend on order or algorithm.
    virtual void all_reduce_sum(std::span<std::int64_t> values) = 0;
    /// In place element-wise maximum.
    virtual void all_reduce_max(std::span<std::int32_t> values) = 0;
    /// Everybody's bytes (any lengths), by rank.
    [[nodiscard]] virtual std::vector<Bytes> all_gather(ByteSpan mine) = 0;
    /// Root's bytes, at every rank.
    [[nodiscard]] virtual Bytes broadcast(ByteSpan data, int root) = 0;
};

/// A group of one: every collective is the identity.
class SoloCommunicator final : public Communicator {
public:
    [[nodiscard]] int rank() const override { return 0; }
    [[nodiscard]] int size() const override { return 1; }
    [[nodiscard]] int cores_each() const override { return 1; }
    void all_reduce_sum(std::span<std::int64_t>) override {}
    void all_reduce_max(std::span<std::int32_t>) override {}
    [[nodiscard]] std::vector<Bytes> all_gather(ByteSpan mine) override { return {Bytes(mine.begin(), mine.end())}; }
    [[nodiscard]] Bytes broadcast(ByteSpan data, int) override { return Bytes(data.begin(), data.end()); }
};

}  // namespace cone::comm
