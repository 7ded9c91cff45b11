# Where the outside libraries come from. A site with its own MPI or libtorch names it:
#   cmake --preset release -DCONE_MPI_PREFIX=/opt/openmpi -DCONE_TORCH_PREFIX=/opt/libtorch
# SPDX-License-Identifier: Apache-2.0
set(CONE_TOOLS_DIR "$ENV{CONE_TOOLS}")
if(NOT CONE_TOOLS_DIR)
  set(CONE_TOOLS_DIR ${CMAKE_SOURCE_DIR}/.tools)
endif()
get_filename_component(CONE_TOOLS_DIR ${CONE_TOOLS_DIR} REALPATH)
file(GLOB CONE_SITE_PACKAGES ${CONE_TOOLS_DIR}/venv/lib/python3*/site-packages)

set(CONE_MPI_PREFIX "" CACHE PATH "MPI to use instead of the one in the private folder")
set(CONE_TORCH_PREFIX "" CACHE PATH "libtorch (with include/ and lib/) to use instead of the pip wheel")

find_package(Threads REQUIRED)
if(CONE_KERNELS_ONLY)
  return()
endif()
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)

# cone::torch: the wheel's libtorch_cpu and c10, without find_package(Torch), which asks for a CUDA toolkit.
function(cone_find_torch)
  set(root ${CONE_TORCH_PREFIX})
  if(NOT root)
    set(root ${CONE_SITE_PACKAGES}/torch)
  endif()
  if(NOT EXISTS ${root}/lib/libtorch_cpu.so)
    message(FATAL_ERROR "libtorch not found at '${root}': run scripts/setup, or pass -DCONE_TORCH_PREFIX=DIR or -DCONE_WITH_TORCH=OFF")
  endif()
  add_library(cone_torch INTERFACE)
  target_include_directories(cone_torch SYSTEM INTERFACE ${root}/include ${root}/include/torch/csrc/api/include)
  target_link_libraries(cone_torch INTERFACE ${root}/lib/libtorch_cpu.so ${root}/lib/libc10.so)
  # --no-as-needed: the wheel's libraries register operators from static initialisers.
  target_link_options(cone_torch INTERFACE -Wl,-rpath,${root}/lib)
  if(NOT CONE_TORCH_PREFIX)
    foreach(dir ${CONE_SITE_PACKAGES}/nvidia/cu13/lib ${CONE_SITE_PACKAGES}/nvidia/cuda_runtime/lib
                ${CONE_SITE_PACKAGES}/nvidia/cuda_cupti/lib)
      if(EXISTS ${dir})
        target_link_options(cone_torch INTERFACE -Wl,-rpath,${dir} -Wl,-rpath-link,${dir})
      endif()
    endforeach()
  endif()
  add_library(cone::torch ALIAS cone_torch)
endfunction()

if(CONE_WITH_TORCH)
  cone_find_torch()
endif()

if(CONE_WITH_MPI)
  if(CONE_MPI_PREFIX)
    set(MPI_HOME ${CONE_MPI_PREFIX})
  elseif(EXISTS ${CONE_TOOLS_DIR}/venv/bin/mpicxx)
    set(MPI_HOME ${CONE_TOOLS_DIR}/venv)
    set(MPI_CXX_COMPILER ${CONE_TOOLS_DIR}/venv/bin/mpicxx)
    set(MPIEXEC_EXECUTABLE ${CONE_TOOLS_DIR}/venv/bin/mpirun)
  endif()
  set(MPI_CXX_SKIP_MPICXX TRUE)
  find_package(MPI REQUIRED COMPONENTS CXX)
endif()

if(CONE_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
