# tests/ROOM/**/*_test.cc make one test program per room, linked with that room.
find_package(GTest REQUIRED)
include(GoogleTest)
find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)

foreach(room base rollout method tool lsp model model_torch reward credit env search learn eval simulation study verify report cli)
  string(REPLACE "model_torch" "model/torch" folder ${room})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*_test.cc)
  if(room STREQUAL "model")
    list(FILTER sources EXCLUDE REGEX "/model/torch/")
  endif()
  if(sources AND TARGET gradus_${room})
    add_executable(test_${room} ${sources})
    gradus_unity(test_${room} ${sources})
    target_link_libraries(test_${room} PRIVATE gradus_${room} GTest::gtest GTest::gtest_main ${RAPIDCHECK_LIBRARY})
    target_compile_definitions(test_${room} PRIVATE GRADUS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                               GRADUS_BINARY_DIR="${CMAKE_BINARY_DIR}")
    add_test(NAME ${room} COMMAND test_${room})
    set_tests_properties(${room} PROPERTIES TIMEOUT 600)
  endif()
endforeach()

# A language server that misbehaves by a seed.
if(TARGET test_lsp)
  add_executable(fake-language-server ${PROJECT_SOURCE_DIR}/tests/lsp/fake_server.cc)
  target_link_libraries(fake-language-server PRIVATE gradus_lsp)
  add_dependencies(test_lsp fake-language-server)
endif()

# tests/**/*_test.py drive the real command; they are given its path. A script would link or time a sanitized build wrongly, so
# these builds have none.
if(TARGET gradus AND NOT GRADUS_SANITIZE)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  file(GLOB_RECURSE scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_test.py)
  foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    add_test(NAME ${name} COMMAND Python3::Interpreter ${script} $<TARGET_FILE:gradus>)
    set_tests_properties(${name} PROPERTIES TIMEOUT 900 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endforeach()
endif()
