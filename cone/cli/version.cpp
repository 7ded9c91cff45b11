// What CMake and the libraries say about this build.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/version.hpp"

#include "cone/comm/mpi_world.hpp"
#include "cone/training/profile.hpp"

namespace cone::cli {

std::string version_text() {
    return std::string("cone ") + CONE_VERSION + " (git " + CONE_GIT_HASH + "), MPI: " + comm::MpiWorld::version() +
           ", engines: " + training::engine_versions();
}

std::string source_dir() {
    return CONE_SOURCE_DIR;
}

}  // namespace cone::cli
