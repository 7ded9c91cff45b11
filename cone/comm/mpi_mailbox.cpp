// Mail over MPI: no call here waits.
// SPDX-License-Identifier: Apache-2.0
#include "cone/comm/mpi_mailbox.hpp"

#include "cone/base/ids.hpp"

namespace cone::comm {
namespace {

constexpr int kMailTag = 1;

}  // namespace

MpiMailbox::MpiMailbox(MpiComm comm) : comm_(std::move(comm)), rank_(comm_.rank()), size_(comm_.size()) {}

MpiMailbox::~MpiMailbox() {
    if (outgoing_.empty() && incoming_.empty() && failed_.empty()) {
        return;
    }
    for (auto* transfers : {&outgoing_, &incoming_}) {
        for (auto& transfer : *transfers) {
            (void)transfer.bytes.release();
        }
    }
    comm_.abandon();
}

void MpiMailbox::send(int to, ByteSpan bytes) {
    if (to < 0 || to >= size_ || bytes.size() > kMaxMessageBytes) {
        throw CommError("send: rank " + std::to_string(to) + " of " + std::to_string(size_) + ", " +
                        std::to_string(bytes.size()) + " bytes");
    }
    advance(outgoing_);
    if (failed_.count(to) != 0) {
        return;
    }
    auto& mail = outgoing_.emplace_back();
    mail.peer = to;
    mail.bytes = std::make_unique<Bytes>(bytes.begin(), bytes.end());
    const int code =
        MPI_Isend(mail.bytes->data(), narrow<int>(mail.bytes->size()), MPI_BYTE, to, kMailTag, comm_.get(), &mail.request);
    if (code != MPI_SUCCESS) {
        outgoing_.pop_back();
        fail(to);
    }
}

/// Starts receiving everything that has arrived. An error of the probe means that some peer died.
void MpiMailbox::match_arrivals() {
    for (;;) {
        int arrived = 0;
        MPI_Message message = MPI_MESSAGE_NULL;
        MPI_Status status;
        if (MPI_Improbe(MPI_ANY_SOURCE, kMailTag, comm_.get(), &arrived, &message, &status) != MPI_SUCCESS) {
            ask_for_failures();
            return;
        }
        if (arrived == 0) {
            return;
        }
        int length = 0;
        CONE_MPI_CHECK(MPI_Get_count(&status, MPI_BYTE, &length));
        if (static_cast<std::size_t>(length) > kMaxMessageBytes) {
            fail(status.MPI_SOURCE);
            continue;
        }
        auto& mail = incoming_.emplace_back();
        mail.peer = status.MPI_SOURCE;
        mail.bytes = std::make_unique<Bytes>(static_cast<std::size_t>(length));
        if (MPI_Imrecv(mail.bytes->data(), length, MPI_BYTE, &message, &mail.request) != MPI_SUCCESS) {
            const int peer = mail.peer;
            incoming_.pop_back();
            fail(peer);
        }
    }
}

/// Tests each transfer; one that fails is dropped with its peer marked as dead.
void MpiMailbox::advance(std::list<Transfer>& transfers) {
    for (auto at = transfers.begin(); at != transfers.end();) {
        int done = at->done ? 1 : 0;
        const int code = done != 0 ? MPI_SUCCESS : MPI_Test(&at->request, &done, MPI_STATUS_IGNORE);
        at->done = done != 0;
        if (code != MPI_SUCCESS) {
            fail(at->peer);
            (void)at->bytes.release();
            at = transfers.erase(at);
        } else if (at->done && &transfers == &outgoing_) {
            at = transfers.erase(at);
        } else {
            ++at;
        }
    }
}

std::optional<Mail> MpiMailbox::try_receive() {
    advance(outgoing_);
    match_arrivals();
    advance(incoming_);
    std::set<int> blocked;
    for (auto at = incoming_.begin(); at != incoming_.end(); ++at) {
        if (at->done && blocked.count(at->peer) == 0) {
            Mail mail{at->peer, std::move(*at->bytes)};
            incoming_.erase(at);
            return mail;
        }
        blocked.insert(at->peer);
    }
    return std::nullopt;
}

std::set<int> MpiMailbox::failed_peers() {
    ask_for_failures();
    return failed_;
}

std::size_t MpiMailbox::pending_sends() {
    match_arrivals();
    advance(outgoing_);
    return outgoing_.size();
}

void MpiMailbox::fail(int peer) {
    failed_.insert(peer);
}

void MpiMailbox::ask_for_failures() {
#if CONE_HAVE_ULFM
    MPI_Group dead = MPI_GROUP_NULL;
    if (MPIX_Comm_failure_ack(comm_.get()) != MPI_SUCCESS || MPIX_Comm_failure_get_acked(comm_.get(), &dead) != MPI_SUCCESS) {
        return;
    }
    int count = 0;
    MPI_Group everybody = MPI_GROUP_NULL;
    CONE_MPI_CHECK(MPI_Group_size(dead, &count));
    CONE_MPI_CHECK(MPI_Comm_group(comm_.get(), &everybody));
    for (int i = 0; i < count; ++i) {
        int peer = MPI_UNDEFINED;
        CONE_MPI_CHECK(MPI_Group_translate_ranks(dead, 1, &i, everybody, &peer));
        fail(peer);
    }
    MPI_Group_free(&everybody);
    if (dead != MPI_GROUP_EMPTY) {
        MPI_Group_free(&dead);
    }
#endif
}

}  // namespace cone::comm
