// CONE_MPI_CHECK, and the one place that knows whether this MPI has ULFM.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mpi.h>
#if defined(OPEN_MPI)
#include <mpi-ext.h>
#endif

#include <string>

#include "cone/base/errors.hpp"

#if defined(OMPI_HAVE_MPI_EXT_FTMPI) && OMPI_HAVE_MPI_EXT_FTMPI
#define CONE_HAVE_ULFM 1
#else
#define CONE_HAVE_ULFM 0
#endif

namespace cone::comm {

/// MPI's own text for an error code.
[[nodiscard]] inline std::string mpi_text(int code) {
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) {
        return "MPI error " + std::to_string(code);
    }
    return {text, static_cast<std::size_t>(length)};
}

inline void check_mpi(int code, const char* call, const char* file, int line) {
    if (code != MPI_SUCCESS) {
        throw CommError(std::string(call) + " at " + file + ":" + std::to_string(line) + ": " + mpi_text(code));
    }
}

}  // namespace cone::comm

/// Throws CommError naming the call, its place and MPI's text.
#define CONE_MPI_CHECK(call) ::cone::comm::check_mpi((call), #call, __FILE__, __LINE__)
