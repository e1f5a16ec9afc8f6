# tests/ROOM/**/*_test.cc make one test program per room, linked with that room.
find_package(GTest REQUIRED)
include(GoogleTest)
find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)

foreach(room base rollout tool model model_torch reward credit env learn eval study report cli)
  string(REPLACE "model_torch" "model/torch" folder ${room})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*_test.cc)
  if(room STREQUAL "model")
    list(FILTER sources EXCLUDE REGEX "/model/torch/")
  endif()
  if(sources AND TARGET gradus_${room})
    add_executable(test_${room} ${sources})
    target_link_libraries(test_${room} PRIVATE gradus_${room} GTest::gtest GTest::gtest_main ${RAPIDCHECK_LIBRARY})
    target_compile_definitions(test_${room} PRIVATE GRADUS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                               GRADUS_BINARY_DIR="${CMAKE_BINARY_DIR}")
    add_test(NAME ${room} COMMAND test_${room})
    set_tests_properties(${room} PROPERTIES TIMEOUT 600)
  endif()
endforeach()

# tests/**/*_test.py drive the real command; they are given its path. Without libtorch there is nothing to train.
if(TARGET gradus AND GRADUS_TORCH)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  file(GLOB_RECURSE scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_test.py)
  foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    add_test(NAME ${name} COMMAND Python3::Interpreter ${script} $<TARGET_FILE:gradus>)
    set_tests_properties(${name} PROPERTIES TIMEOUT 600 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endforeach()
endif()

# End to end on the command itself, and what keeps docs/ true.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET gradus)
  add_test(NAME commands COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/cli/commands_test.py $<TARGET_FILE:gradus>)
  add_test(NAME command_docs COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/docs/command_docs_test.py $<TARGET_FILE:gradus>)
  set_tests_properties(commands command_docs PROPERTIES TIMEOUT 900)  # a busy machine loads libtorch slowly
endif()
if(NOT GRADUS_SANITIZE)  # it links a program against the libraries, without the sanitizers
  add_test(NAME add_a_method COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/docs/add_a_method_test.py
           ${CMAKE_BINARY_DIR} ${CMAKE_CXX_COMPILER})
  set_tests_properties(add_a_method PROPERTIES TIMEOUT 600)
endif()
