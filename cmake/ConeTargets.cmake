# cone_add_library(NAME hash SOURCES a.cpp DEPS cone::base [HEADERS heavy]): target cone_hash, alias cone::hash.
# cone_add_test(NAME hash_merkle SOURCES merkle_test.cpp DEPS cone::hash [RANKS 1 3] [LABELS slow] [TIMEOUT 60] [OPTIMISED])
# SPDX-License-Identifier: Apache-2.0
include(GoogleTest)

# What many sources include and none of us writes, parsed once: half of a test's compile time is GoogleTest's headers.
# cone_share_headers(TARGET NAME): the sources of TARGET see the precompiled headers of cone_headers_NAME first, and are compiled
# at their level of optimisation: tests at -O0, what waits for a node or a file at -O1. -O2 takes a third longer there.
function(cone_make_headers name level)
  cmake_parse_arguments(ARG "" "" "HEADERS;OPTIONS;DEPS" ${ARGN})
  set(CONE_LEVEL_OF_${name} ${level} CACHE INTERNAL "")
  file(WRITE ${CMAKE_BINARY_DIR}/headers/${name}.cpp "// Makes cone_headers_${name} a library.\n")
  add_library(cone_headers_${name} STATIC ${CMAKE_BINARY_DIR}/headers/${name}.cpp)
  target_link_libraries(cone_headers_${name} PRIVATE cone_warnings ${ARG_DEPS})
  target_compile_options(cone_headers_${name} PRIVATE ${level} ${ARG_OPTIONS})
  target_precompile_headers(cone_headers_${name} PRIVATE ${ARG_HEADERS})
endfunction()
function(cone_share_headers target name)
  target_compile_options(${target} PRIVATE ${CONE_LEVEL_OF_${name}})
  target_link_libraries(${target} PRIVATE spdlog::spdlog)  # its macros are part of what was parsed
  target_precompile_headers(${target} REUSE_FROM cone_headers_${name})
endfunction()

if(NOT CONE_KERNELS_ONLY)
  cone_make_headers(heavy -O1 HEADERS <boost/multiprecision/cpp_int.hpp> <nlohmann/json.hpp> <spdlog/spdlog.h> DEPS spdlog::spdlog)
endif()
if(CONE_BUILD_TESTS AND NOT CONE_KERNELS_ONLY)
  cone_make_headers(test -O0 OPTIONS -fPIE DEPS GTest::gtest spdlog::spdlog
    HEADERS <gtest/gtest.h> <gmock/gmock.h> <boost/multiprecision/cpp_int.hpp> <nlohmann/json.hpp>)
endif()

function(cone_add_library)
  cmake_parse_arguments(ARG "" "NAME;HEADERS" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  string(REPLACE "/" "_" target cone_${ARG_NAME})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${ARG_DEPS} PRIVATE cone_warnings ${ARG_PRIVATE_DEPS})
    if(ARG_HEADERS)
      cone_share_headers(${target} ${ARG_HEADERS})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
  endif()
  add_library(cone::${ARG_NAME} ALIAS ${target})
endfunction()

# RANKS runs the same program under mpirun once a count (the program must init MPI itself). OPTIMISED: itself computes for seconds.
function(cone_add_test)
  cmake_parse_arguments(ARG "OPTIMISED" "NAME;TIMEOUT" "SOURCES;DEPS;RANKS;LABELS" ${ARGN})
  if(NOT CONE_BUILD_TESTS)
    return()
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set(target ${ARG_NAME}_test)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_DEPS} cone_warnings)
  target_compile_definitions(${target} PRIVATE CONE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" CONE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(NOT ARG_OPTIMISED)
    cone_share_headers(${target} test)
  endif()
  if(ARG_RANKS)
    target_link_libraries(${target} PRIVATE GTest::gtest)
    foreach(ranks ${ARG_RANKS})
      add_test(NAME ${ARG_NAME}.np${ranks}
        COMMAND ${MPIEXEC_EXECUTABLE} --oversubscribe -n ${ranks} $<TARGET_FILE:${target}>)
      set_tests_properties(${ARG_NAME}.np${ranks} PROPERTIES LABELS "mpi;${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
        PROCESSORS ${ranks}
        ENVIRONMENT "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
    endforeach()
  else()
    target_link_libraries(${target} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${target} TEST_PREFIX "${ARG_NAME}." DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  endif()
endfunction()
