// Start, end and split of MPI.
// SPDX-License-Identifier: Apache-2.0
#include "cone/comm/mpi_world.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "cone/comm/cores.hpp"
#include "cone/comm/mpi_check.hpp"
#include "cone/comm/mpi_communicator.hpp"
#include "cone/comm/mpi_mailbox.hpp"

namespace cone::comm {
namespace {

/// How many ranks of `comm` are on this machine. Collective.
int ranks_here(MPI_Comm comm) {
    MPI_Comm here = MPI_COMM_NULL;
    CONE_MPI_CHECK(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here));
    return MpiComm(here).size();
}

int cores_each(MPI_Comm team) {
    int size = 0;
    CONE_MPI_CHECK(MPI_Comm_size(team, &size));
    const int everybody = ranks_here(MPI_COMM_WORLD);
    return ranks_here(team) == size ? usable_cores() / everybody : 0;
}

}  // namespace

MpiWorld::MpiWorld(int& argc, char**& argv) {
    int provided = 0;
    CONE_MPI_CHECK(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided));
    CONE_MPI_CHECK(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
}

MpiWorld::~MpiWorld() {
    if (!failed_) {
        MPI_Finalize();
    }
}

int MpiWorld::rank() const {
    int rank = 0;
    CONE_MPI_CHECK(MPI_Comm_rank(MPI_COMM_WORLD, &rank));
    return rank;
}

int MpiWorld::size() const {
    int size = 0;
    CONE_MPI_CHECK(MPI_Comm_size(MPI_COMM_WORLD, &size));
    return size;
}

std::unique_ptr<Communicator> MpiWorld::split_team(int color, Millis timeout, std::size_t chunk_bytes) {
    MPI_Comm team = MPI_COMM_NULL;
    CONE_MPI_CHECK(MPI_Comm_split(MPI_COMM_WORLD, color, rank(), &team));
    return std::make_unique<MpiCommunicator>(MpiComm(team), cores_each(team), timeout, chunk_bytes);
}

std::unique_ptr<Mailbox> MpiWorld::open_mailbox() {
    MPI_Comm channel = MPI_COMM_NULL;
    CONE_MPI_CHECK(MPI_Comm_dup(MPI_COMM_WORLD, &channel));
    return std::make_unique<MpiMailbox>(MpiComm(channel));
}

void MpiWorld::note_failure() {
    failed_ = true;
}

void MpiWorld::leave(int exit_code) {
    std::cout.flush();
    std::cerr.flush();
    std::fflush(nullptr);
    _exit(exit_code);
}

bool MpiWorld::reports_dead_ranks() {
    return CONE_HAVE_ULFM != 0;
}

std::string MpiWorld::version() {
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    CONE_MPI_CHECK(MPI_Get_library_version(text, &length));
    const std::string full(text, static_cast<std::size_t>(length));
    return full.substr(0, full.find(',')) + (reports_dead_ranks() ? ", ULFM" : ", without ULFM");
}

}  // namespace cone::comm
