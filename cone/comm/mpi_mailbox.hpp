// Mail over MPI: Isend kept until done, matched probe, and dead ranks through ULFM where there is one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <list>
#include <memory>

#include "cone/comm/mailbox.hpp"
#include "cone/comm/mpi_comm.hpp"

namespace cone::comm {

class MpiMailbox final : public Mailbox {
public:
    explicit MpiMailbox(MpiComm comm);
    /// Mail that has not left is given up (its memory is leaked, since MPI may still read it).
    ~MpiMailbox() override;

    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return size_; }
    void send(int to, ByteSpan bytes) override;
    [[nodiscard]] std::optional<Mail> try_receive() override;
    [[nodiscard]] std::set<int> failed_peers() override;
    [[nodiscard]] std::size_t pending_sends() override;

private:
    struct Transfer {
        int peer = 0;
        std::unique_ptr<Bytes> bytes;
        MPI_Request request = MPI_REQUEST_NULL;
        bool done = false;
    };

    void match_arrivals();
    void advance(std::list<Transfer>& transfers);
    void fail(int peer);
    void ask_for_failures();

    MpiComm comm_;
    int rank_;
    int size_;
    std::list<Transfer> outgoing_;
    std::list<Transfer> incoming_;
    std::set<int> failed_;
};

}  // namespace cone::comm
