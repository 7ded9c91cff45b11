// The team communicator on MPI: non-blocking collectives, each with a deadline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/comm/communicator.hpp"
#include "cone/comm/mpi_comm.hpp"

namespace cone::comm {

/// After a CommError every later call throws at once: the group's collectives no longer match up.
class MpiCommunicator final : public Communicator {
public:
    MpiCommunicator(MpiComm comm, int cores_each, Millis timeout, std::size_t chunk_bytes);
    ~MpiCommunicator() override;

    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return size_; }
    [[nodiscard]] int cores_each() const override { return cores_each_; }
    void all_reduce_sum(std::span<std::int64_t> values) override;
    void all_reduce_max(std::span<std::int32_t> values) override;
    [[nodiscard]] std::vector<Bytes> all_gather(ByteSpan mine) override;
    [[nodiscard]] Bytes broadcast(ByteSpan data, int root) override;

private:
    template <class Int>
    void all_reduce(std::span<Int> values, MPI_Datatype type, MPI_Op op);
    void broadcast_into(std::span<std::uint8_t> data, int root);
    void require_whole(const char* what) const;
    template <class Start>
    void complete(const char* what, Start start);

    MpiComm comm_;
    int rank_;
    int size_;
    int cores_each_;
    Millis timeout_;
    bool broken_ = false;
    /// All transfers go through this buffer: a collective that misses its deadline cannot be cancelled and MPI may still write
    /// into it later, so it is leaked then, never the caller's memory.
    std::unique_ptr<std::vector<std::uint8_t>> scratch_;
};

}  // namespace cone::comm
