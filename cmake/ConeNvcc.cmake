# Where the CUDA 13 compiler is. As a script it prints the path, and fails with what it found instead:
#   cmake -DCONE_CUDA_PREFIX=DIR -DCONE_TOOLS_DIR=DIR -P cmake/ConeNvcc.cmake
# SPDX-License-Identifier: Apache-2.0

# cone_find_nvcc(OUT): the first nvcc that says it is of CUDA 13 or newer: in CONE_CUDA_PREFIX alone when that is set, else in
# the private folder, in PATH, in /usr/local/cuda. Older ones are passed over: a distribution's is often in PATH.
function(cone_find_nvcc out)
  file(TO_CMAKE_PATH "$ENV{PATH}" places)
  list(PREPEND places ${CONE_TOOLS_DIR}/cuda/nvidia/cu13/bin)
  list(APPEND places /usr/local/cuda/bin)
  if(CONE_CUDA_PREFIX)
    set(places ${CONE_CUDA_PREFIX}/bin)
  endif()
  set(others "")
  foreach(place ${places})
    if(EXISTS ${place}/nvcc)
      execute_process(COMMAND ${place}/nvcc --version OUTPUT_VARIABLE version ERROR_QUIET RESULT_VARIABLE result)
      if(result EQUAL 0 AND version MATCHES "release ([0-9]+)\\." AND CMAKE_MATCH_1 GREATER_EQUAL 13)
        set(${out} ${place}/nvcc PARENT_SCOPE)
        return()
      endif()
      string(APPEND others "\n${place}/nvcc is not of CUDA 13")
    endif()
  endforeach()
  message(FATAL_ERROR
    "no nvcc of CUDA 13: run CONE_WITH_CUDA=1 scripts/setup, or pass -DCONE_CUDA_PREFIX=DIR${others}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  cone_find_nvcc(nvcc)
  message(${nvcc})
endif()
