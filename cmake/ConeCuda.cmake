# CUDA sources as custom commands: CMake's own CUDA language does not know where pip puts the toolkit.
# A site's own CUDA 13: -DCONE_CUDA_PREFIX=/usr/local/cuda. Else the one of scripts/requirements-cuda.txt, else another (ConeNvcc).
# SPDX-License-Identifier: Apache-2.0
set(CONE_CUDA_PREFIX "" CACHE PATH "CUDA 13 toolkit to use instead of the one in the private folder")
set(CONE_CUDA_ARCHITECTURES 80 90 100 CACHE STRING "Compute capabilities to build for, ascending")

include(${CMAKE_CURRENT_LIST_DIR}/ConeNvcc.cmake)
cone_find_nvcc(CONE_NVCC)
get_filename_component(CONE_NVCC ${CONE_NVCC} REALPATH)
get_filename_component(root ${CONE_NVCC} DIRECTORY)
get_filename_component(root ${root} DIRECTORY)
find_library(CONE_CUDART libcudart_static.a NO_CACHE REQUIRED NO_DEFAULT_PATH
  PATHS ${root}/lib ${root}/lib64 ${root}/targets/x86_64-linux/lib)
find_package(Threads REQUIRED)

# Flags that decide bits: no contraction, no flushing of subnormals, division and square root rounded as IEEE-754 says.
# Fused multiply-adds are written out. Indices of register arrays must be known: optimised in every build type.
set(CONE_NVCC_FLAGS -std=c++20 -O3 --threads 3 -fmad=false -ftz=false -prec-div=true -prec-sqrt=true --expt-relaxed-constexpr
  -Xcompiler=-fPIC,-ffp-contract=off,-Wall,-Wextra -I${CMAKE_SOURCE_DIR}/kernels/include -I${CMAKE_SOURCE_DIR}/kernels -I${CMAKE_SOURCE_DIR}/tests/gpu)
if(NOT CONE_KERNELS_ONLY)
  list(APPEND CONE_NVCC_FLAGS -Werror=all-warnings)
endif()
set(CONE_NVCC_TARGETS)
foreach(capability ${CONE_CUDA_ARCHITECTURES})
  list(APPEND CONE_NVCC_TARGETS -gencode=arch=compute_${capability},code=sm_${capability})
  set(newest ${capability})
endforeach()
# For devices newer than all of them: the driver compiles this PTX when the program starts.
list(APPEND CONE_NVCC_TARGETS -gencode=arch=compute_${newest},code=compute_${newest})

# cone_nvcc(OUT FILE.cu FLAGS...): a rule that makes OUT of a source of the calling folder.
function(cone_nvcc out source)
  set(path ${CMAKE_CURRENT_SOURCE_DIR}/${source})
  add_custom_command(OUTPUT ${out}
    COMMAND ${CONE_NVCC} ${CONE_NVCC_FLAGS} ${ARGN} -MD -MF ${out}.d -MT ${out} -o ${out} ${path}
    DEPENDS ${path} DEPFILE ${out}.d COMMENT "nvcc ${source}" VERBATIM)
endfunction()

# cone_ptx(TARGET FILE.cu): ptx of the source in the build folder, beside its object: what tests/gpu/check_ptx.py reads.
function(cone_ptx target source)
  string(REPLACE .cu .ptx ptx ${CMAKE_CURRENT_BINARY_DIR}/${source})
  cone_nvcc(${ptx} ${source} -arch=compute_90 -ptx)
  add_custom_target(${target} ALL DEPENDS ${ptx})
  set_property(GLOBAL APPEND PROPERTY CONE_PTX ${ptx})
endfunction()

# cone_cuda_sources(TARGET FILE.cu...): compiles them for all architectures into the target; links the static runtime.
function(cone_cuda_sources target)
  foreach(source ${ARGN})
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${source}.o)
    cone_nvcc(${object} ${source} ${CONE_NVCC_TARGETS} -c)
    target_sources(${target} PRIVATE ${object})
    set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  endforeach()
  target_link_libraries(${target} PUBLIC ${CONE_CUDART} Threads::Threads ${CMAKE_DL_LIBS} rt)
endfunction()
