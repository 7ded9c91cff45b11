// Non-blocking MPI collectives polled against a deadline.
// SPDX-License-Identifier: Apache-2.0
#include "cone/comm/mpi_communicator.hpp"

#include <algorithm>
#include <cstring>

#include "cone/base/ids.hpp"
#include "cone/comm/backoff.hpp"

namespace cone::comm {
namespace {

/// One message of a team; a length above it is a damaged header, not something to allocate.
constexpr std::uint64_t kMaxCollectiveBytes = std::uint64_t{1} << 36;

}  // namespace

MpiCommunicator::MpiCommunicator(MpiComm comm, int cores_each, Millis timeout, std::size_t chunk_bytes)
    : comm_(std::move(comm)),
      rank_(comm_.rank()),
      size_(comm_.size()),
      cores_each_(cores_each),
      timeout_(timeout),
      scratch_(std::make_unique<std::vector<std::uint8_t>>(chunk_bytes)) {
    CONE_ASSERT(chunk_bytes >= sizeof(std::int64_t) && chunk_bytes <= (std::size_t{1} << 30), "chunk_bytes between 8 and 2^30");
}

MpiCommunicator::~MpiCommunicator() {
    if (broken_) {
        comm_.abandon();
    }
}

void MpiCommunicator::require_whole(const char* what) const {
    if (broken_) {
        throw CommError(std::string(what) + ": a collective of this team failed before");
    }
}

template <class Start>
void MpiCommunicator::complete(const char* what, Start start) {
    const SteadyClock clock;
    const Deadline deadline = Deadline::in(clock, timeout_);
    const auto fail = [&](const std::string& why) {
        broken_ = true;
        (void)scratch_.release();
        throw CommError(std::string(what) + " on rank " + std::to_string(rank_) + " of " + std::to_string(size_) + ": " + why);
    };
    MPI_Request request = MPI_REQUEST_NULL;
    if (const int code = start(&request); code != MPI_SUCCESS) {
        fail(mpi_text(code));
    }
    Backoff backoff;
    for (int done = 0;;) {
        if (const int code = MPI_Test(&request, &done, MPI_STATUS_IGNORE); code != MPI_SUCCESS) {
            fail(mpi_text(code));
        }
        if (done != 0) {
            return;
        }
        if (deadline.passed(clock)) {
            fail("deadline of " + std::to_string(timeout_.count()) + " ms passed");
        }
        backoff.wait();
    }
}

template <class Int>
void MpiCommunicator::all_reduce(std::span<Int> values, MPI_Datatype type, MPI_Op op) {
    require_whole("all_reduce");
    const std::size_t per_chunk = scratch_->size() / sizeof(Int);
    for (std::size_t at = 0; at < values.size(); at += per_chunk) {
        const auto piece = values.subspan(at, std::min(per_chunk, values.size() - at));
        std::memcpy(scratch_->data(), piece.data(), piece.size_bytes());
        complete("all_reduce", [&](MPI_Request* request) {
            return MPI_Iallreduce(MPI_IN_PLACE, scratch_->data(), narrow<int>(piece.size()), type, op, comm_.get(), request);
        });
        std::memcpy(piece.data(), scratch_->data(), piece.size_bytes());
    }
}

void MpiCommunicator::all_reduce_sum(std::span<std::int64_t> values) {
    all_reduce(values, MPI_INT64_T, MPI_SUM);
}
void MpiCommunicator::all_reduce_max(std::span<std::int32_t> values) {
    all_reduce(values, MPI_INT32_T, MPI_MAX);
}

void MpiCommunicator::broadcast_into(std::span<std::uint8_t> data, int root) {
    for (std::size_t at = 0; at < data.size(); at += scratch_->size()) {
        const auto piece = data.subspan(at, std::min(scratch_->size(), data.size() - at));
        std::memcpy(scratch_->data(), piece.data(), piece.size());
        complete("broadcast", [&](MPI_Request* request) {
            return MPI_Ibcast(scratch_->data(), narrow<int>(piece.size()), MPI_BYTE, root, comm_.get(), request);
        });
        std::memcpy(piece.data(), scratch_->data(), piece.size());
    }
}

Bytes MpiCommunicator::broadcast(ByteSpan data, int root) {
    CONE_ASSERT(root >= 0 && root < size_, "broadcast: root outside the group");
    std::int64_t length = rank_ == root ? narrow<std::int64_t>(data.size()) : 0;
    all_reduce_sum({&length, 1});
    if (length < 0 || static_cast<std::uint64_t>(length) > kMaxCollectiveBytes) {
        throw CommError("broadcast: a length of " + std::to_string(length) + " bytes");
    }
    Bytes result(static_cast<std::size_t>(length));
    if (rank_ == root) {
        std::copy(data.begin(), data.end(), result.begin());
    }
    broadcast_into(result, root);
    return result;
}

std::vector<Bytes> MpiCommunicator::all_gather(ByteSpan mine) {
    std::vector<Bytes> everybody;
    for (int root = 0; root < size_; ++root) {
        everybody.push_back(broadcast(rank_ == root ? mine : ByteSpan{}, root));
    }
    return everybody;
}

}  // namespace cone::comm
