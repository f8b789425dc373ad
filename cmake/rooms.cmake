# gh_room(name dir [SUBDIRS a b] LINK targets…): one static library a room, gh_<name>, of every .cpp in its folder, and
# one test program, test_<name>, of every .cpp in its folders `tests`. A room without sources is an interface.
set(GH_PCH_CORE <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <unordered_map> <utility> <variant> <vector> <tl/expected.hpp> <fmt/format.h> <boost/json.hpp>)

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch.cpp CONTENT "")
add_library(gh_pch STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(gh_pch PUBLIC gh_deps_core gh_deps_json)
target_precompile_headers(gh_pch PRIVATE ${GH_PCH_CORE})

if(GATEHOUSE_TESTS)
  enable_testing()
  find_package(GTest REQUIRED)
  add_library(gh_pch_tests STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
  target_link_libraries(gh_pch_tests PUBLIC gh_deps_core gh_deps_json GTest::gtest GTest::gmock)
  target_precompile_headers(gh_pch_tests PRIVATE ${GH_PCH_CORE} <gtest/gtest.h>)
endif()

# Sources are compiled some at a time (CMAKE_UNITY_BUILD): a third of the work. So names in unnamed namespaces are unique
# within a room; where a family of files rather says the same names each (stores: kFind, kAdd …), it is compiled alone.
set(GH_COMPILED_ALONE
    "/storage/sql/stores/" "/storage/sql/stamp.cpp" "/storage/sqlite/writer.cpp" "/auth/(jws|jwt|uuid).cpp"
    "/application/(forgot_password|idempotency|invitation).cpp" "/stories/(admin_sessions|admin_users|token).cpp")

function(gh_room name dir)
  cmake_parse_arguments(ARG "" "" "SUBDIRS;LINK" ${ARGN})
  set(globs "${CMAKE_SOURCE_DIR}/${dir}/*.cpp")
  if(ARG_SUBDIRS)
    set(globs "")
    foreach(sub ${ARG_SUBDIRS})
      list(APPEND globs "${CMAKE_SOURCE_DIR}/${dir}/${sub}/*.cpp")
    endforeach()
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${globs})
  list(FILTER sources EXCLUDE REGEX "/(tests|node_modules)/")
  foreach(alone ${GH_COMPILED_ALONE})
    set(matching ${sources})
    list(FILTER matching INCLUDE REGEX "${alone}")
    set_source_files_properties(${matching} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endforeach()
  if(sources)
    add_library(gh_${name} STATIC ${sources})
    target_link_libraries(gh_${name} PUBLIC ${ARG_LINK} PRIVATE gh_pch)
    target_precompile_headers(gh_${name} REUSE_FROM gh_pch)
  else()
    add_library(gh_${name} INTERFACE)
    target_link_libraries(gh_${name} INTERFACE ${ARG_LINK})
  endif()
  if(GATEHOUSE_TESTS)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${globs})
    list(FILTER tests INCLUDE REGEX "/tests/")
    if(tests)
      add_executable(test_${name} ${tests})
      target_link_libraries(test_${name} PRIVATE gh_${name} gh_pch_tests GTest::gtest_main GTest::gmock rapidcheck)
      target_precompile_headers(test_${name} REUSE_FROM gh_pch_tests)
      # Only for the files that read the tree: an absolute path on every command line would keep two checkouts from
      # sharing ccache's objects.
      foreach(test ${tests})
        file(STRINGS ${test} reads_tree REGEX "GATEHOUSE_SOURCE_DIR|/support.hpp" LIMIT_COUNT 1)
        if(reads_tree)
          set_source_files_properties(${test} PROPERTIES COMPILE_DEFINITIONS GATEHOUSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
        endif()
      endforeach()
      set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests UNITY_BUILD OFF)
      add_test(NAME ${name} COMMAND test_${name})
    endif()
  endif()
endfunction()
