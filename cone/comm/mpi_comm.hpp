// RAII for an MPI communicator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "cone/comm/mpi_check.hpp"

namespace cone::comm {

/// Owns a communicator; errors are returned, never fatal. Freeing is collective in MPI and may wait for a dead rank, so a
/// communicator that saw an error must be `abandon`ed.
class MpiComm {
public:
    explicit MpiComm(MPI_Comm comm) : comm_(comm) { CONE_MPI_CHECK(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN)); }
    ~MpiComm() {
        int finalized = 0;
        MPI_Finalized(&finalized);
        if (comm_ != MPI_COMM_NULL && finalized == 0) {
            MPI_Comm_free(&comm_);
        }
    }
    MpiComm(MpiComm&& other) noexcept : comm_(std::exchange(other.comm_, MPI_COMM_NULL)) {}
    MpiComm& operator=(MpiComm&&) = delete;
    MpiComm(const MpiComm&) = delete;
    MpiComm& operator=(const MpiComm&) = delete;

    [[nodiscard]] MPI_Comm get() const { return comm_; }
    /// Gives the handle up without freeing it.
    void abandon() { comm_ = MPI_COMM_NULL; }

    [[nodiscard]] int rank() const {
        int rank = 0;
        CONE_MPI_CHECK(MPI_Comm_rank(comm_, &rank));
        return rank;
    }
    [[nodiscard]] int size() const {
        int size = 0;
        CONE_MPI_CHECK(MPI_Comm_size(comm_, &size));
        return size;
    }

private:
    MPI_Comm comm_;
};

}  // namespace cone::comm
